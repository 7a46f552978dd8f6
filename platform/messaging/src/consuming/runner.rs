//! The task of one consumer: sessions, one after another, each from what is committed.

use super::{
    Arrived, Effects, KeepError, SessionError,
    lanes::{LaneKey, Lanes, Taken},
};
use crate::{
    Bus, BusError,
    bus::{BusLane, BusMessage, Tail},
    failures::{Failures, with_sources},
    leases::Lease,
    metrics::ConsumerMetrics,
    settings::WorkerSettings,
};
use futures_util::{FutureExt, future::select_all};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tracing::{debug, error, info};

/// So many events in one unit at most.
pub(super) const BATCH_MAX: usize = 256;
/// How often the store is asked for letters that are due, and for what an operator has decided.
const LETTERS_EVERY: Duration = Duration::from_secs(1);
/// What is missing is looked for again after so long at first, and at most.
const MISSING_PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

pub(crate) struct ConsumerRunner {
    pub(crate) context: &'static str,
    pub(crate) effects: Box<dyn Effects>,
    pub(crate) bus: Bus,
    pub(crate) lease: Lease,
    pub(crate) settings: Arc<WorkerSettings>,
    pub(crate) metrics: ConsumerMetrics,
}

type Asked = (LaneKey, Result<Vec<BusMessage>, BusError>);
/// Tasks of their own: a question that is not polled may hold the file of the embedded bus.
type Asking = JoinSet<Asked>;

/// What a session knows.
pub(super) struct Session {
    pub(super) sources: Vec<&'static str>,
    pub(super) lanes: Lanes,
    /// Unresolved letters that hold up their streams, when last counted.
    pub(super) unresolved: i64,
    /// When letters were looked at, and when the next one is due that has failed since.
    pub(super) letters_seen: Instant,
    pub(super) letter_due: Option<Instant>,
    sweep_at: Instant,
    asking: Asking,
}

/// What a session waits for.
enum Woken {
    Live(usize, Result<Vec<BusMessage>, BusError>),
    Asked(Asked),
    Time,
}

