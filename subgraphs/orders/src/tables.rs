//! The tables of this context, each in a module of its own.

pub(crate) mod carts;
pub(crate) mod checkouts;
pub(crate) mod offers;
pub(crate) mod order_pages;
pub(crate) mod orders;
pub(crate) mod returns;
pub(crate) mod suspensions;

use hansa_relational::{Row, StoreError, Value};
use hansa_values::Money;

/// An amount whose currency stands in the column `currency`.
fn money(row: &Row, column: &str) -> Result<Money, StoreError> {
    Ok(Money { minor_units: row.int(column)?, currency: row.parsed("currency")? })
}

/// JSON of a plain struct, which is an object.
fn json_of(value: &impl serde::Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(value).map(Value::Json).map_err(StoreError::Payload)
}

fn from_json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    serde_json::from_value(row.json(column)?).map_err(StoreError::Payload)
}
