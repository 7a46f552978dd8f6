//! A relay with nothing to do leaves the store alone, and is there at once when there is something.

use super::world::*;
use crate::{
    Bus, WorkerSettings, Workers,
    bus::BusLane,
    testing::{TestWorkers, test_settings},
};
use hansa_event_sourcing::{Clock, EventLog, IdSource, LogFuture, LoggedEvent};
use hansa_relational::Relational;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// A log that counts how often it is asked for what is new.
struct Counting(Relational, Arc<AtomicU32>);

impl EventLog for Counting {
    fn lanes(&self) -> i64 {
        EventLog::lanes(&self.0)
    }

    fn after(&self, lane: i64, position: i64, limit: u32) -> LogFuture<'_, Vec<LoggedEvent>> {
        self.0.after(lane, position, limit)
    }

    fn last_position(&self, lane: i64) -> LogFuture<'_, i64> {
        EventLog::last_position(&self.0, lane)
    }

    fn last_positions(&self) -> LogFuture<'_, Vec<i64>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.last_positions()
    }

    fn committed(&self) -> watch::Receiver<u64> {
        self.0.committed()
    }
}

async fn published(bus: &Bus) -> i64 {
    let mut total = 0;
    for lane in 0..LANES {
        let last = bus.last(BusLane { context: "shop", lane }).await.unwrap();
        total += last.and_then(|last| last.position).unwrap_or(0);
    }
    total
}

async fn until_published(bus: &Bus, count: i64, within: Duration) {
    let deadline = Instant::now() + within;
    while published(bus).await < count {
        assert!(Instant::now() < deadline, "{} of {count} are published", published(bus).await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_relay_asks_less_and_less_while_nothing_happens() {
    let folder = tempfile::tempdir().unwrap();
    let (bus, shop) = (bus(folder.path()), store(folder.path(), "shop").await);
    let asked = Arc::new(AtomicU32::new(0));
    let log = Arc::new(Counting(shop.clone(), asked.clone()));
    let times = (&Clock::system(), &IdSource::random());
    let workers = Workers::of_log("shop", &bus, (log, Arc::new(shop.clone())), times);
    let settings = WorkerSettings {
        store_poll: Duration::from_millis(20),
        store_poll_max: Duration::from_secs(3),
        compare_every: Duration::from_secs(600),
        ..test_settings()
    };
    let _running = TestWorkers::run_with(workers, settings);
    record_many(&shop, (0, 1), 1).await;
    until_published(&bus, 1, Duration::from_secs(20)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    // 20, 40, 80, .. ms between: where it asked every 20 ms it would be a hundred times.
    let count = asked.load(Ordering::SeqCst);
    assert!(count < 20, "asked {count} times");
    // A commit of this process is not waited for.
    record_many(&shop, (1, 1), 1).await;
    until_published(&bus, 2, Duration::from_millis(900)).await;
    // One of another process is found.
    let other = store(folder.path(), "shop").await;
    record_many(&other, (2, 1), 1).await;
    until_published(&bus, 3, Duration::from_secs(20)).await;
}
