//! What workers of a context keep beside its log: who of several processes leads, and how far the relay has come.

use crate::LogFuture;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Asks for leases, or for more time with those that the holder has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    pub names: Vec<String>,
    /// One of the processes, unique among all that ever ask.
    pub holder: String,
    pub now: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// A lease that the holder has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLease {
    pub name: String,
    /// Raised whenever another holder takes it.
    pub epoch: i64,
}

/// How far the relay has come in one lane. A note: what is on the bus counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedLane {
    pub lane: i64,
    pub position: i64,
    /// The message's number on the bus.
    pub sequence: i64,
    /// Which making of the bus's stream it was: a stream that was made anew has another.
    pub stream: String,
}

/// Kept in the same store as the log.
pub trait RelayStore: Send + Sync {
    /// Takes each lease that is free, expired or the holder's own, in one commit; gives those that the holder has now.
    fn take_leases(&self, request: LeaseRequest) -> LogFuture<'_, Vec<HeldLease>>;

    /// Frees all leases of a holder; their epochs stay.
    fn give_up_leases(&self, holder: String) -> LogFuture<'_, ()>;

    /// The last notes of all lanes; none at first.
    fn published(&self) -> LogFuture<'_, Vec<PublishedLane>>;

    /// Replaces the notes of these lanes.
    fn note_published(&self, lanes: Vec<PublishedLane>) -> LogFuture<'_, ()>;
}

pub type SharedRelayStore = Arc<dyn RelayStore>;
