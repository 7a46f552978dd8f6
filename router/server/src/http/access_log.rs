//! One log line and one count for each GraphQL request. Never variables, headers or document texts.

use crate::metrics::{Outcome, RouterMetrics};
use apollo_compiler::Name;
use http::StatusCode;
use std::time::Instant;

/// Longer names are cut: clients choose them.
const NAME_BYTES_MAX: usize = 100;

/// What is known of a request, filled in on its way.
#[derive(Debug)]
pub(crate) struct RequestRecord<'a> {
    metrics: &'a RouterMetrics,
    /// Otherwise the client has gone, and the request with it.
    has_ended: bool,
    started: Instant,
    pub(crate) operation_name: Option<Name>,
    pub(crate) operation_kind: &'static str,
}

impl<'a> RequestRecord<'a> {
    pub(crate) fn start(metrics: &'a RouterMetrics) -> RequestRecord<'a> {
        RequestRecord { metrics, has_ended: false, started: Instant::now(), operation_name: None, operation_kind: "" }
    }

    pub(crate) fn end(&mut self, trace_id: &str, (status, outcome): (StatusCode, Outcome), is_info: bool) {
        let duration = self.started.elapsed();
        self.has_ended = true;
        self.metrics.observe_request(status, outcome, duration);
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    trace_id,
                    operation.name = self.operation_name.as_ref().map(|name| cut(name)),
                    operation.kind = self.operation_kind,
                    status = status.as_u16(),
                    code = outcome.code(),
                    duration_ms = duration.as_secs_f64() * 1000.0,
                    "request"
                )
            };
        }
        if is_info {
            line!(info);
        } else {
            line!(debug);
        }
    }
}

impl Drop for RequestRecord<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.metrics.request_cancelled();
        }
    }
}

fn cut(name: &str) -> &str {
    let mut end = name.len().min(NAME_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}
