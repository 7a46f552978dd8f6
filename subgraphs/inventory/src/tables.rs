//! Reading and writing the tables: one module a table. Rows of stock are written by the commit of the events that they
//! come from, and by nothing else.

pub(crate) mod availabilities;
pub(crate) mod movements;
pub(crate) mod reservations;
pub(crate) mod stock_levels;
pub(crate) mod streams;
pub(crate) mod variants;
pub(crate) mod warehouses;
