//! The tables, one module each.

pub(crate) mod addresses;
pub(crate) mod methods;
pub(crate) mod plans;
pub(crate) mod shipments;
pub(crate) mod tracking;
pub(crate) mod variants;
pub(crate) mod warehouses;

use hansa_relational::StoreError;

fn bad(column: &str, reason: impl std::fmt::Display) -> StoreError {
    StoreError::BadRow { column: column.to_owned(), reason: reason.to_string() }
}
