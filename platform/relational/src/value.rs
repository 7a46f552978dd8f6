//! Values that are bound to placeholders and read from columns, the same for both engines.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};

use crate::StoreError;

/// What a column or a placeholder holds. Nulls have a kind, because PostgreSQL wants to know the type of a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null(Kind),
    Text(String),
    Integer(i64),
    Bool(bool),
    Real(f64),
    /// Kept in microseconds.
    Time(DateTime<Utc>),
    /// An object or an array; other JSON is refused, because a column of SQLite would turn it into something else.
    Json(serde_json::Value),
    Bytes(Vec<u8>),
}

/// The kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    Bool,
    Real,
    Time,
    Json,
    Bytes,
}

/// The text under which times are stored: RFC 3339 in UTC with six digits, so that bytes sort as times do.
pub fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

impl Value {
    /// Refuses what one of the engines would refuse or change silently.
    pub fn check(&self) -> Result<(), StoreError> {
        let refused = match self {
            Value::Text(text) if text.contains('\0') => "a text with a NUL character",
            Value::Real(number) if !number.is_finite() => "a number that is not finite",
            Value::Time(time) if !(0..=9999).contains(&time.year()) => "a time outside of the years 0 to 9999",
            Value::Json(json) if !json.is_object() && !json.is_array() => "JSON that is no object and no array",
            Value::Json(json) if has_nul(json) => "JSON with a NUL character",
            _ => return Ok(()),
        };
        Err(StoreError::BadValue(refused))
    }
}

fn has_nul(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(values) => values.iter().any(has_nul),
        serde_json::Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// A type that can be bound, and what its null is.
pub(crate) trait Bindable: Into<Value> {
    const KIND: Kind;
}

macro_rules! bindable {
    ($($type:ty => $kind:ident, $value:ident => $convert:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Value {
                Value::$kind($convert)
            }
        }

        impl Bindable for $type {
            const KIND: Kind = Kind::$kind;
        }
    )*};
}

bindable! {
    String => Text, text => text;
    &str => Text, text => text.to_owned();
    &String => Text, text => text.clone();
    i64 => Integer, number => number;
    i32 => Integer, number => i64::from(number);
    u32 => Integer, number => i64::from(number);
    u16 => Integer, number => i64::from(number);
    bool => Bool, is_true => is_true;
    f64 => Real, number => number;
    DateTime<Utc> => Time, time => time;
    serde_json::Value => Json, json => json;
    Vec<u8> => Bytes, bytes => bytes;
    &[u8] => Bytes, bytes => bytes.to_vec();
}

impl<T: Bindable> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null(T::KIND), Into::into)
    }
}
