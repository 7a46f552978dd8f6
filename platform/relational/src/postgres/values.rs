//! Our values as PostgreSQL wants them, and back.

use std::{borrow::Cow, sync::Arc};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::{
    Arguments, AssertSqlSafe, Column, PgConnection, Row as _, TypeInfo, ValueRef,
    postgres::{PgArguments, PgRow},
    types::Json,
};

use super::errors::store_error;
use crate::{Kind, Row, StoreError, Value};

pub(super) fn arguments(values: Vec<Value>) -> PgArguments {
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Null(Kind::Text) => arguments.add(None::<String>),
            Value::Null(Kind::Integer) => arguments.add(None::<i64>),
            Value::Null(Kind::Bool) => arguments.add(None::<bool>),
            Value::Null(Kind::Real) => arguments.add(None::<f64>),
            Value::Null(Kind::Time) => arguments.add(None::<DateTime<Utc>>),
            Value::Null(Kind::Json) => arguments.add(None::<Json<serde_json::Value>>),
            Value::Null(Kind::Bytes) => arguments.add(None::<Vec<u8>>),
            Value::Text(text) => arguments.add(text),
            Value::Integer(number) => arguments.add(number),
            Value::Bool(is_true) => arguments.add(is_true),
            Value::Real(number) => arguments.add(number),
            Value::Time(time) => arguments.add(time),
            Value::Json(json) => arguments.add(Json(json)),
            Value::Bytes(bytes) => arguments.add(bytes),
        };
        added.expect("texts, numbers, times and bytes always encode");
    }
    arguments
}

/// All rows, or an error where there are more than `max`; then the rest of the answer is still to come.
pub(super) async fn fetch(
    connection: &mut PgConnection,
    (text, values): (Cow<'static, str>, Vec<Value>),
    max: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut stream = sqlx::query_with(AssertSqlSafe(text), arguments(values)).fetch(connection);
    let mut rows = Vec::new();
    let mut columns: Option<Arc<[String]>> = None;
    while let Some(row) = stream.try_next().await.map_err(store_error)? {
        if rows.len() == max {
            return Err(StoreError::TooManyRows { limit: max });
        }
        let columns = columns.get_or_insert_with(|| names(&row)).clone();
        rows.push(decoded(&row, columns)?);
    }
    Ok(rows)
}

fn names(row: &PgRow) -> Arc<[String]> {
    row.columns().iter().map(|column| column.name().to_owned()).collect()
}

fn decoded(row: &PgRow, columns: Arc<[String]>) -> Result<Row, StoreError> {
    let values: Result<Vec<Value>, StoreError> =
        columns.iter().enumerate().map(|(index, column)| value(row, index, column)).collect();
    Ok(Row::new(columns, values?))
}

fn value(row: &PgRow, index: usize, column: &str) -> Result<Value, StoreError> {
    let bad = |reason: String| StoreError::BadRow { column: column.to_owned(), reason };
    let raw = row.try_get_raw(index).map_err(|error| bad(error.to_string()))?;
    if raw.is_null() {
        return Ok(Value::Null(Kind::Text));
    }
    let kind = raw.type_info().name().to_owned();
    match kind.as_str() {
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" => row.try_get_unchecked(index).map(Value::Text),
        "INT8" => row.try_get_unchecked(index).map(Value::Integer),
        "INT4" => row.try_get_unchecked::<i32, _>(index).map(Value::from),
        "INT2" => row.try_get_unchecked::<i16, _>(index).map(|number| Value::Integer(number.into())),
        "BOOL" => row.try_get_unchecked(index).map(Value::Bool),
        "FLOAT8" => row.try_get_unchecked(index).map(Value::Real),
        "FLOAT4" => row.try_get_unchecked::<f32, _>(index).map(|number| Value::Real(number.into())),
        "TIMESTAMPTZ" => row.try_get_unchecked(index).map(Value::Time),
        "JSON" | "JSONB" => row.try_get_unchecked(index).map(|Json(json)| Value::Json(json)),
        "BYTEA" => row.try_get_unchecked(index).map(Value::Bytes),
        "VOID" => Ok(Value::Null(Kind::Text)),
        "NUMERIC" => {
            let bytes = raw.as_bytes().map_err(|error| bad(error.to_string()))?;
            return number(bytes).ok_or_else(|| bad("no number, or one that is too large".to_owned()));
        }
        other => return Err(bad(format!("of the type {other}, which is none of ours"))),
    }
    .map_err(|error| bad(error.to_string()))
}

/// What sums and quotients are: an integer where it was calculated without a point, as the other engine has it.
/// The form is that of `numeric_send`: counts and signs of 16 bits, then digits of base 10,000.
fn number(bytes: &[u8]) -> Option<Value> {
    let mut fields = bytes.chunks_exact(2).map(|field| i16::from_be_bytes([field[0], field[1]]));
    let (_, weight, sign, scale) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let digits: Vec<i16> = fields.collect();
    let minus = match sign {
        0 => "",
        0x4000 => "-",
        // Not a number, or infinite.
        _ => return None,
    };
    let of_power = |power: i16| {
        let place = usize::try_from(i32::from(weight) - i32::from(power)).ok();
        format!("{:04}", place.and_then(|place| digits.get(place)).copied().unwrap_or(0))
    };
    let whole: String = (0..=weight.max(0)).rev().map(of_power).collect();
    if scale == 0 {
        return format!("{minus}{whole}").parse().ok().map(Value::Integer);
    }
    let part: String = (1..=scale / 4 + 1).map(|power| of_power(-power)).collect();
    format!("{minus}{whole}.{part}").parse().ok().map(Value::Real)
}
