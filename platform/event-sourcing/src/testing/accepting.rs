//! Whether a JSON value is what a schema describes, and has no field that the schema does not know: as much of JSON Schema
//! as derived schemas use. Patterns, formats and bounds are not looked at.

use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn accepted(root: &Value, value: &Value) -> Result<(), String> {
    accepted_in(root, root, value)
}

/// `root` has the definitions.
pub(super) fn accepted_in(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    at(root, schema, value, "$")
}

/// The schema itself, or what it refers to.
pub(super) fn followed<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(definition_name);
    name.and_then(|name| root.get("$defs")?.get(name)).unwrap_or(schema)
}

pub(super) fn definition_name(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/$defs/")
}

fn at(root: &Value, schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    let schema = followed(root, schema);
    let Some(keywords) = schema.as_object() else {
        return if schema == &Value::Bool(false) { Err(format!("nothing may be at {path}")) } else { Ok(()) };
    };
    if let Some(expected) = keywords.get("const").filter(|expected| *expected != value) {
        return Err(format!("{path} is {value}, not {expected}"));
    }
    if let Some(Value::Array(expected)) = keywords.get("enum").filter(|_| !is_listed(keywords.get("enum"), value)) {
        return Err(format!("{path} is {value}, which is none of {expected:?}"));
    }
    if let Some(expected) = keywords.get("type").filter(|expected| !has_type(expected, value)) {
        return Err(format!("{path} is {value}, not of type {expected}"));
    }
    for schema in keywords.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        at(root, schema, value, path)?;
    }
    for key in ["anyOf", "oneOf"] {
        let Some(branches) = keywords.get(key).and_then(Value::as_array) else { continue };
        let mut refusals = branches.iter().map(|branch| at(root, branch, value, path));
        if !refusals.any(|refusal| refusal.is_ok()) {
            return Err(format!("{path} fits none of the alternatives"));
        }
    }
    match value {
        Value::Array(items) => {
            let schema = keywords.get("items").unwrap_or(&Value::Bool(true));
            items.iter().enumerate().try_for_each(|(index, item)| at(root, schema, item, &format!("{path}[{index}]")))
        }
        Value::Object(_) => fields_at(root, schema, value, path),
        _ => Ok(()),
    }
}

fn fields_at(root: &Value, schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            return Err(format!("{path}.{name} is missing"));
        }
    }
    let known = known_fields(root, schema);
    for (name, field) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        let own = schema.get("properties").and_then(|properties| properties.get(name));
        match own.or_else(|| schema.get("additionalProperties")) {
            Some(schema) => at(root, schema, field, &path)?,
            None if known.as_ref().is_some_and(|known| !known.contains(name.as_str())) => {
                return Err(format!("{path} is unknown"));
            }
            None => {}
        }
    }
    Ok(())
}

/// All names of fields in a schema and its alternatives; `None` where it says nothing about fields.
fn known_fields<'a>(root: &'a Value, schema: &'a Value) -> Option<BTreeSet<&'a str>> {
    let schema = followed(root, schema);
    let own = schema.get("properties").and_then(Value::as_object).map(|fields| fields.keys().map(String::as_str));
    let alternatives = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    let others: Vec<BTreeSet<&str>> = alternatives.filter_map(|schema| known_fields(root, schema)).collect();
    if own.is_none() && others.is_empty() {
        return None;
    }
    Some(own.into_iter().flatten().chain(others.into_iter().flatten()).collect())
}

fn is_listed(list: Option<&Value>, value: &Value) -> bool {
    list.and_then(Value::as_array).is_some_and(|list| list.contains(value))
}

fn has_type(expected: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => value.is_number(),
    };
    match expected {
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        other => other.as_str().is_none_or(is),
    }
}