impl ConsumerRunner {
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
            debug!(context.name = self.context, consumer.name = self.effects.name(), "a consumer begins");
            match self.session(&stopped).await {
                Ok(()) => {}
                Err(SessionError::Store(KeepError::Moved)) => {
                    info!(consumer.name = self.effects.name(), "another process runs this consumer");
                }
                Err(error) => {
                    let text = with_sources(&error);
                    if failures.is_news(&text) {
                        error!(
                            context.name = self.context,
                            consumer.name = self.effects.name(),
                            error = text,
                            "a consumer was interrupted, and begins again from what is committed"
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
        let mut session = self.begin().await?;
        let mut tails = Vec::new();
        for source in &session.sources {
            tails.push(self.bus.tail(source).await?);
        }
        self.sweep(&mut session).await?;
        while !*stopped.borrow() && self.lease.epoch().is_some() {
            if Instant::now() >= self.letters_at(&session) {
                self.handle_letters(&mut session).await?;
            }
            if session.unresolved >= self.settings.dead_letters_max {
                self.wait_for_operator(&mut session, &mut stopped).await;
                continue;
            }
            let has_more = self.catch_up(&mut session).await?;
            self.flush_if_due(&mut session).await?;
            let until = match has_more {
                true => Instant::now(),
                false => self.next_time(&session),
            };
            let woken = tokio::select! {
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => break,
                woken = wait(&mut tails, &mut session.asking, until) => woken,
            };
            match woken {
                Woken::Live(index, messages) => self.take_live(&mut session, index, messages?).await?,
                Woken::Asked((key, answer)) => self.take_answer(&mut session, key, answer).await?,
                Woken::Time => {}
            }
            if Instant::now() >= session.sweep_at {
                self.sweep(&mut session).await?;
            }
        }
        self.flush(&mut session).await
    }

    async fn begin(&self) -> Result<Session, SessionError> {
        let mut sources: Vec<&'static str> = Vec::new();
        for listening in self.effects.listens_to() {
            if !sources.contains(&listening.context) {
                sources.push(listening.context);
            }
        }
        let beginning = self.effects.begin().await?;
        let (lanes, unresolved) = (Lanes::from(&beginning, &sources), beginning.unresolved);
        let now = Instant::now();
        Ok(Session {
            sources,
            lanes,
            unresolved,
            letters_seen: now,
            letter_due: Some(now),
            sweep_at: now,
            asking: Asking::new(),
        })
    }

    /// Compares each lane with the bus: whatever was missed, and however, is ahead of us there.
    async fn sweep(&self, session: &mut Session) -> Result<(), SessionError> {
        for source in session.sources.clone() {
            let state = self.bus.declare(source, None).await?;
            let mut numbers = session.lanes.of_source(source);
            numbers.extend((0..state.lanes.unwrap_or(0)).filter(|lane| !numbers.contains(lane)).collect::<Vec<_>>());
            for number in numbers {
                let last = self.bus.last(BusLane { context: source, lane: number }).await?;
                let lane = session.lanes.lane((source, number));
                match last {
                    Some(last) => {
                        lane.target = lane.target.max(last.position.unwrap_or(0));
                        lane.is_compared = true;
                    }
                    // Nothing was published, or the bus does not keep it any more: the owner knows.
                    None if !lane.is_compared && !lane.is_asking => self.ask_owner(session, (source, number)),
                    None => {}
                }
            }
        }
        session.sweep_at = Instant::now() + self.settings.sweep_every;
        Ok(())
    }

    async fn take_live(
        &self,
        session: &mut Session,
        index: usize,
        messages: Vec<BusMessage>,
    ) -> Result<(), SessionError> {
        let source = session.sources[index];
        let mut taken = Vec::new();
        for message in messages {
            let Some(place) = message.place() else {
                self.park_unplaced(session, source, message).await?;
                continue;
            };
            match session.lanes.take(source, place) {
                Taken::Next => taken.push(Arrived { source, place, message }),
                Taken::Duplicate => drop(self.metrics.duplicates.inc()),
                Taken::Later => {}
            }
        }
        self.apply(session, taken).await
    }

    /// Reads lanes that are behind from the bus, one batch each. Gives whether there is more to read at once.
    async fn catch_up(&self, session: &mut Session) -> Result<bool, SessionError> {
        let now = Instant::now();
        let behind: Vec<LaneKey> =
            session.lanes.iter().filter(|(_, lane)| lane.is_fetchable(now)).map(|(key, _)| key).collect();
        for key in behind {
            let (context, number) = key;
            let known = session.lanes.lane(key).known;
            let bus_lane = BusLane { context, lane: number };
            let messages = self.bus.fetch(bus_lane, known, BATCH_MAX).await?;
            let taken = session.lanes.take_fetched(key, messages);
            if taken.is_empty() {
                self.metrics.gaps.inc();
                self.ask_owner(session, key);
            } else {
                self.apply(session, taken).await?;
            }
        }
        Ok(session.lanes.iter().any(|(_, lane)| lane.is_fetchable(now)))
    }

    /// The bus does not have the next event of a lane, if there is one. The others go on while the owner is asked.
    fn ask_owner(&self, session: &mut Session, key: LaneKey) {
        let (context, number) = key;
        let lane = session.lanes.lane(key);
        lane.is_asking = true;
        let (after, bus) = (lane.known, self.bus.clone());
        session.asking.spawn(async move {
            let lane = BusLane { context, lane: number };
            (key, bus.ask_owner(lane, after, BATCH_MAX as u32).await)
        });
    }

    async fn take_answer(
        &self,
        session: &mut Session,
        key: LaneKey,
        answer: Result<Vec<BusMessage>, BusError>,
    ) -> Result<(), SessionError> {
        let lane = session.lanes.lane(key);
        lane.is_asking = false;
        let failure = match answer {
            Ok(messages) if messages.is_empty() => {
                // It has nothing after that, so whatever said so was wrong.
                lane.target = lane.known;
                lane.is_compared = true;
                return Ok(());
            }
            Ok(messages) => {
                if !lane.is_compared {
                    // Until it has nothing more.
                    lane.target = lane.target.max(lane.known + messages.len() as i64 + 1);
                }
                let taken = session.lanes.take_fetched(key, messages);
                match taken.is_empty() {
                    true => "the owner's answer does not begin with it".to_owned(),
                    false => {
                        self.count_missing(session);
                        return self.apply(session, taken).await;
                    }
                }
            }
            // Nobody has said that something is missing: the next comparison asks again.
            Err(error) if !lane.is_behind() => {
                debug!(consumer.name = self.effects.name(), source = key.0, lane = key.1, %error, "the owner is not there");
                return Ok(());
            }
            Err(error) => with_sources(&error),
        };
        let lane = session.lanes.lane(key);
        let pause = lane.retry.map_or(MISSING_PAUSE.0, |(_, pause)| (pause * 2).min(MISSING_PAUSE.1));
        lane.retry = Some((Instant::now() + pause, pause));
        error!(
            consumer.name = self.effects.name(),
            source = key.0,
            lane = key.1,
            position = lane.known + 1,
            reason = failure,
            "an event is missing on the bus; the lane waits until it can be had"
        );
        self.count_missing(session);
        Ok(())
    }

    fn count_missing(&self, session: &Session) {
        let missing = session.lanes.iter().filter(|(_, lane)| lane.retry.is_some()).count();
        self.metrics.missing_lanes.set(missing as i64);
    }

    fn next_time(&self, session: &Session) -> Instant {
        let retries = session.lanes.iter().filter(|(_, lane)| lane.is_behind()).filter_map(|(_, lane)| lane.retry);
        let dirty = session.lanes.dirty_since.map(|since| since + self.settings.idle_time_max);
        let times = retries.map(|(at, _)| at).chain(dirty).chain([self.letters_at(session), session.sweep_at]);
        times.min().unwrap_or(session.sweep_at)
    }

    /// Too many dead letters: nothing more is taken until some are resolved.
    async fn wait_for_operator(&self, session: &mut Session, stopped: &mut watch::Receiver<bool>) {
        error!(
            context.name = self.context,
            consumer.name = self.effects.name(),
            dead_letters = session.unresolved,
            "a consumer has as many dead letters as it may have, and takes no more events"
        );
        session.letter_due = Some(Instant::now());
        let _ = tokio::time::timeout(LETTERS_EVERY * 5, stopped.wait_for(|stopped| *stopped)).await;
    }

    /// When letters are looked at next. Where nothing waits for an operator, only a skipped letter can be decided about.
    fn letters_at(&self, session: &Session) -> Instant {
        let is_waiting = session.unresolved > 0 || session.lanes.iter().any(|(_, lane)| lane.halted_at.is_some());
        let pause = if is_waiting { LETTERS_EVERY } else { self.settings.sweep_every.max(LETTERS_EVERY) };
        let looked_again = session.letters_seen + pause;
        session.letter_due.map_or(looked_again, |due| due.min(looked_again))
    }
}

/// The first thing that happens: messages of a source, an owner's answer, or the time.
async fn wait(tails: &mut [Tail], asking: &mut Asking, until: Instant) -> Woken {
    let live = async {
        if tails.is_empty() {
            return std::future::pending().await;
        }
        let next = tails.iter_mut().map(|tail| tail.next(BATCH_MAX).boxed());
        let (messages, index, _) = select_all(next).await;
        Woken::Live(index, messages)
    };
    let asked = async {
        match asking.join_next().await {
            Some(Ok(asked)) => Woken::Asked(asked),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        woken = asked => woken,
        woken = live => woken,
        () = tokio::time::sleep_until(until) => Woken::Time,
    }
}
