//! The relay: publishes the log of a context, lane by lane and in order. Of several processes one leads.
//!
//! What counts is what is on the bus: for each lane the last message there says from where to go on. So what the bus has
//! lost is published again, whatever the relay believes. A message is published only onto the one that the relay believes
//! to be the lane's last; a relay that has lost its lease without noticing cannot add to what the new one has published.

mod compare;
mod publish;
mod replay;

use crate::{
    Backlog, Bus,
    failures::{Failures, with_sources},
    leases::Lease,
    metrics::RelayMetrics,
    settings::WorkerSettings,
};
use chrono::TimeDelta;
use compare::compare;
use hansa_event_sourcing::{LogError, PublishedLane, SharedEventLog, SharedRelayStore};
pub use replay::{Replayed, Replays};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};
use tracing::{error, info};

/// How often the notes in the store are brought up to date.
const NOTED_EVERY: Duration = Duration::from_secs(3);
/// What is younger than this may be published and not noted yet, for whoever knows only the notes of another process.
const UNNOTED_MAX: TimeDelta = TimeDelta::seconds(8);

pub(crate) struct Relay {
    pub(crate) context: &'static str,
    pub(crate) bus: Bus,
    pub(crate) log: SharedEventLog,
    pub(crate) store: SharedRelayStore,
    pub(crate) lease: Lease,
    pub(crate) settings: Arc<WorkerSettings>,
    pub(crate) backlog: Backlog,
    pub(crate) metrics: RelayMetrics,
}

/// How far a lane is published, as the relay believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LaneState {
    lane: i64,
    position: i64,
    /// The number of the lane's last message on the bus; 0 where it has none.
    last: u64,
    /// The last position in the log, as last seen.
    recorded: i64,
}

