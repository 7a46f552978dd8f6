//! How much memory requests may hold together. Past the budget they are refused; well below it they begin one after
//! another where that costs nobody anything.

mod machine_limit;
pub(crate) mod pacing;

use crate::{
    client_error::ClientError,
    config::{ByteSize, Span},
    error_code::ErrorCode,
    metrics::MemoryMetrics,
};
use bytes::Bytes;
use hansa_executor::{HeldBytes, MemoryBudget};
use pacing::Pacing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Memory that requests hold: their bodies, the answers of subgraphs, the objects made of them, and responses until
/// clients have taken them. Caches have bounds of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MemoryConfig {
    /// All requests together; past it, requests that need more and new ones are refused with status 503. Left out: half
    /// of what the container, or else the machine, may use.
    pub bytes_max: Option<ByteSize>,
    /// One request. Past it, the request ends with an error.
    pub request_bytes_max: ByteSize,
    /// While requests that are worked on hold or will need so much, others begin only as those end, or as the processor
    /// has nothing else to do: few at a time are faster than many, and need less.
    pub pacing_bytes: ByteSize,
    /// A request begins after so long in any case.
    pub pacing_wait_max: Span,
}

impl Default for MemoryConfig {
    fn default() -> Self {
        MemoryConfig {
            bytes_max: None,
            request_bytes_max: ByteSize::from_mib(256),
            pacing_bytes: ByteSize::from_mib(16),
            pacing_wait_max: Span::from_secs(1),
        }
    }
}

/// Where neither container nor machine tell.
const BYTES_OTHERWISE: u64 = 512 << 20;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) budget: Arc<MemoryBudget>,
    pub(crate) pacing: Arc<Pacing>,
    pub(crate) metrics: MemoryMetrics,
}

impl Memory {
    pub(crate) fn new(config: &MemoryConfig, metrics: MemoryMetrics) -> Memory {
        let (bytes_max, source) = match config.bytes_max {
            Some(bytes_max) => (bytes_max.0, "the settings"),
            None => match machine_limit::read() {
                Some(limit) => (limit / 2, "half of what container or machine may use"),
                None => (BYTES_OTHERWISE, "neither container nor machine tell theirs"),
            },
        };
        tracing::debug!(bytes_max, source, "memory for requests");
        let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        metrics.bytes_max.set(i64::try_from(bytes_max).unwrap_or(i64::MAX));
        Memory {
            budget: MemoryBudget::new(bytes_max, config.request_bytes_max.as_usize()),
            pacing: Pacing::new(config.pacing_bytes.as_usize(), config.pacing_wait_max.0, metrics.paced.clone()),
            metrics,
        }
    }

    /// Nothing has been sent yet: the client may ask again.
    pub(crate) fn refuse(&self) -> ClientError {
        self.metrics.shed("memory");
        let description = "the router has too little memory left for this request; try again later";
        ClientError::new(ErrorCode::Overloaded, description)
    }

    /// For whoever reads the metrics.
    pub(crate) fn observe(&self) {
        self.metrics.held.set(i64::try_from(self.budget.held_bytes()).unwrap_or(i64::MAX));
    }
}

/// A response body that counts until the connection has written its last byte, or is closed.
pub(crate) fn counted<B: AsRef<[u8]> + Send + 'static>(body: B, held: HeldBytes) -> Bytes {
    struct Counted<B>(B, #[expect(dead_code, reason = "dropped with the bytes")] HeldBytes);
    impl<B: AsRef<[u8]>> AsRef<[u8]> for Counted<B> {
        fn as_ref(&self) -> &[u8] {
            self.0.as_ref()
        }
    }
    Bytes::from_owner(Counted(body, held))
}
