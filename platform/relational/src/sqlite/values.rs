//! Our values as SQLite keeps them, and back. Times and JSON are texts, truth is 0 or 1.

use std::sync::Arc;

use sqlx::{
    Arguments, Column, Row as _, TypeInfo, ValueRef,
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::{Kind, Row, StoreError, Value, time_text};

pub(super) fn arguments(values: Vec<Value>) -> SqliteArguments {
    let mut arguments = SqliteArguments::default();
    for value in values {
        let added = match value {
            Value::Null(_) => arguments.add(None::<String>),
            Value::Text(text) => arguments.add(text),
            Value::Integer(number) => arguments.add(number),
            Value::Bool(is_true) => arguments.add(is_true),
            Value::Real(number) => arguments.add(number),
            Value::Time(time) => arguments.add(time_text(time)),
            Value::Json(json) => arguments.add(json.to_string()),
            Value::Bytes(bytes) => arguments.add(bytes),
        };
        added.expect("texts, numbers and bytes always encode");
    }
    arguments
}

pub(super) fn columns(row: &SqliteRow) -> Arc<[String]> {
    row.columns().iter().map(|column| column.name().to_owned()).collect()
}

/// Takes each value by the type that it has, not by the one that its column was declared with.
pub(super) fn row(row: &SqliteRow, columns: Arc<[String]>) -> Result<Row, StoreError> {
    let values: Result<Vec<Value>, StoreError> =
        columns.iter().enumerate().map(|(index, column)| value(row, index, column)).collect();
    Ok(Row::new(columns, values?))
}

fn value(row: &SqliteRow, index: usize, column: &str) -> Result<Value, StoreError> {
    let bad = |error: sqlx::Error| StoreError::BadRow { column: column.to_owned(), reason: error.to_string() };
    let raw = row.try_get_raw(index).map_err(bad)?;
    if raw.is_null() {
        return Ok(Value::Null(Kind::Text));
    }
    let kind = raw.type_info().name().to_owned();
    match kind.as_str() {
        "INTEGER" => row.try_get_unchecked(index).map(Value::Integer),
        "REAL" => row.try_get_unchecked(index).map(Value::Real),
        "BLOB" => row.try_get_unchecked(index).map(Value::Bytes),
        _ => row.try_get_unchecked(index).map(Value::Text),
    }
    .map_err(bad)
}
