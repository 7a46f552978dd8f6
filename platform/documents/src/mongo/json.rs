//! JSON to BSON and back. Times are texts, as in the other backend, so that they sort alike.

use hansa_relational::time_text;
use mongodb::bson::{Bson, Document};
use serde_json::{Map, Value as Json};

use crate::{StoreError, Value};

pub(super) fn to_bson(json: &Json) -> Result<Bson, StoreError> {
    Ok(match json {
        Json::Null => Bson::Null,
        Json::Bool(is_true) => Bson::Boolean(*is_true),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Bson::Int64(integer),
            (None, Some(real)) if !number.is_u64() => Bson::Double(real),
            _ => return Err(StoreError::BadValue("an integer of more than 64 bits with a sign")),
        },
        Json::String(text) => Bson::String(text.clone()),
        Json::Array(items) => Bson::Array(items.iter().map(to_bson).collect::<Result<_, _>>()?),
        Json::Object(fields) => Bson::Document(to_document(fields)?),
    })
}

pub(super) fn to_document(fields: &Map<String, Json>) -> Result<Document, StoreError> {
    let mut document = Document::new();
    for (name, field) in fields {
        if name.is_empty() || name.contains(['.', '$', '\0']) {
            return Err(StoreError::BadValue("a field whose name is empty, or has a dot, a dollar sign or a NUL"));
        }
        document.insert(name, to_bson(field)?);
    }
    Ok(document)
}

pub(super) fn of_bson(bson: &Bson) -> Json {
    match bson {
        Bson::Boolean(is_true) => Json::Bool(*is_true),
        Bson::Int32(number) => Json::from(*number),
        Bson::Int64(number) => Json::from(*number),
        Bson::Double(number) => Json::from(*number),
        Bson::String(text) => Json::String(text.clone()),
        Bson::Array(items) => Json::Array(items.iter().map(of_bson).collect()),
        Bson::Document(document) => {
            Json::Object(document.iter().map(|(name, field)| (name.clone(), of_bson(field))).collect())
        }
        // Nothing else is written.
        _ => Json::Null,
    }
}

/// As it stands in documents.
pub(super) fn of_value(value: &Value) -> Result<Bson, StoreError> {
    Ok(match value {
        Value::Null => Bson::Null,
        Value::Text(text) => Bson::String(text.clone()),
        Value::Integer(number) => Bson::Int64(*number),
        Value::Real(number) if number.is_finite() => Bson::Double(*number),
        Value::Real(_) => return Err(StoreError::BadValue("a number that is not finite")),
        Value::Bool(is_true) => Bson::Boolean(*is_true),
        Value::Time(time) => Bson::String(time_text(*time)),
    })
}

pub(super) fn to_value(bson: &Bson) -> Value {
    match bson {
        Bson::Boolean(is_true) => Value::Bool(*is_true),
        Bson::Int32(number) => Value::Integer(i64::from(*number)),
        Bson::Int64(number) => Value::Integer(*number),
        Bson::Double(number) => Value::Real(*number),
        Bson::String(text) => Value::Text(text.clone()),
        _ => Value::Null,
    }
}

/// A whole number of a document of ours; 0 where there is none.
pub(super) fn integer(document: &Document, name: &str) -> i64 {
    match document.get(name) {
        Some(Bson::Int64(number)) => *number,
        Some(Bson::Int32(number)) => i64::from(*number),
        Some(Bson::Double(number)) => *number as i64,
        _ => 0,
    }
}
