//! Aggregates as event streams: loaded from a snapshot and the events after it, appended with the version that is expected.

mod append;
mod load;
mod snapshot;

pub use append::{AppendError, append};
pub use load::{LoadError, Loaded, load};
