//! Sheds load: past a number of requests at once, or past the memory that they may hold, more are refused at once
//! instead of making all of them slow.

use crate::{
    client_error::ClientError,
    error_code::ErrorCode,
    memory::{Memory, pacing::note_work},
    metrics::RouterMetrics,
};
use hansa_executor::MemoryLease;
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
    memory: Arc<Memory>,
}

/// One admitted request. Dropping it makes room; a mutation keeps it when its client goes.
#[derive(Debug)]
pub(crate) struct Admitted {
    admission: Arc<Admission>,
    /// What it holds. Its response may be held for longer.
    pub(crate) memory: Arc<MemoryLease>,
}

impl Admission {
    pub(crate) fn new(requests_max: u32, metrics: &RouterMetrics, memory: Arc<Memory>) -> Admission {
        Admission { requests_max, requests: AtomicU32::new(0), gauge: metrics.requests_in_flight.clone(), memory }
    }

    pub(crate) fn admit(self: &Arc<Self>) -> Result<Admitted, ClientError> {
        note_work();
        self.gauge.inc();
        let budget = &self.memory.budget;
        let admitted = Admitted { admission: self.clone(), memory: budget.lease() };
        let is_one_too_many = self.requests.fetch_add(1, Ordering::Relaxed) >= self.requests_max;
        if budget.is_spent() {
            return Err(self.memory.refuse());
        }
        if !is_one_too_many {
            return Ok(admitted);
        }
        self.memory.metrics.shed("requests");
        let description = "the router has too many requests to answer; try again later";
        Err(ClientError::new(ErrorCode::Overloaded, description))
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.admission.requests.fetch_sub(1, Ordering::Relaxed);
        self.admission.gauge.dec();
    }
}
