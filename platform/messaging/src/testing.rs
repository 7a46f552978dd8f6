//! For tests of contexts: their workers on an embedded bus in a folder of the test, events of other contexts made by hand,
//! and waiting until everything has been handled. No other context is needed.

use crate::{
    Bus, BusSettings, Job, JobClaim, Listening, WorkerSettings, Workers,
    bus::{BusLane, Outgoing},
};
use hansa_event_sourcing::{LoggedEvent, RecordedEvent, lane_of};
use hansa_relational::{Checkpoint, Relational};
use std::{collections::BTreeSet, path::Path, time::Duration};
use tokio::{sync::watch, task::JoinSet, time::Instant};

/// Lanes of contexts that exist in the test only.
const FOREIGN_LANES: i64 = 4;
const NO_BUS: &str = "the bus does not answer";

/// Workers of a context, running. Dropped, they are gone as after a kill.
#[derive(Debug)]
pub struct TestWorkers {
    workers: Workers,
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
}

/// Times that are short enough for tests.
pub fn test_settings() -> WorkerSettings {
    WorkerSettings {
        retry_delays: [10, 20, 40].map(Duration::from_millis).to_vec(),
        lease: Duration::from_secs(2),
        store_poll: Duration::from_millis(50),
        compare_every: Duration::from_secs(1),
        sweep_every: Duration::from_millis(200),
        pause_after_failure: Duration::from_millis(50),
        idle_time_max: Duration::from_millis(20),
        ..WorkerSettings::default()
    }
}

/// A bus for one test, in a folder of the test.
pub fn test_bus(folder: &Path) -> Bus {
    Bus::embedded_with(folder.join("bus"), BusSettings::default())
}

/// A claim as a handler gets it, to test the handler alone. It completes nothing in a store that has not this job.
pub fn claim(job: Job, attempt: i64) -> JobClaim {
    JobClaim { job, attempt, token: attempt + 1 }
}

/// Publishes an event of another context, as that context's relay would; the stream decides its lane. Positions follow each
/// other as the events are given.
///
/// # Panics
/// Where the bus does not take it.
pub async fn publish_foreign(bus: &Bus, context: &str, event: RecordedEvent) {
    let lane = lane_of(&event.stream_id, FOREIGN_LANES);
    let bus_lane = BusLane { context, lane };
    bus.declare(context, Some(FOREIGN_LANES)).await.expect("the bus is there");
    let last = bus.last(bus_lane).await.expect("the bus is there");
    let position = last.and_then(|last| last.position).unwrap_or(0) + 1;
    let message = Outgoing::of(context, &LoggedEvent { lane, position, event }).expect("it is not too large");
    let sequence = last.map_or(0, |last| last.sequence);
    bus.publish(bus_lane, sequence, &[message]).await.expect("nobody else publishes for this context");
}

impl TestWorkers {
    /// Runs the workers with [`test_settings`].
    pub fn run(workers: Workers) -> TestWorkers {
        TestWorkers::run_with(workers, test_settings())
    }

    pub fn run_with(workers: Workers, settings: WorkerSettings) -> TestWorkers {
        let workers = workers.settings(settings);
        let (stop, mut stopping) = watch::channel(false);
        let mut running = JoinSet::new();
        let run = workers.clone();
        running.spawn(run.run(async move { drop(stopping.wait_for(|stopping| *stopping).await) }));
        TestWorkers { workers, stop, running }
    }

    /// Waits until the log is published, every consumer has come to the end of its sources, no dead letter waits for its
    /// next attempt, and no job is due by the context's clock.
    ///
    /// # Panics
    /// After thirty seconds, with what is not done.
    pub async fn drained(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let missing = self.missing().await;
            let Some(missing) = missing else { return };
            assert!(Instant::now() < deadline, "not drained: {missing}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops as a process does that is told to.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.running.join_next().await {
            ended.expect("workers do not panic");
        }
    }

    /// What is not done yet. A consumer may record what it listens to itself, after the log was looked at: then it is looked
    /// at again.
    async fn missing(&self) -> Option<String> {
        let before = self.recorded().await;
        let missing = self.missing_now().await;
        missing.or((self.recorded().await != before).then(|| "events were recorded meanwhile".to_owned()))
    }

    async fn recorded(&self) -> Vec<i64> {
        self.workers.log.last_positions().await.expect("the store is there")
    }

    async fn missing_now(&self) -> Option<String> {
        let Workers { context, bus, log, store, consumers, document_consumers, .. } = &self.workers;
        for lane in 0..log.lanes() {
            let recorded = log.last_position(lane).await.expect("the store is there");
            let Some(published) = bus_position(bus, context, lane).await else { return Some(NO_BUS.to_owned()) };
            if published < recorded {
                return Some(format!("lane {lane} of the log is published up to {published} of {recorded}"));
            }
        }
        for (consumer, store) in document_consumers {
            let name = consumer.name();
            let at = async |source, lane| {
                let place = hansa_event_sourcing::Checkpoint { consumer: name, source, lane };
                store.checkpoint(place).await.expect("the store is there")
            };
            let missing = missing_of(bus, (name, consumer.listens_to()), at).await;
            if missing.is_some() {
                return missing;
            }
            if crate::documents::pending(store, name).await.expect("the store is there") {
                return Some(format!("dead letters of `{name}` are due"));
            }
        }
        let store = store.as_ref()?;
        for consumer in consumers {
            let name = consumer.name();
            let at = async |source, lane| {
                store.checkpoint(Checkpoint { consumer: name, source, lane }).await.expect("the store is there")
            };
            let missing = missing_of(bus, (name, consumer.listens_to()), at).await;
            if missing.is_some() {
                return missing;
            }
        }
        due_work(store, self.workers.clock.now()).await
    }
}

/// `None` while the bus is away.
async fn bus_position(bus: &Bus, context: &str, lane: i64) -> Option<i64> {
    let last = bus.last(BusLane { context, lane }).await.ok()?;
    Some(last.and_then(|last| last.position).unwrap_or(0))
}

async fn missing_of(
    bus: &Bus,
    (name, listens): (&'static str, &'static [Listening]),
    checkpoint: impl AsyncFn(&'static str, i64) -> i64,
) -> Option<String> {
    let sources: BTreeSet<&'static str> = listens.iter().map(|listening| listening.context).collect();
    for source in sources {
        let Ok(state) = bus.declare(source, None).await else { return Some(NO_BUS.to_owned()) };
        for lane in 0..state.lanes.unwrap_or(FOREIGN_LANES) {
            let Some(published) = bus_position(bus, source, lane).await else { return Some(NO_BUS.to_owned()) };
            let handled = checkpoint(source, lane).await;
            if handled < published {
                return Some(format!("`{name}` is at {handled} of {published} in lane {lane} of `{source}`"));
            }
        }
    }
    None
}

/// Jobs that are due, and dead letters that will be tried again.
async fn due_work(store: &Relational, now: chrono::DateTime<chrono::Utc>) -> Option<String> {
    let work = crate::operating::pending(store, now).await.expect("the store is there");
    (work > 0).then(|| format!("{work} jobs or dead letters are due"))
}
