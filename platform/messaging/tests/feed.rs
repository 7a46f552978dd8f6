//! The feed of a log: nothing is lost and nothing comes twice, whenever somebody comes, goes, and comes back.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use futures_util::StreamExt as _;
use hansa_event_sourcing::{
    Actor, Cause, Clock, Command, DomainEvent, EventContent, EventLog, IdSource, LogFuture, LoggedEvent, RecordedEvent,
};
use hansa_messaging::{FeedError, FeedEvent, FeedStream, LogFeed};
use hansa_relational::{Migrations, OpenOptions, Relational};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinSet, time::timeout};

const LANES: i64 = 8;
const IN_TIME: Duration = Duration::from_secs(30);
static MIGRATIONS: Migrations = Migrations { sqlite: &[], postgres: &[] };

#[derive(Serialize)]
struct Counted {
    number: usize,
}

impl EventContent for Counted {
    fn event_type(&self) -> &'static str {
        if self.number.is_multiple_of(2) { "even" } else { "odd" }
    }
}

async fn open(folder: &Path) -> Relational {
    let options = OpenOptions { lanes: LANES, wait: Duration::from_secs(20), ..OpenOptions::default() };
    Relational::open_with(&folder.join("log.sqlite"), &MIGRATIONS, options).await.unwrap()
}

async fn world() -> (TempDir, Relational, LogFeed) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let feed = LogFeed::start("counters", Arc::new(store.clone()));
    (folder, store, feed)
}

/// Commits event `number` of a stream.
async fn commit(store: &Relational, stream: &str, number: usize) {
    let command = Command {
        operation: "count",
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: None,
        cause: Cause::default(),
    };
    let mut unit = store.begin_unit(&command).await.unwrap();
    unit.record(DomainEvent::new("counter", (stream.to_owned(), number as i64), None, &Counted { number }));
    unit.commit(&()).await.unwrap();
}

async fn next(stream: &mut FeedStream) -> Result<FeedEvent, FeedError> {
    timeout(IN_TIME, stream.next()).await.expect("an event in time").expect("the feed goes on")
}

fn number(event: &FeedEvent) -> u64 {
    event.event.event.content["number"].as_u64().unwrap()
}

async fn numbers(stream: &mut FeedStream, count: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        numbers.push(number(&next(stream).await.unwrap()));
    }
    numbers
}

