//! The tables, one module each.

pub(crate) mod disputes;
pub(crate) mod fees;
pub(crate) mod ledger;
pub(crate) mod operations;
pub(crate) mod order_shares;
pub(crate) mod payment_methods;
pub(crate) mod payments;
pub(crate) mod payouts;
pub(crate) mod refunds;

use hansa_relational::{Row, StoreError};
use hansa_values::{CurrencyCode, Money};

/// An amount from two columns.
fn money(row: &Row, column: &str) -> Result<Money, StoreError> {
    let currency: CurrencyCode = row.parsed("currency")?;
    Ok(Money { minor_units: row.int(column)?, currency })
}

fn bad(column: &str, reason: impl std::fmt::Display) -> StoreError {
    StoreError::BadRow { column: column.to_owned(), reason: reason.to_string() }
}
