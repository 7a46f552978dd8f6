//! Whether constant values fit input types. GraphQL specification, "Values of Correct Type", less strict in two places,
//! as the graphs in use are: a string may name an enum value, input objects may lack required fields, and an Int may be
//! larger than 32 bits.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Type, Value},
    schema::{ExtendedType, InputObjectType},
};

/// Why the value is not one of the type; none when it is.
pub(crate) fn misfit(schema: &Schema, ty: &Type, value: &Value) -> Option<String> {
    match (ty, value) {
        (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => Some(format!("`{ty}` has no null")),
        (_, Value::Null) => None,
        (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
            values.iter().find_map(|value| misfit(schema, item, value))
        }
        (Type::List(item) | Type::NonNullList(item), value) => misfit(schema, item, value),
        (Type::Named(name) | Type::NonNullNamed(name), value) => {
            let fits = match (schema.types.get(name)?, value) {
                (ExtendedType::InputObject(input), Value::Object(given)) => return object_misfit(schema, input, given),
                (ExtendedType::Enum(definition), Value::Enum(value)) => definition.values.contains_key(value),
                (ExtendedType::Enum(definition), Value::String(value)) => {
                    definition.values.contains_key(value.as_str())
                }
                (ExtendedType::Scalar(_), value) => is_scalar(name, value),
                _ => false,
            };
            (!fits).then(|| format!("it is not one of `{name}`"))
        }
    }
}

fn object_misfit(schema: &Schema, input: &InputObjectType, given: &[(Name, Node<Value>)]) -> Option<String> {
    for (name, value) in given {
        let Some(field) = input.fields.get(name) else {
            return Some(format!("`{}` has no field `{name}`", input.name));
        };
        if let Some(why) = misfit(schema, &field.ty, value) {
            return Some(format!("in `{name}`, {why}"));
        }
    }
    None
}

fn is_scalar(name: &str, value: &Value) -> bool {
    match name {
        "Int" => matches!(value, Value::Int(_)),
        "Float" => match value {
            Value::Int(number) => number.try_to_f64().is_ok(),
            Value::Float(number) => number.try_to_f64().is_ok(),
            _ => false,
        },
        "String" => matches!(value, Value::String(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        "ID" => matches!(value, Value::Int(_) | Value::String(_)),
        _ => true,
    }
}
