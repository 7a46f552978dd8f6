//! Values in filters, in places of an order, and in groups.

use chrono::{DateTime, Utc};
use hansa_relational::time_text;
use serde::{Deserialize, Serialize};

/// One typed value of a document. A value is never equal to one of another type, except that integers and reals are
/// numbers, and that the embedded backend keeps `true` as 1 and `false` as 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Value {
    /// Null, or missing: the two are not told apart.
    Null,
    Text(String),
    Integer(i64),
    Real(f64),
    Bool(bool),
    /// Only for fields that the collection's specification lists as times.
    Time(DateTime<Utc>),
}

macro_rules! values {
    ($($type:ty => $kind:ident, $value:ident => $convert:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Value {
                Value::$kind($convert)
            }
        }
    )*};
}

values! {
    String => Text, text => text;
    &String => Text, text => text.clone();
    &str => Text, text => text.to_owned();
    i64 => Integer, number => number;
    i32 => Integer, number => i64::from(number);
    u32 => Integer, number => i64::from(number);
    f64 => Real, number => number;
    bool => Bool, is_true => is_true;
    DateTime<Utc> => Time, time => time;
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl Value {
    /// As the embedded backend binds it; `None` for null.
    pub(crate) fn bound(&self) -> Option<hansa_relational::Value> {
        Some(match self {
            Value::Null => return None,
            Value::Text(text) => text.into(),
            Value::Integer(number) => (*number).into(),
            Value::Real(number) => (*number).into(),
            Value::Bool(is_true) => (*is_true).into(),
            Value::Time(time) => time_text(*time).into(),
        })
    }

    pub(crate) fn of_column(value: &hansa_relational::Value) -> Value {
        match value {
            hansa_relational::Value::Text(text) => Value::Text(text.clone()),
            hansa_relational::Value::Integer(number) => Value::Integer(*number),
            hansa_relational::Value::Real(number) => Value::Real(*number),
            hansa_relational::Value::Bool(is_true) => Value::Bool(*is_true),
            hansa_relational::Value::Time(time) => Value::Time(*time),
            _ => Value::Null,
        }
    }

    /// The number that a sum, a smallest or a largest value is.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Integer(number) => Some(*number as f64),
            Value::Real(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}
