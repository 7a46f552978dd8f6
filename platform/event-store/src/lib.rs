//! Aggregates as event streams: loaded from a snapshot and the events after it, appended with the version that is expected.

mod append;
mod hold;
mod load;
mod snapshot;
mod verify;

pub use append::{AppendError, append};
pub use hold::hold;
pub use load::{LoadError, Loaded, load, load_committed, load_without_snapshot, prefetch};
pub use verify::{Finding, Findings, verify_log, verify_streams};
