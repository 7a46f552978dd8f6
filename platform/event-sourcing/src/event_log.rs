//! The log of a context: its published events in lanes, with positions that are without holes and in the order of commits.

use crate::RecordedEvent;
use serde::{Deserialize, Serialize};
use std::{error::Error, future::Future, pin::Pin, sync::Arc};
use tokio::sync::watch;

/// An envelope as JSON, at most: it has to fit into a message. Stores refuse larger ones when they are recorded.
pub const EVENT_BYTES_MAX: usize = 256 * 1024;

/// An event with its place in the log of its context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedEvent {
    pub lane: i64,
    pub position: i64,
    pub event: RecordedEvent,
}

pub type LogError = Box<dyn Error + Send + Sync>;
pub type LogFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, LogError>> + Send + 'a>>;

/// What a relay and a replay read. Whoever sees a position has seen all lower ones of its lane.
pub trait EventLog: Send + Sync {
    /// Lanes are `0..lanes()`. Fixed when the log is made: an aggregate stays in its lane.
    fn lanes(&self) -> i64;

    /// The events of a lane after a position (0: from the start), in order; at most `limit`, which is at most 1,000.
    fn after(&self, lane: i64, position: i64, limit: u32) -> LogFuture<'_, Vec<LoggedEvent>>;

    /// The last position of a lane; 0 where there is none.
    fn last_position(&self, lane: i64) -> LogFuture<'_, i64>;

    /// The last position of each lane. A store that can tell in one question does.
    fn last_positions(&self) -> LogFuture<'_, Vec<i64>> {
        Box::pin(async move {
            let mut positions = Vec::new();
            for lane in 0..self.lanes() {
                positions.push(self.last_position(lane).await?);
            }
            Ok(positions)
        })
    }

    /// Changes whenever this process has committed events. Other processes are found by asking again after a while.
    fn committed(&self) -> watch::Receiver<u64>;
}

pub type SharedEventLog = Arc<dyn EventLog>;

/// The lane of an aggregate: FNV-1a of its id without the prefix, so that an order and its saga, whose ids differ in
/// their prefixes only, share one. The same in every version of this program.
pub fn lane_of(stream_id: &str, lanes: i64) -> i64 {
    let key = stream_id.rsplit_once('_').map_or(stream_id, |(_, key)| key);
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash % lanes.max(1).unsigned_abs()) as i64
}
