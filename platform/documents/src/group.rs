//! Grouped counts and sums.

use crate::Value;

/// Documents with the same values in the fields by which was grouped.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// In the order of the fields asked for.
    pub keys: Vec<Value>,
    pub count: i64,
    /// Of the numbers in the field that was summed: null if there are none.
    pub sum: Value,
    pub average: Option<f64>,
    pub minimum: Value,
    pub maximum: Value,
}
