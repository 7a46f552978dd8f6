//! Leaf values against their types: what the built-in scalars and enums accept in a result.

use crate::field_set::leaf_text;
use apollo_compiler::{Schema, schema::ExtendedType};
use serde_json::Value;

/// What is wrong with a value for a leaf type. Custom scalars accept everything.
pub(crate) fn leaf_problem(schema: &Schema, type_name: &str, value: &Value) -> Option<String> {
    let is_right = match type_name {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        "ID" => value.is_string() || value.is_i64() || value.is_u64(),
        _ => match schema.types.get(type_name) {
            Some(ExtendedType::Enum(definition)) => {
                value.as_str().is_some_and(|text| definition.values.contains_key(text))
            }
            _ => true,
        },
    };
    if is_right {
        return None;
    }
    let advice = match (schema.types.get(type_name), value) {
        (Some(ExtendedType::Enum(definition)), Value::String(text)) => {
            let names = definition.values.keys().map(|name| name.as_str());
            format!(" ({})", crate::load_error::nearest_name(text, names))
        }
        _ => String::new(),
    };
    Some(format!("{} is no value of type {type_name}{advice}", shortened(value)))
}

/// `CoerceResult` of the GraphQL specification.
pub(crate) fn coerce_result(schema: &Schema, type_name: &str, value: &Value) -> Result<Value, String> {
    match leaf_problem(schema, type_name, value) {
        Some(problem) => Err(problem),
        None if type_name == "ID" => Ok(Value::from(leaf_text(value))),
        None => Ok(value.clone()),
    }
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 { text } else { text.chars().take(57).chain("...".chars()).collect() }
}
