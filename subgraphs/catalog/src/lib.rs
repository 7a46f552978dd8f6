//! Bounded context: vendors, categories, products, variants, prices.

pub mod domain;
