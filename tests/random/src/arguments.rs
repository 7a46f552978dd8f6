//! `CoerceArgumentValues` and `CoerceVariableValues`: arguments in the order of their definitions, defaults applied,
//! what was not given left out. Invalid values are not expected: operations are valid when they come here.

use apollo_compiler::{
    Node, Schema,
    ast::{Argument, InputValueDefinition, Type, Value as Literal},
    executable::Operation,
};
use serde_json::{Map, Value as Json};

pub(crate) fn coerce_arguments(
    schema: &Schema,
    definitions: &[Node<InputValueDefinition>],
    given: &[Node<Argument>],
    variables: &Map<String, Json>,
) -> Map<String, Json> {
    let mut coerced = Map::new();
    for definition in definitions {
        let literal = given.iter().find(|argument| argument.name == definition.name).map(|argument| &argument.value);
        let value = literal.and_then(|literal| coerce_literal(schema, &definition.ty, literal, variables));
        let default = || coerce_literal(schema, &definition.ty, definition.default_value.as_ref()?, variables);
        if let Some(value) = value.or_else(default) {
            coerced.insert(definition.name.to_string(), value);
        }
    }
    coerced
}

/// `Err` names a variable that must be given and is not.
pub(crate) fn coerce_variables(
    schema: &Schema,
    operation: &Operation,
    given: &Map<String, Json>,
) -> Result<Map<String, Json>, String> {
    let mut coerced = Map::new();
    for definition in &operation.variables {
        let name = definition.name.as_str();
        let value = match (given.get(name), &definition.default_value) {
            (Some(value), _) => Some(coerce_json(schema, &definition.ty, value)),
            (None, Some(default)) => coerce_literal(schema, &definition.ty, default, &Map::new()),
            (None, None) => None,
        };
        if definition.ty.is_non_null() && value.as_ref().is_none_or(Json::is_null) {
            return Err(format!("variable ${name} of type {} has no value", definition.ty));
        }
        if let Some(value) = value {
            coerced.insert(name.to_owned(), value);
        }
    }
    Ok(coerced)
}

/// `None`: a variable without a value.
fn coerce_literal(schema: &Schema, ty: &Type, literal: &Literal, variables: &Map<String, Json>) -> Option<Json> {
    match literal {
        Literal::Variable(name) => return variables.get(name.as_str()).cloned(),
        Literal::Null => return Some(Json::Null),
        _ => {}
    }
    if let Type::List(inner) | Type::NonNullList(inner) = ty {
        let Literal::List(items) = literal else {
            return Some(Json::Array(vec![coerce_literal(schema, inner, literal, variables)?]));
        };
        let items = items.iter().map(|item| coerce_literal(schema, inner, item, variables).unwrap_or_default());
        return Some(Json::Array(items.collect()));
    }
    if let (Some(input), Literal::Object(fields)) = (schema.get_input_object(ty.inner_named_type()), literal) {
        let mut object = Map::new();
        for (name, definition) in &input.fields {
            let given = fields.iter().find(|(field, _)| field == name).map(|(_, value)| value);
            let value = given.and_then(|value| coerce_literal(schema, &definition.ty, value, variables));
            let default = || coerce_literal(schema, &definition.ty, definition.default_value.as_ref()?, variables);
            if let Some(value) = value.or_else(default) {
                object.insert(name.to_string(), value);
            }
        }
        return Some(Json::Object(object));
    }
    Some(plain_json(literal))
}

/// Of a custom scalar's literal, or of any leaf's.
fn plain_json(literal: &Literal) -> Json {
    match literal {
        Literal::Null | Literal::Variable(_) => Json::Null,
        Literal::Enum(name) => Json::String(name.to_string()),
        Literal::String(text) => Json::String(text.clone()),
        Literal::Int(number) => serde_json::from_str(number.as_str()).unwrap_or_default(),
        Literal::Float(number) => serde_json::from_str(number.as_str()).unwrap_or_default(),
        Literal::Boolean(truth) => Json::Bool(*truth),
        Literal::List(items) => Json::Array(items.iter().map(|item| plain_json(item)).collect()),
        Literal::Object(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.to_string(), plain_json(value))).collect())
        }
    }
}

fn coerce_json(schema: &Schema, ty: &Type, value: &Json) -> Json {
    if value.is_null() {
        return Json::Null;
    }
    if let Type::List(inner) | Type::NonNullList(inner) = ty {
        return match value {
            Json::Array(items) => Json::Array(items.iter().map(|item| coerce_json(schema, inner, item)).collect()),
            single => Json::Array(vec![coerce_json(schema, inner, single)]),
        };
    }
    let (Some(input), Json::Object(given)) = (schema.get_input_object(ty.inner_named_type()), value) else {
        return value.clone();
    };
    let mut object = Map::new();
    for (name, definition) in &input.fields {
        let value = given.get(name.as_str()).map(|value| coerce_json(schema, &definition.ty, value));
        let default = || coerce_literal(schema, &definition.ty, definition.default_value.as_ref()?, &Map::new());
        if let Some(value) = value.or_else(default) {
            object.insert(name.to_string(), value);
        }
    }
    Json::Object(object)
}
