//! The task of one consumer of documents: it reads each lane of its sources from its checkpoint on, event by event. An event
//! that fails is tried again with growing pauses, before which its lane stands; then it is parked, and the lane goes on.

use super::{DocumentConsumer, command_for, lane::Lane};
use crate::{
    Bus, BusError, HandleError, ReceivedEvent, WorkerSettings,
    bus::{BusLane, BusMessage, Tail},
    consuming::{Arrived, Reading, guarded, read},
    failures::{Failures, with_sources},
    leases::Lease,
    metrics::ConsumerMetrics,
};
use futures_util::{FutureExt, future::select_all};
use hansa_event_sourcing::{Checkpoint, Clock, IdSource, LogError, SharedCheckpointStore};
use std::{
    collections::{BTreeMap, HashSet, btree_map::Entry},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use tracing::{debug, error, info};

/// So many events are read at once.
const BATCH_MAX: usize = 256;
/// With as many dead letters as there may be: until they are tried again.
const FULL_PAUSE: Duration = Duration::from_secs(60);

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

type LaneKey = (&'static str, i64);

/// What a session knows.
#[derive(Default)]
pub(super) struct Session {
    pub(super) sources: Vec<&'static str>,
    lanes: BTreeMap<LaneKey, Lane>,
    /// When the first event was taken whose checkpoint is not written, and whether one of them had an effect.
    dirty_since: Option<Instant>,
    has_done: bool,
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
    #[error("it has {0} dead letters, as many as it may have, and takes no more events")]
    TooManyLetters(i64),
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
            let ended = self.session(&stopped).await;
            let pause = match &ended {
                Err(SessionError::TooManyLetters(_)) => FULL_PAUSE,
                _ => self.settings.pause_after_failure,
            };
            match ended {
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
        let mut session = Session { sources, ..Session::default() };
        self.try_letters(&mut session).await?;
        let mut tails = Vec::new();
        for source in &session.sources {
            tails.push(self.bus.tail(source).await?);
        }
        let mut swept = self.sweep(&mut session).await?;
        while !*stopped.borrow() && self.lease.epoch().is_some() {
            if session.letters >= self.settings.dead_letters_max {
                return Err(SessionError::TooManyLetters(session.letters));
            }
            let behind: Vec<LaneKey> =
                session.lanes.iter().filter(|(_, lane)| lane.is_fetchable()).map(|(key, _)| *key).collect();
            for key in &behind {
                let messages = self.next(&mut session, *key).await?;
                self.take_all(&mut session, *key, messages).await?;
            }
            if swept.elapsed() >= self.settings.sweep_every {
                swept = self.sweep(&mut session).await?;
            }
            self.flush_if_due(&mut session).await?;
            let waiting = session.lanes.values().filter_map(Lane::waits_until);
            let dirty = session.dirty_since.map(|since| since + self.settings.idle_time_max);
            let until = waiting.chain(dirty).min().unwrap_or_else(far).min(swept + self.settings.sweep_every);
            let woken = tokio::select! {
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => break,
                woken = woken(&mut tails) => Some(woken?),
                () = tokio::time::sleep_until(until) => None,
            };
            if let Some((index, messages)) = woken {
                self.take_live(&mut session, index, messages).await?;
            }
        }
        self.flush(&mut session).await
    }

    /// Compares each lane with the bus: whatever was missed is ahead of us there.
    async fn sweep(&self, session: &mut Session) -> Result<Instant, SessionError> {
        for source in session.sources.clone() {
            for lane in 0..self.bus.declare(source, None).await?.lanes.unwrap_or(0) {
                let last = self.bus.last(BusLane { context: source, lane }).await?;
                let position = last.and_then(|last| last.position).unwrap_or(0);
                let lane = self.lane(session, (source, lane)).await?;
                lane.target = lane.target.max(position);
            }
        }
        Ok(Instant::now())
    }

    async fn lane<'a>(&self, session: &'a mut Session, key: LaneKey) -> Result<&'a mut Lane, SessionError> {
        Ok(match session.lanes.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let stored = self.store.checkpoint(self.place(key)).await;
                unknown.insert(Lane::at(stored.map_err(SessionError::Store)?))
            }
        })
    }

    /// What was published just now. What does not follow is fetched.
    async fn take_live(
        &self,
        session: &mut Session,
        index: usize,
        messages: Vec<BusMessage>,
    ) -> Result<(), SessionError> {
        let source = session.sources[index];
        let mut of_lanes: BTreeMap<i64, Vec<BusMessage>> = BTreeMap::new();
        for message in messages {
            let Some(place) = message.place() else { continue };
            let lane = self.lane(session, (source, place.lane)).await?;
            let is_next = lane.target == lane.known || of_lanes.contains_key(&place.lane);
            lane.target = lane.target.max(place.position);
            if is_next {
                of_lanes.entry(place.lane).or_default().push(message);
            }
        }
        for (lane, messages) in of_lanes {
            self.take_all(session, (source, lane), messages).await?;
        }
        Ok(())
    }

    fn place(&self, (source, lane): LaneKey) -> Checkpoint<'static> {
        Checkpoint { consumer: self.consumer.name(), source, lane }
    }

    /// Takes messages of a lane, as far as they follow without a gap.
    async fn take_all(
        &self,
        session: &mut Session,
        key: LaneKey,
        messages: Vec<BusMessage>,
    ) -> Result<(), SessionError> {
        let (source, number) = key;
        let mut lane = *self.lane(session, key).await?;
        for message in messages {
            let Some(place) = message.place().filter(|place| place.lane == number) else { continue };
            if place.position <= lane.known {
                self.metrics.duplicates.inc();
                continue;
            }
            let is_next = place.position == lane.known + 1 && lane.is_due();
            let is_full = session.letters >= self.settings.dead_letters_max;
            if !is_next || is_full || !self.take(session, &mut lane, Arrived { source, place, message }).await? {
                break;
            }
        }
        if lane.known > lane.stored {
            session.dirty_since.get_or_insert_with(Instant::now);
        }
        session.lanes.insert(key, lane);
        Ok(())
    }

    /// Moves checkpoints at once where something was done, else once there is much to pass over, or for long.
    async fn flush_if_due(&self, session: &mut Session) -> Result<(), SessionError> {
        let Some(since) = session.dirty_since else { return Ok(()) };
        let passed: i64 = session.lanes.values().map(|lane| lane.known - lane.stored).sum();
        let is_due = since.elapsed() >= self.settings.idle_time_max || passed >= self.settings.idle_events_max;
        match session.has_done || is_due {
            true => self.flush(session).await,
            false => Ok(()),
        }
    }

    async fn flush(&self, session: &mut Session) -> Result<(), SessionError> {
        for (key, lane) in session.lanes.iter_mut().filter(|(_, lane)| lane.known > lane.stored) {
            let moved = self.store.move_checkpoint(self.place(*key), (lane.stored, lane.known));
            if !moved.await.map_err(SessionError::Store)? {
                return Err(SessionError::Moved);
            }
            lane.stored = lane.known;
        }
        (session.dirty_since, session.has_done) = (None, false);
        Ok(())
    }

    /// From the bus; from the owner of the log, where the bus does not have them.
    async fn next(&self, session: &mut Session, key: LaneKey) -> Result<Vec<BusMessage>, SessionError> {
        let bus_lane = BusLane { context: key.0, lane: key.1 };
        let lane = self.lane(session, key).await?;
        let messages = self.bus.fetch(bus_lane, lane.known, BATCH_MAX).await?;
        let first = messages.iter().filter_map(BusMessage::place).find(|place| place.position > lane.known);
        if first.is_some_and(|place| place.position == lane.known + 1) {
            return Ok(messages);
        }
        self.metrics.gaps.inc();
        match self.bus.ask_owner(bus_lane, lane.known, BATCH_MAX as u32).await {
            Ok(messages) => {
                let places = || messages.iter().filter_map(BusMessage::place);
                if messages.is_empty() {
                    // It has nothing after that, so whatever said so was wrong.
                    lane.target = lane.known;
                } else if places().all(|place| place.position != lane.known + 1) {
                    lane.missing();
                }
                Ok(messages)
            }
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
                            session.has_done = true;
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
        session.has_done = true;
        lane.done(position);
        Ok(true)
    }

    /// Neither a panic nor a handler that hangs ends the task.
    pub(super) async fn handle(&self, received: &ReceivedEvent) -> Result<(), HandleError> {
        let command = command_for((self.context, self.consumer.name()), (&self.clock, &self.ids), received);
        guarded(self.consumer.handle(&command, received)).await
    }
}

/// What is published next, and of which source.
async fn woken(tails: &mut [Tail]) -> Result<(usize, Vec<BusMessage>), BusError> {
    if tails.is_empty() {
        return std::future::pending().await;
    }
    let (messages, index, _) = select_all(tails.iter_mut().map(|tail| tail.next(BATCH_MAX).boxed())).await;
    Ok((index, messages?))
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}
