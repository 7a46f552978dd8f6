//! Consumers of documents: the effect is there once, whatever is lost behind it; what fails is tried again and then parked
//! with its stream, and others go on.

use super::world::{Failing, Failures, ORDERS, bus, command, event, store};
use crate::{
    Bus, DocumentConsumer, HandleFuture, Listening, ReceivedEvent, WorkerSettings, Workers,
    testing::{TestWorkers, publish_foreign, test_settings},
};
use hansa_event_sourcing::{Checkpoint, CheckpointStore, Clock, Command, IdSource, KeptLetter, LogFuture};
use hansa_relational::Relational;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A store that writes one thing at a time, as one of documents does.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// By the idempotency key; with the number of the event.
    effects: Vec<(String, i64)>,
    checkpoints: BTreeMap<(String, String, i64), i64>,
    letters: BTreeMap<(String, i64, i64), KeptLetter>,
    /// So many more checkpoints are not written.
    lost_checkpoints: u32,
}

#[derive(Debug, Clone)]
struct Writer(Notes, Failures);

impl DocumentConsumer for Writer {
    fn name(&self) -> &'static str {
        "writer"
    }

    fn listens_to(&self) -> &'static [Listening] {
        ORDERS
    }

    fn handle<'a>(&'a self, command: &'a Command, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let number = event.event.content["number"].as_i64().unwrap_or_default();
            self.1.check(number)?;
            let key = command.idempotency_key.as_ref().expect("it is the event's").text.clone();
            let mut kept = self.0.0.lock().unwrap();
            if kept.effects.iter().all(|(known, _)| *known != key) {
                kept.effects.push((key, number));
            }
            Ok(())
        })
    }
}

impl CheckpointStore for Notes {
    fn checkpoint<'a>(&'a self, place: Checkpoint<'a>) -> LogFuture<'a, i64> {
        let key = (place.consumer.to_owned(), place.source.to_owned(), place.lane);
        let position = self.0.lock().unwrap().checkpoints.get(&key).copied().unwrap_or(0);
        Box::pin(async move { Ok(position) })
    }

    fn move_checkpoint<'a>(&'a self, place: Checkpoint<'a>, (from, to): (i64, i64)) -> LogFuture<'a, bool> {
        let key = (place.consumer.to_owned(), place.source.to_owned(), place.lane);
        let mut kept = self.0.lock().unwrap();
        if kept.lost_checkpoints > 0 {
            kept.lost_checkpoints -= 1;
            return Box::pin(async { Err("the store is away".into()) });
        }
        let position = kept.checkpoints.entry(key).or_insert(0);
        let is_there = *position == from;
        if is_there {
            *position = to;
        }
        Box::pin(async move { Ok(is_there) })
    }

    fn keep_letter(&self, letter: KeptLetter) -> LogFuture<'_, ()> {
        let key = (letter.source.clone(), letter.lane, letter.position);
        self.0.lock().unwrap().letters.insert(key, letter);
        Box::pin(async { Ok(()) })
    }

    fn letters<'a>(&'a self, _: &'a str) -> LogFuture<'a, Vec<KeptLetter>> {
        let letters = self.0.lock().unwrap().letters.values().cloned().collect();
        Box::pin(async move { Ok(letters) })
    }

    fn drop_letter<'a>(&'a self, place: Checkpoint<'a>, position: i64) -> LogFuture<'a, ()> {
        self.0.lock().unwrap().letters.remove(&(place.source.to_owned(), place.lane, position));
        Box::pin(async { Ok(()) })
    }
}

struct World {
    bus: Bus,
    log: Relational,
    notes: Notes,
    failures: Failures,
    settings: WorkerSettings,
    running: Option<TestWorkers>,
    _folder: TempDir,
}

impl World {
    async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let (bus, log) = (bus(folder.path()), store(folder.path(), "community").await);
        let (notes, failures) = (Notes::default(), Failures::default());
        let settings = test_settings();
        let mut world = World { bus, log, notes, failures, settings, running: None, _folder: folder };
        world.restart().await;
        world
    }

    async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        let log = Arc::new(self.log.clone());
        let times = (&Clock::system(), &IdSource::random());
        let workers = Workers::of_log("community", &self.bus, (log.clone(), log), times)
            .document_consumer(Writer(self.notes.clone(), self.failures.clone()), Arc::new(self.notes.clone()));
        self.running = Some(TestWorkers::run_with(workers, self.settings.clone()));
    }

    /// The event with this number, of the stream with the number's last digit.
    async fn hear(&self, number: i64) {
        let event = event(&format!("order_{}", number % 10), number / 10 + 1, number);
        publish_foreign(&self.bus, "shop", event.recorded(&command("orderPlace"))).await;
    }

    async fn drained(&self) {
        self.running.as_ref().unwrap().drained().await;
    }

    fn numbers(&self) -> Vec<i64> {
        self.notes.0.lock().unwrap().effects.iter().map(|(_, number)| *number).collect()
    }

    fn letters(&self) -> Vec<(String, i64, String)> {
        let kept = self.notes.0.lock().unwrap();
        kept.letters.values().map(|one| (one.stream_id.clone(), one.attempts, one.reason.clone())).collect()
    }
}