fn all(_: &RecordedEvent) -> bool {
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gives_what_is_wanted_from_now_on() {
    let (_folder, store, feed) = world().await;
    commit(&store, "before", 1).await;
    let mut every = feed.events(None, all).await.unwrap();
    let mut odd = feed.events(None, |event| event.event_type == "odd").await.unwrap();
    for number in 1..=6 {
        commit(&store, "one", number).await;
    }
    assert_eq!(numbers(&mut every, 6).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(numbers(&mut odd, 3).await, [1, 3, 5]);
    // After everybody left, and somebody came again, there is nothing of what was between.
    drop((every, odd));
    tokio::time::sleep(Duration::from_millis(20)).await;
    commit(&store, "one", 7).await;
    let mut again = feed.events(None, all).await.unwrap();
    commit(&store, "one", 8).await;
    let first = number(&next(&mut again).await.unwrap());
    assert!([7, 8].contains(&first), "7 may still be on its way: {first}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goes_on_after_a_position() {
    let (_folder, store, feed) = world().await;
    let mut live = feed.events(None, all).await.unwrap();
    let mut positions = Vec::new();
    for number in 1..=5 {
        commit(&store, "one", number).await;
        positions.push(next(&mut live).await.unwrap().position);
    }
    for (seen, position) in positions.iter().enumerate() {
        let mut again = feed.events(Some(position), all).await.unwrap();
        let rest: Vec<u64> = (seen as u64 + 2..=5).collect();
        assert_eq!(numbers(&mut again, rest.len()).await, rest, "{position}");
        let mut even = feed.events(Some(position), |event| event.event_type == "even").await.unwrap();
        let rest: Vec<u64> = rest.into_iter().filter(|number| number % 2 == 0).collect();
        assert_eq!(numbers(&mut even, rest.len()).await, rest, "{position}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_of_other_processes_are_found() {
    let (folder, _store, feed) = world().await;
    let other = open(folder.path()).await;
    let mut live = feed.events(None, all).await.unwrap();
    let started = Instant::now();
    commit(&other, "one", 1).await;
    assert_eq!(numbers(&mut live, 1).await, [1]);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

/// Writers, and readers that come late, go away in the midst and come back with their last position.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_comes_twice() {
    const STREAMS: usize = 12;
    const EACH: usize = 60;
    let (_folder, store, feed) = world().await;
    let mut first = feed.events(None, all).await.unwrap();
    commit(&store, "start", 1).await;
    let start = next(&mut first).await.unwrap().position;
    let mut tasks = JoinSet::new();
    for stream in 0..STREAMS {
        let store = store.clone();
        tasks.spawn(async move {
            for number in 1..=EACH {
                commit(&store, &format!("stream{stream}"), number).await;
            }
        });
    }
    for reader in 0..6u64 {
        let (feed, mut position) = (feed.clone(), start.clone());
        tasks.spawn(async move {
            let mut random = fastrand::Rng::with_seed(reader);
            tokio::time::sleep(Duration::from_millis(random.u64(0..150))).await;
            let mut seen: BTreeMap<String, Vec<u64>> = BTreeMap::new();
            let mut count = 0;
            while count < STREAMS * EACH {
                let mut events = feed.events(Some(&position), all).await.unwrap();
                for _ in 0..random.usize(1..80).min(STREAMS * EACH - count) {
                    let event = next(&mut events).await.unwrap();
                    seen.entry(event.event.event.stream_id.clone()).or_default().push(number(&event));
                    position = event.position;
                    count += 1;
                }
            }
            let complete: Vec<u64> = (1..=EACH as u64).collect();
            assert_eq!(seen.len(), STREAMS);
            assert!(seen.values().all(|numbers| *numbers == complete), "reader {reader}: {seen:?}");
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_keep_up_is_told_and_comes_back() {
    let (_folder, store, feed) = world().await;
    let mut slow = feed.events(None, all).await.unwrap();
    let mut quick = feed.events(None, all).await.unwrap();
    for number in 1..=400 {
        commit(&store, "one", number).await;
        assert_eq!(numbers(&mut quick, 1).await, [number as u64]);
    }
    let (mut last, mut position) = (0, None);
    let error = loop {
        match next(&mut slow).await {
            Ok(event) => (last, position) = (number(&event), Some(event.position)),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, FeedError::Lagged), "{error:?}");
    assert_eq!(last, 256, "what was queued still comes");
    assert!(slow.next().await.is_none(), "it is the end");
    let mut again = feed.events(position.as_deref(), all).await.unwrap();
    assert_eq!(numbers(&mut again, 144).await, (257..=400).collect::<Vec<_>>());
    commit(&store, "one", 401).await;
    assert_eq!(numbers(&mut again, 1).await, [401]);
}

/// A log that is only its positions.
struct Positions {
    lanes: Vec<i64>,
    is_broken: AtomicBool,
    commits: watch::Sender<u64>,
}

impl Positions {
    fn new(lanes: &[i64]) -> Arc<Positions> {
        let commits = watch::Sender::new(0);
        Arc::new(Positions { lanes: lanes.to_vec(), is_broken: AtomicBool::new(false), commits })
    }
}

impl EventLog for Positions {
    fn lanes(&self) -> i64 {
        self.lanes.len() as i64
    }

    fn after(&self, _lane: i64, _position: i64, _limit: u32) -> LogFuture<'_, Vec<LoggedEvent>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn last_position(&self, lane: i64) -> LogFuture<'_, i64> {
        Box::pin(async move {
            match self.is_broken.load(Ordering::Relaxed) {
                true => Err("the disk is gone".into()),
                false => Ok(self.lanes[lane as usize]),
            }
        })
    }

    fn committed(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }
}

async fn refused(feed: &LogFeed, after: Option<&str>) -> FeedError {
    match feed.events(after, all).await {
        Ok(_) => panic!("{after:?} is refused"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn refuses_positions_that_are_none() {
    let (_folder, store, feed) = world().await;
    let mut live = feed.events(None, all).await.unwrap();
    commit(&store, "one", 1).await;
    let position = next(&mut live).await.unwrap().position;
    let of_others = LogFeed::start("others", Arc::new(store.clone()));
    assert!(matches!(refused(&of_others, Some(&position)).await, FeedError::NoPosition(_)));
    for text in ["", "1", "nonsense", "1.0.0.0.0.0.0.0.0", &position[1..]] {
        let error = refused(&feed, Some(text)).await;
        assert_eq!(error.to_string(), format!("`{text}` is no position of this subscription"));
    }
    // As after a copy of the store was put back.
    let (_other_folder, _empty, empty_feed) = world().await;
    assert!(matches!(refused(&empty_feed, Some(&position)).await, FeedError::NoPosition(_)), "it is ahead of the log");
}

#[tokio::test]
async fn refuses_positions_that_are_too_far_back() {
    let (_folder, store, feed) = world().await;
    let mut live = feed.events(None, all).await.unwrap();
    commit(&store, "one", 1).await;
    let position = next(&mut live).await.unwrap().position;
    let grown = Positions::new(&[60_000; LANES as usize]);
    let grown = LogFeed::start("counters", grown);
    assert!(matches!(refused(&grown, Some(&position)).await, FeedError::TooFarBack));
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_an_error_and_is_tried_again() {
    let log = Positions::new(&[0, 0]);
    log.is_broken.store(true, Ordering::Relaxed);
    let feed = LogFeed::start("counters", log.clone());
    assert!(matches!(refused(&feed, None).await, FeedError::Log(_)));
    log.is_broken.store(false, Ordering::Relaxed);
    let mut events = feed.events(None, all).await.unwrap();
    assert!(timeout(Duration::from_millis(50), events.next()).await.is_err(), "there is nothing, and no error");
}

/// From the commit until the subscriber has the event, at 200 events a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_soon_after_their_commit() {
    const COUNT: usize = 400;
    let (_folder, store, feed) = world().await;
    let mut live = feed.events(None, all).await.unwrap();
    let mut writing = JoinSet::new();
    writing.spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        let mut committed = Vec::new();
        for number in 1..=COUNT {
            ticks.tick().await;
            commit(&store, &format!("stream{}", number % 20), number).await;
            committed.push(Instant::now());
        }
        committed
    });
    let mut seen = BTreeMap::new();
    for _ in 0..COUNT {
        seen.insert(number(&next(&mut live).await.unwrap()) as usize, Instant::now());
    }
    let committed = writing.join_next().await.unwrap().unwrap();
    let waits = committed.iter().zip(1..).map(|(at, number)| seen[&number].saturating_duration_since(*at));
    let mut waits: Vec<Duration> = waits.collect();
    waits.sort();
    let (median, p95) = (waits[COUNT / 2], waits[COUNT * 95 / 100]);
    println!("commit to subscriber at 200 events/s: median {median:?}, p95 {p95:?}");
    assert!(p95 < Duration::from_millis(100), "{p95:?}");
}
