//! Rows as they come from an engine, and getters that say which column is wrong.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{StoreError, Value};

/// One row of a result.
#[derive(Debug, Clone)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

/// Made from a row, by hand: a column that is missing or of another kind is an error that names it.
pub trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}

impl Row {
    pub(crate) fn new(columns: Arc<[String]>, values: Vec<Value>) -> Row {
        Row { columns, values }
    }

    /// All values, in the order of the result's columns.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    pub fn text(&self, column: &str) -> Result<String, StoreError> {
        self.required(column, Self::optional_text(self, column)?)
    }

    pub fn optional_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        match self.value(column)? {
            Value::Null(_) => Ok(None),
            Value::Text(text) => Ok(Some(text.clone())),
            other => Err(mismatch(column, "a text", other)),
        }
    }

    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.required(column, self.optional_int(column)?)
    }

    pub fn optional_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        match self.value(column)? {
            Value::Null(_) => Ok(None),
            Value::Integer(number) => Ok(Some(*number)),
            other => Err(mismatch(column, "an integer", other)),
        }
    }

    pub fn bool(&self, column: &str) -> Result<bool, StoreError> {
        self.required(column, self.optional_bool(column)?)
    }

    pub fn optional_bool(&self, column: &str) -> Result<Option<bool>, StoreError> {
        match self.value(column)? {
            Value::Null(_) => Ok(None),
            Value::Bool(is_true) => Ok(Some(*is_true)),
            Value::Integer(number @ (0 | 1)) => Ok(Some(*number == 1)),
            other => Err(mismatch(column, "true or false", other)),
        }
    }

    pub fn real(&self, column: &str) -> Result<f64, StoreError> {
        self.required(column, self.optional_real(column)?)
    }

    pub fn optional_real(&self, column: &str) -> Result<Option<f64>, StoreError> {
        match self.value(column)? {
            Value::Null(_) => Ok(None),
            Value::Real(number) => Ok(Some(*number)),
            Value::Integer(number) => Ok(Some(*number as f64)),
            other => Err(mismatch(column, "a number", other)),
        }
    }

    pub fn time(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        self.required(column, self.optional_time(column)?)
    }

    pub fn optional_time(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        match self.value(column)? {
            Value::Null(_) => Ok(None),
            Value::Time(time) => Ok(Some(*time)),
            Value::Text(text) => match DateTime::parse_from_rfc3339(text) {
                Ok(time) => Ok(Some(time.to_utc())),
                Err(error) => Err(bad(column, format!("no time of RFC 3339: {error}"))),
            },
            other => Err(mismatch(column, "a time", other)),
        }
    }

    pub fn json(&self, column: &str) -> Result<serde_json::Value, StoreError> {
        self.required(column, self.optional_json(column)?)
    }

    pub fn optional_json(&self, column: &str) -> Result<Option<serde_json::Value>, StoreError> {
        match self.value(column)? {
            Value::Null(_) => Ok(None),
            Value::Json(json) => Ok(Some(json.clone())),
            Value::Text(text) => match serde_json::from_str(text) {
                Ok(json) => Ok(Some(json)),
                Err(error) => Err(bad(column, format!("no JSON: {error}"))),
            },
            other => Err(mismatch(column, "JSON", other)),
        }
    }

    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.required(column, self.optional_bytes(column)?)
    }

    pub fn optional_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match self.value(column)? {
            Value::Null(_) => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes.clone())),
            other => Err(mismatch(column, "bytes", other)),
        }
    }

    /// Reads a text by the type's own parser: ids, enums, currencies.
    pub fn parsed<T>(&self, column: &str) -> Result<T, StoreError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.required(column, self.optional_parsed(column)?)
    }

    pub fn optional_parsed<T>(&self, column: &str) -> Result<Option<T>, StoreError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let Some(text) = self.optional_text(column)? else { return Ok(None) };
        text.parse().map(Some).map_err(|error: T::Err| bad(column, error.to_string()))
    }

    /// A value of any kind.
    pub fn value(&self, column: &str) -> Result<&Value, StoreError> {
        let index = self.columns.iter().position(|name| name == column);
        let value = index.and_then(|index| self.values.get(index));
        value.ok_or_else(|| bad(column, format!("not in the result, which has {}", self.columns.join(", "))))
    }

    fn required<T>(&self, column: &str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| bad(column, "null".to_owned()))
    }
}

/// The whole row, for queries whose result has no type of its own.
impl FromRow for Row {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(row.clone())
    }
}

fn mismatch(column: &str, expected: &str, found: &Value) -> StoreError {
    let found = match found {
        Value::Null(_) => "null",
        Value::Text(_) => "a text",
        Value::Integer(_) => "an integer",
        Value::Bool(_) => "true or false",
        Value::Real(_) => "a number with a point",
        Value::Time(_) => "a time",
        Value::Json(_) => "JSON",
        Value::Bytes(_) => "bytes",
    };
    bad(column, format!("{found} where {expected} is expected"))
}

fn bad(column: &str, reason: String) -> StoreError {
    StoreError::BadRow { column: column.to_owned(), reason }
}
