//! Logs, metrics and trace context for every Hansa process.
//!
//! Knows no domain: which metrics exist and what is logged is decided where it happens.

mod logs;
mod metrics;
mod process_memory;
mod trace_context;

pub use logs::{LogFilter, LogFilterError, LogFormat, start_logs};
pub use metrics::{METRICS_CONTENT_TYPE, Metrics};
pub use trace_context::TraceContext;

#[cfg(test)]
mod tests;
