//! Sheds load: past a number of requests at once, more are refused at once instead of making all of them slow.

use crate::{client_error::ClientError, error_code::ErrorCode, metrics::RouterMetrics};
use prometheus_client::metrics::gauge::Gauge;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

#[derive(Debug)]
pub(crate) struct Admission {
    requests_max: u32,
    requests: AtomicU32,
    gauge: Gauge,
}

/// One admitted request. Dropping it makes room; a mutation keeps it when its client goes.
#[derive(Debug)]
pub(crate) struct Admitted(Arc<Admission>);

impl Admission {
    pub(crate) fn new(requests_max: u32, metrics: &RouterMetrics) -> Admission {
        Admission { requests_max, requests: AtomicU32::new(0), gauge: metrics.requests_in_flight.clone() }
    }

    pub(crate) fn admit(self: &Arc<Self>) -> Result<Admitted, ClientError> {
        self.gauge.inc();
        let admitted = Admitted(self.clone());
        if self.requests.fetch_add(1, Ordering::Relaxed) < self.requests_max {
            return Ok(admitted);
        }
        let description = "the router has too many requests to answer; try again later";
        Err(ClientError::new(ErrorCode::Overloaded, description))
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
        self.0.gauge.dec();
    }
}
