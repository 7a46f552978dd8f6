//! `CoerceArgumentValues`, and the conditions of `@skip` and `@include`.

use apollo_compiler::{
    Schema,
    ast::{DirectiveList, FieldDefinition, Type, Value as Literal},
    executable::Field,
    schema::ExtendedType,
};
use serde_json::{Map, Number, Value};

/// The arguments of a field by name; absent ones without a default stay absent.
pub(super) fn coerce_argument_values(
    schema: &Schema,
    definition: &FieldDefinition,
    field: &Field,
    variables: &Map<String, Value>,
) -> Map<String, Value> {
    let mut values = Map::new();
    for definition in &definition.arguments {
        let given = field.arguments.iter().find(|argument| argument.name == definition.name);
        let value = match given.map(|argument| &*argument.value) {
            Some(Literal::Variable(name)) => variables.get(name.as_str()).cloned(),
            Some(literal) => Some(literal_value(schema, literal, &definition.ty, variables)),
            None => None,
        };
        let default = definition.default_value.as_deref();
        let value = value.or_else(|| default.map(|literal| literal_value(schema, literal, &definition.ty, variables)));
        if let Some(value) = value {
            values.insert(definition.name.to_string(), value);
        }
    }
    values
}

/// Whether `@skip` and `@include` leave the selection in.
pub(super) fn is_included(directives: &DirectiveList, variables: &Map<String, Value>) -> bool {
    let condition = |name: &str| {
        let directive = directives.get(name)?;
        match &**directive.specified_argument_by_name("if")? {
            Literal::Boolean(condition) => Some(*condition),
            Literal::Variable(variable) => variables.get(variable.as_str())?.as_bool(),
            _ => None,
        }
    };
    condition("skip") != Some(true) && condition("include") != Some(false)
}

/// A literal of a validated document as JSON, with input defaults filled in.
fn literal_value(schema: &Schema, literal: &Literal, ty: &Type, variables: &Map<String, Value>) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Variable(name) => variables.get(name.as_str()).cloned().unwrap_or(Value::Null),
        Literal::List(items) => {
            let item_type = if ty.is_list() { ty.item_type() } else { ty };
            Value::Array(items.iter().map(|item| literal_value(schema, item, item_type, variables)).collect())
        }
        single if ty.is_list() => Value::Array(vec![literal_value(schema, single, ty.item_type(), variables)]),
        Literal::Enum(name) => Value::from(name.as_str()),
        Literal::String(text) => Value::from(text.as_str()),
        Literal::Boolean(boolean) => Value::from(*boolean),
        Literal::Int(number) if ty.inner_named_type() == "ID" => Value::from(number.as_str()),
        Literal::Int(number) => json_number(number.as_str()),
        Literal::Float(number) => json_number(number.as_str()),
        Literal::Object(fields) => input_object(schema, fields, ty, variables),
    }
}

fn input_object(
    schema: &Schema,
    fields: &[(apollo_compiler::Name, apollo_compiler::Node<Literal>)],
    ty: &Type,
    variables: &Map<String, Value>,
) -> Value {
    let mut object = Map::new();
    let Some(ExtendedType::InputObject(definition)) = schema.types.get(ty.inner_named_type()) else {
        for (name, literal) in fields {
            object.insert(name.to_string(), literal_value(schema, literal, ty, variables));
        }
        return Value::Object(object);
    };
    for (name, field) in &definition.fields {
        let given = fields.iter().find(|(given, _)| given == name).map(|(_, literal)| &**literal);
        // An absent variable leaves an input field absent.
        let given =
            given.filter(|literal| literal.as_variable().is_none_or(|name| variables.contains_key(name.as_str())));
        if let Some(literal) = given.or(field.default_value.as_deref()) {
            object.insert(name.to_string(), literal_value(schema, literal, &field.ty, variables));
        }
    }
    Value::Object(object)
}

fn json_number(text: &str) -> Value {
    let whole = text.parse::<i64>().ok().map(Number::from);
    let number = whole.or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64));
    number.map_or(Value::Null, Value::Number)
}