/// Why a pass was broken off.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("read the log, or the relay's notes")]
    Store(#[source] LogError),
    #[error(transparent)]
    Bus(#[from] crate::BusError),
    #[error("publish the log")]
    Oversized(#[from] crate::OversizedEvent),
    #[error("the log has position {found} in lane {lane} where {expected} should be")]
    Hole { lane: i64, expected: i64, found: i64 },
}

impl Relay {
    /// Publishes whenever this process leads, until `stopped`.
    pub(crate) async fn run(self, stopped: watch::Receiver<bool>) {
        let mut lease = self.lease.clone();
        let mut stop = stopped.clone();
        let mut wait = stopped.clone();
        let leading = async {
            loop {
                tokio::select! {
                    biased;
                    _ = wait.wait_for(|stopped| *stopped) => return,
                    epoch = lease.held() => info!(context.name = self.context, lease.epoch = epoch, "this process relays"),
                    () = self.watch_notes() => {}
                }
                tokio::select! {
                    () = self.lead(&stopped) => {}
                    () = self.answer_consumers() => {}
                }
                if *stopped.borrow() {
                    return;
                }
            }
        };
        tokio::select! {
            () = leading => {}
            () = finish(&mut stop) => {}
        }
    }

    /// Until the lease is lost, or the workers are stopped and all is published.
    async fn lead(&self, stopped: &watch::Receiver<bool>) {
        let mut stopped = stopped.clone();
        let mut failures = Failures::default();
        while self.lease.epoch().is_some() {
            match self.publish_all(&mut stopped).await {
                Ok(()) => {
                    if *stopped.borrow() {
                        return;
                    }
                }
                Err(error) => {
                    let text = with_sources(&error);
                    if failures.is_news(&text) {
                        error!(context.name = self.context, error = text, "the log is not published");
                    }
                    self.metrics.failures.inc();
                    if *stopped.borrow() {
                        return;
                    }
                    self.update_backlog(None).await;
                    let _ =
                        tokio::time::timeout(self.settings.pause_after_failure, stopped.wait_for(|stopped| *stopped))
                            .await;
                }
            }
        }
        info!(context.name = self.context, "another process relays");
    }

    /// Compares, and publishes what comes, until the next comparison or an error.
    async fn publish_all(&self, stopped: &mut watch::Receiver<bool>) -> Result<(), RelayError> {
        let mut committed = self.log.committed();
        let (stream, mut lanes) = compare(self).await?;
        let compared = Instant::now();
        let mut noted = Instant::now();
        let mut is_noted = false;
        let mut pause = self.settings.store_poll;
        loop {
            committed.borrow_and_update();
            let has_published = self.publish_lanes(&mut lanes).await?;
            self.count_backlog(&lanes, None);
            is_noted &= !has_published;
            // Commits of this process wake it: what it polls for was written by others.
            pause =
                if has_published { self.settings.store_poll } else { (pause * 2).min(self.settings.store_poll_max) };
            let is_over = *stopped.borrow() || compared.elapsed() >= self.settings.compare_every;
            if !is_noted && (is_over || noted.elapsed() >= NOTED_EVERY) {
                self.note(&stream, &lanes).await?;
                (is_noted, noted) = (true, Instant::now());
            }
            if is_over || self.lease.epoch().is_none() {
                return Ok(());
            }
            let woken = async {
                tokio::select! {
                    _ = committed.changed() => {}
                    _ = stopped.wait_for(|stopped| *stopped) => {}
                }
            };
            let _ = tokio::time::timeout(pause, woken).await;
        }
    }

    async fn note(&self, stream: &str, lanes: &[LaneState]) -> Result<(), RelayError> {
        let note = |state: &LaneState| PublishedLane {
            lane: state.lane,
            position: state.position,
            sequence: i64::try_from(state.last).unwrap_or(i64::MAX),
            stream: stream.to_owned(),
        };
        self.store.note_published(lanes.iter().map(note).collect()).await.map_err(RelayError::Store)
    }

    /// While another process leads, the notes tell how much waits.
    async fn watch_notes(&self) {
        loop {
            tokio::time::sleep(NOTED_EVERY).await;
            self.update_backlog(Some(UNNOTED_MAX)).await;
        }
    }

    /// From the store alone: the bus may be away. Where the oldest event that is not noted is younger than `unnoted_max`,
    /// nothing waits.
    async fn update_backlog(&self, unnoted_max: Option<TimeDelta>) {
        if let Err(error) = self.read_backlog(unnoted_max).await {
            tracing::debug!(%error, "could not see how much waits to be published");
        }
    }

    async fn read_backlog(&self, unnoted_max: Option<TimeDelta>) -> Result<(), RelayError> {
        let notes = self.store.published().await.map_err(RelayError::Store)?;
        let recorded = self.log.last_positions().await.map_err(RelayError::Store)?;
        let mut lanes = Vec::new();
        for (lane, recorded) in (0..).zip(recorded) {
            let noted = notes.iter().find(|note| note.lane == lane).map_or(0, |note| note.position);
            lanes.push(LaneState { lane, position: noted.min(recorded), last: 0, recorded });
        }
        let mut oldest = None;
        for lane in lanes.iter().filter(|lane| lane.position < lane.recorded) {
            let events = self.log.after(lane.lane, lane.position, 1).await.map_err(RelayError::Store)?;
            let recorded_at = events.first().map(|logged| logged.event.recorded_at);
            oldest = [oldest, recorded_at].into_iter().flatten().min();
        }
        if let (Some(oldest), Some(unnoted_max)) = (oldest, unnoted_max)
            && self.backlog.is_younger(oldest, unnoted_max)
        {
            lanes.iter_mut().for_each(|lane| lane.position = lane.recorded);
        }
        self.count_backlog(&lanes, oldest);
        Ok(())
    }

    fn count_backlog(&self, lanes: &[LaneState], oldest: Option<chrono::DateTime<chrono::Utc>>) {
        let events: i64 = lanes.iter().map(|lane| (lane.recorded - lane.position).max(0)).sum();
        self.backlog.set(events.unsigned_abs(), oldest);
        self.metrics.waiting.set(events);
    }
}

/// How long what is under way may take after the workers were stopped.
async fn finish(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
}
