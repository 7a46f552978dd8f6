//! One log line and one count for each GraphQL request. Never variables, headers or document texts.

use crate::metrics::{Outcome, RouterMetrics};
use apollo_compiler::Name;
use http::StatusCode;
use std::{
    ops::Deref,
    sync::Arc,
    time::{Duration, Instant},
};

/// Longer names are cut: clients choose them.
const NAME_BYTES_MAX: usize = 100;

/// What is known of a request, filled in on its way. It goes along with a response that is made in parts.
#[derive(Debug)]
pub(crate) struct RequestRecord<M: Deref<Target = RouterMetrics>> {
    metrics: M,
    /// Otherwise the client has gone, and the request with it.
    has_ended: bool,
    is_info: bool,
    started: Instant,
    first_payload_after: Option<Duration>,
    pub(crate) operation_name: Option<Name>,
    pub(crate) operation_kind: &'static str,
}

impl<'a> RequestRecord<&'a RouterMetrics> {
    /// `is_info`: whether logs have the request in any case.
    pub(crate) fn start(metrics: &'a RouterMetrics, is_info: bool) -> Self {
        RequestRecord {
            metrics,
            has_ended: false,
            is_info,
            started: Instant::now(),
            first_payload_after: None,
            operation_name: None,
            operation_kind: "",
        }
    }

    /// For whoever writes the response from here on. The first of its payloads is ready.
    pub(crate) fn hand_over(&mut self, metrics: Arc<RouterMetrics>) -> RequestRecord<Arc<RouterMetrics>> {
        self.has_ended = true;
        let first_payload_after = self.started.elapsed();
        metrics.observe_first_payload(first_payload_after);
        RequestRecord {
            metrics,
            has_ended: false,
            is_info: self.is_info,
            started: self.started,
            first_payload_after: Some(first_payload_after),
            operation_name: self.operation_name.take(),
            operation_kind: self.operation_kind,
        }
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }
}

impl<M: Deref<Target = RouterMetrics>> RequestRecord<M> {
    pub(crate) fn end(&mut self, trace_id: &str, (status, outcome): (StatusCode, Outcome)) {
        let duration = self.started.elapsed();
        self.has_ended = true;
        self.metrics.observe_request(status, outcome, duration);
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    trace_id,
                    operation.name = self.operation_name.as_ref().map(|name| cut(name)),
                    operation.kind = self.operation_kind,
                    status = status.as_u16(),
                    code = outcome.code(),
                    duration_ms = milliseconds(duration),
                    first_payload_ms = self.first_payload_after.map(milliseconds),
                    "request"
                )
            };
        }
        if self.is_info {
            line!(info);
        } else {
            line!(debug);
        }
    }
}

impl<M: Deref<Target = RouterMetrics>> Drop for RequestRecord<M> {
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
