//! Bounded context: vendors, categories, products, variants, prices.
