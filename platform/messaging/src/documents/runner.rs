//! The task of one consumer of documents: it reads each lane of its sources from its checkpoint on, event by event. An event
//! that fails is tried again with growing pauses, before which its lane stands; then it is parked, and the lane goes on.

use super::{DocumentConsumer, command_for, lane::Lane};
use crate::{
    Bus, BusError, HandleError, ReceivedEvent, WorkerSettings,
    bus::{BusLane, BusMessage, Tail},
    consuming::{Arrived, Reading, read},
    failures::{Failures, with_sources},
    leases::Lease,
    metrics::ConsumerMetrics,
};
use futures_util::{FutureExt, future::select_all};
use hansa_event_sourcing::{Checkpoint, Clock, IdSource, LogError, SharedCheckpointStore};
use std::{
    collections::{BTreeMap, HashSet},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use tracing::{debug, error, info};

/// So many events between two checkpoints at most.
const BATCH_MAX: usize = 256;
const HANDLING_TIME_MAX: Duration = Duration::from_secs(30);

pub(crate) struct DocumentConsumerRunner {
    pub(crate) context: &'static str,
    pub(crate) consumer: Arc<dyn DocumentConsumer>,
    pub(crate) bus: Bus,
    pub(crate) store: SharedCheckpointStore,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
    pub(crate) lease: Lease,
    pub(crate) settings: Arc<WorkerSettings>,
    pub(crate) metrics: ConsumerMetrics,
}

/// What a session knows.
pub(super) struct Session {
    pub(super) sources: Vec<&'static str>,
    lanes: BTreeMap<(&'static str, i64), Lane>,
    /// Streams whose events wait behind a dead letter.
    pub(super) blocked: HashSet<(String, String)>,
    pub(super) letters: i64,
}

/// Why a consumer begins anew from its checkpoints.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error("read or write what the consumer keeps")]
    Store(#[source] LogError),
    #[error("another process has moved a checkpoint")]
    Moved,
}

impl DocumentConsumerRunner {
    pub(crate) async fn run(self, stopped: watch::Receiver<bool>) {
        let mut lease = self.lease.clone();
        let mut stop = stopped.clone();
        let mut failures = Failures::default();
        loop {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stopped| *stopped) => return,
                _ = lease.held() => {}
            }
            match self.session(&stopped).await {
                Ok(()) => {}
                Err(SessionError::Moved) => {
                    info!(consumer.name = self.consumer.name(), "another process runs this consumer");
                }
                Err(error) => {
                    let text = with_sources(&error);
                    if failures.is_news(&text) {
                        let (name, context) = (self.consumer.name(), self.context);
                        error!(
                            context.name = context,
                            consumer.name = name,
                            error = text,
                            "a consumer was interrupted"
                        );
                    }
                }
            }
            let pause = self.settings.pause_after_failure;
            let _ = tokio::time::timeout(pause, stop.wait_for(|stopped| *stopped)).await;
        }
    }

    /// Until the workers are stopped, the lease is lost, or something fails.
    async fn session(&self, stopped: &watch::Receiver<bool>) -> Result<(), SessionError> {
        let mut stopped = stopped.clone();
        let mut sources: Vec<&'static str> = Vec::new();
        for listening in self.consumer.listens_to() {
            if !sources.contains(&listening.context) {
                sources.push(listening.context);
            }
        }
        let mut tails = Vec::new();
        for source in &sources {
            tails.push(self.bus.tail(source).await?);
        }
        let mut session = Session { sources, lanes: BTreeMap::new(), blocked: HashSet::new(), letters: 0 };
        self.try_letters(&mut session).await?;
        while !*stopped.borrow() && self.lease.epoch().is_some() {
            let mut has_more = false;
            for source in session.sources.clone() {
                for lane in self.lanes(&mut session, source).await? {
                    has_more |= self.advance(&mut session, (source, lane)).await?;
                }
            }
            if has_more {
                continue;
            }
            let due = session.lanes.values().filter(|lane| !lane.is_due()).map(Lane::due_at).min();
            let until = (Instant::now() + self.settings.sweep_every).min(due.unwrap_or_else(far));
            tokio::select! {
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => break,
                woken = woken(&mut tails) => woken?,
                () = tokio::time::sleep_until(until) => {}
            }
        }
        Ok(())
    }

    /// The lanes that a source has by now.
    async fn lanes(&self, session: &mut Session, source: &'static str) -> Result<Vec<i64>, SessionError> {
        let count = self.bus.declare(source, None).await?.lanes.unwrap_or(0);
        for number in 0..count {
            if !session.lanes.contains_key(&(source, number)) {
                let place = self.place((source, number));
                let stored = self.store.checkpoint(place).await.map_err(SessionError::Store)?;
                session.lanes.insert((source, number), Lane::at(stored));
            }
        }
        Ok((0..count).collect())
    }

    fn place(&self, (source, lane): (&'static str, i64)) -> Checkpoint<'static> {
        Checkpoint { consumer: self.consumer.name(), source, lane }
    }

    /// Takes the next events of a lane. Gives whether there may be more at once.
    async fn advance(&self, session: &mut Session, key: (&'static str, i64)) -> Result<bool, SessionError> {
        let (source, number) = key;
        let mut lane = session.lanes.get(&key).copied().unwrap_or_else(|| Lane::at(0));
        if !lane.is_due() {
            return Ok(false);
        }
        let before = lane.known;
        for message in self.next(key, &mut lane).await? {
            let Some(place) = message.place().filter(|place| place.lane == number) else { continue };
            if place.position <= lane.known {
                self.metrics.duplicates.inc();
                continue;
            }
            let is_next = place.position == lane.known + 1;
            if !is_next || !self.take(session, &mut lane, Arrived { source, place, message }).await? {
                break;
            }
        }
        if lane.known > lane.stored {
            let moved = self.store.move_checkpoint(self.place(key), (lane.stored, lane.known));
            if !moved.await.map_err(SessionError::Store)? {
                return Err(SessionError::Moved);
            }
            lane.stored = lane.known;
        }
        session.lanes.insert(key, lane);
        Ok(lane.known > before)
    }

    /// From the bus; from the owner of the log, where the bus does not have them.
    async fn next(&self, key: (&'static str, i64), lane: &mut Lane) -> Result<Vec<BusMessage>, SessionError> {
        let bus_lane = BusLane { context: key.0, lane: key.1 };
        let messages = self.bus.fetch(bus_lane, lane.known, BATCH_MAX).await?;
        let first = messages.iter().filter_map(BusMessage::place).find(|place| place.position > lane.known);
        if first.is_some_and(|place| place.position == lane.known + 1) {
            return Ok(messages);
        }
        let last = self.bus.last(bus_lane).await?.and_then(|last| last.position).unwrap_or(0);
        if last <= lane.known {
            return Ok(Vec::new());
        }
        self.metrics.gaps.inc();
        match self.bus.ask_owner(bus_lane, lane.known, BATCH_MAX as u32).await {
            Ok(messages) => Ok(messages),
            Err(error) => {
                lane.missing();
                let (name, position) = (self.consumer.name(), lane.known + 1);
                let reason = with_sources(&error);
                error!(
                    consumer.name = name,
                    source = key.0,
                    lane = key.1,
                    position,
                    reason,
                    "an event is missing on the bus"
                );
                Ok(Vec::new())
            }
        }
    }

    /// Gives whether the lane goes on.
    async fn take(&self, session: &mut Session, lane: &mut Lane, arrived: Arrived) -> Result<bool, SessionError> {
        let position = arrived.place.position;
        let failure = match read(self.consumer.listens_to(), &arrived) {
            Reading::NotForIt => {
                self.metrics.skipped.inc();
                lane.done(position);
                return Ok(true);
            }
            Reading::Poison(reason) => HandleError::Poison(reason),
            Reading::Event(received) => {
                let stream = (received.source.clone(), received.event.stream_id.clone());
                match session.blocked.contains(&stream) {
                    true => HandleError::Poison("an earlier event of its stream is a dead letter".to_owned()),
                    false => match self.handle(&received).await {
                        Ok(()) => {
                            self.metrics.handled.inc();
                            lane.done(position);
                            return Ok(true);
                        }
                        Err(failure) => failure,
                    },
                }
            }
        };
        self.metrics.failed.inc();
        if matches!(failure, HandleError::Retry(_)) && lane.waits(&self.settings) {
            debug!(consumer.name = self.consumer.name(), position, error = with_sources(&failure), "an event failed");
            return Ok(false);
        }
        self.park(session, &arrived, (lane.attempts.max(1), &failure)).await?;
        lane.done(position);
        Ok(true)
    }

    /// Neither a panic nor a handler that hangs ends the task.
    pub(super) async fn handle(&self, received: &ReceivedEvent) -> Result<(), HandleError> {
        let command = command_for((self.context, self.consumer.name()), (&self.clock, &self.ids), received);
        let handling = AssertUnwindSafe(self.consumer.handle(&command, received)).catch_unwind();
        match tokio::time::timeout(HANDLING_TIME_MAX, handling).await {
            Ok(Ok(handled)) => handled,
            Ok(Err(_)) => Err(HandleError::Retry("the handler panicked".into())),
            Err(_) => Err(HandleError::Retry("the handler took longer than 30 s".into())),
        }
    }
}

/// When something is published. What it is does not matter: lanes are read.
async fn woken(tails: &mut [Tail]) -> Result<(), BusError> {
    if tails.is_empty() {
        return std::future::pending().await;
    }
    let (messages, _, _) = select_all(tails.iter_mut().map(|tail| tail.next(BATCH_MAX).boxed())).await;
    messages.map(drop)
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}