fn sorted(mut numbers: Vec<i64>) -> Vec<i64> {
    numbers.sort_unstable();
    numbers
}

#[tokio::test]
async fn effects_are_there_once_whatever_is_lost_behind_them() {
    let mut world = World::new().await;
    // The process dies between effects and checkpoints, again and again.
    world.notes.0.lock().unwrap().lost_checkpoints = 3;
    for number in 0..60 {
        world.hear(number).await;
    }
    world.drained().await;
    assert_eq!(sorted(world.numbers()), (0..60).collect::<Vec<_>>());
    // Streams come in their order.
    for stream in 0..10 {
        let of_stream: Vec<i64> = world.numbers().into_iter().filter(|number| number % 10 == stream).collect();
        assert_eq!(of_stream, sorted(of_stream.clone()));
    }
    // All checkpoints are gone, and everything comes again.
    world.notes.0.lock().unwrap().checkpoints.clear();
    world.restart().await;
    world.hear(60).await;
    world.drained().await;
    assert_eq!(sorted(world.numbers()), (0..61).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_fails_again_and_again_is_parked_with_its_stream() {
    let world = World::new().await;
    world.failures.set(1, Failing::Times(3));
    world.failures.set(2, Failing::Panic);
    for number in 0..20 {
        world.hear(number).await;
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    while world.letters().is_empty() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.drained().await;
    // Three attempts are tried again; a panic for ever is not.
    assert_eq!(sorted(world.numbers()), (0..20).filter(|number| number % 10 != 2).collect::<Vec<_>>());
    let letters = world.letters();
    assert_eq!(letters.len(), 2, "{letters:?}");
    assert_eq!(
        letters[0],
        ("order_2".to_owned(), 4, "could not handle the event now: the handler panicked".to_owned())
    );
    assert!(letters[1].2.contains("an earlier event of its stream is a dead letter"), "{letters:?}");
}

#[tokio::test]
async fn poison_is_parked_with_its_stream_and_tried_again_by_a_better_program() {
    let mut world = World::new().await;
    world.failures.set(3, Failing::Poison);
    for number in 0..40 {
        world.hear(number).await;
    }
    world.drained().await;
    assert_eq!(sorted(world.numbers()), (0..40).filter(|number| number % 10 != 3).collect::<Vec<_>>());
    assert_eq!(world.letters().len(), 4);
    // Another process that does no better.
    world.restart().await;
    world.hear(43).await;
    world.drained().await;
    assert_eq!((world.letters().len(), world.letters()[0].1), (5, 2));
    // One that does: in their order.
    world.failures.clear();
    world.restart().await;
    world.hear(53).await;
    world.drained().await;
    assert_eq!(world.letters(), []);
    let of_stream: Vec<i64> = world.numbers().into_iter().filter(|number| number % 10 == 3).collect();
    assert_eq!(of_stream, [3, 13, 23, 33, 43, 53]);
}

#[tokio::test]
async fn with_as_many_letters_as_there_may_be_nothing_more_is_taken() {
    let mut world = World::new().await;
    world.settings.dead_letters_max = 2;
    world.failures.set(1, Failing::Poison);
    world.restart().await;
    for number in [1, 11, 21, 2] {
        world.hear(number).await;
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    while world.letters().len() < 2 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.restart().await;
    assert_eq!((world.letters().len(), world.numbers().contains(&21)), (2, false));
    // A better program has room again.
    world.failures.clear();
    world.restart().await;
    world.drained().await;
    assert_eq!((world.letters().len(), sorted(world.numbers())), (0, vec![1, 2, 11, 21]));
}

#[tokio::test]
async fn what_is_no_event_is_parked_and_others_go_on() {
    let world = World::new().await;
    let mut newer = event("order_1", 1, 1).recorded(&command("orderPlace"));
    newer.event_version = 2;
    publish_foreign(&world.bus, "shop", newer).await;
    world.hear(2).await;
    world.drained().await;
    assert_eq!(world.numbers(), [2]);
    let letters = world.letters();
    assert!(letters.len() == 1 && letters[0].2.contains("is newer than this program"), "{letters:?}");
}
