//! The log of a store of documents. A document carries its events; afterwards they get their places in the log: whoever
//! reads the log first brings into it what documents still carry. Of several processes that is the one whose relay leads;
//! where two do it at once, each event is there once all the same, and positions are without holes.

use std::time::Duration;

use hansa_event_sourcing::{EventLog, LogError, LogFuture, LoggedEvent, RecordedEvent};
use tokio::{sync::watch, time::Instant};

use crate::{
    Documents, StoreError,
    backend::{Engine, on_engine},
};

/// At most so many events in one answer.
const READ_MAX: u32 = 1_000;
/// How long what other processes have written may wait, while this one is asked again and again.
const LOOKED_EVERY: Duration = Duration::from_millis(100);
/// What is still carried after so many rounds waits for the next reader.
const ROUNDS_MAX: u32 = 64;

/// When the documents were last seen to carry nothing.
#[derive(Debug, Default)]
pub(crate) struct Sequenced {
    looked: Option<(u64, Instant)>,
}

/// Events that a document carries, in the order in which they were written.
#[derive(Debug)]
pub(crate) struct Carried {
    pub(crate) collection: usize,
    pub(crate) document_id: String,
    pub(crate) events: Vec<RecordedEvent>,
}

impl Documents {
    /// The events of a lane after a position (0: from the start), in order; at most 1,000. Those that documents still
    /// carry are brought into the log before.
    pub async fn events_after(&self, lane: i64, position: i64, limit: u32) -> Result<Vec<LoggedEvent>, StoreError> {
        self.sequence().await?;
        on_engine!(&self.backend.engine, events_after(lane, position, limit.min(READ_MAX)))
    }

    /// The last position of a lane, once what documents carry is in the log; 0 where there is none.
    pub async fn last_position(&self, lane: i64) -> Result<i64, StoreError> {
        self.sequence().await?;
        on_engine!(&self.backend.engine, last_position(lane))
    }

    /// Brings into the log what documents carry.
    async fn sequence(&self) -> Result<(), StoreError> {
        let mut sequenced = self.backend.sequenced.lock().await;
        let commits = *self.backend.commits.borrow();
        let is_done = sequenced.looked.is_some_and(|(seen, at)| seen == commits && at.elapsed() < LOOKED_EVERY);
        if is_done {
            return Ok(());
        }
        let began = Instant::now();
        for _ in 0..ROUNDS_MAX {
            if !on_engine!(&self.backend.engine, sequence_some())? {
                sequenced.looked = Some((commits, began));
                return Ok(());
            }
        }
        Ok(())
    }
}

impl EventLog for Documents {
    fn lanes(&self) -> i64 {
        match &self.backend.engine {
            Engine::Embedded(engine) => engine.lanes(),
            Engine::Mongo(engine) => engine.lanes(),
        }
    }

    fn after(&self, lane: i64, position: i64, limit: u32) -> LogFuture<'_, Vec<LoggedEvent>> {
        Box::pin(async move { self.events_after(lane, position, limit).await.map_err(LogError::from) })
    }

    fn last_position(&self, lane: i64) -> LogFuture<'_, i64> {
        Box::pin(async move { Documents::last_position(self, lane).await.map_err(LogError::from) })
    }

    fn last_positions(&self) -> LogFuture<'_, Vec<i64>> {
        Box::pin(async move {
            self.sequence().await?;
            let mut positions = Vec::new();
            for lane in 0..self.lanes() {
                positions.push(on_engine!(&self.backend.engine, last_position(lane))?);
            }
            Ok(positions)
        })
    }

    fn committed(&self) -> watch::Receiver<u64> {
        self.backend.commits.subscribe()
    }
}

/// All events, those of each document in their order, and otherwise by the time at which they were recorded.
pub(crate) fn in_order(carried: &[Carried]) -> Vec<&RecordedEvent> {
    let mut events = Vec::new();
    for document in carried {
        // A clock that was set back does not turn the order of a document around.
        let mut latest = None;
        for event in &document.events {
            latest = latest.max(Some(event.recorded_at));
            events.push((latest, event));
        }
    }
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(_, event)| event).collect()
}
