//! A context of documents for tests, on both backends: it listens to `shop`, and keeps a note of each event.

use super::world::{Failures, LANES, ORDERS, bus, command, event};
use crate::{
    Bus, DeadLetter, DeadLetterState, DocumentConsumer, HandleError, HandleFuture, Listening, OnFailure, ReceivedEvent,
    WorkerSettings, Workers,
    operating::{self, Letters},
    testing::{TestWorkers, publish_foreign, test_settings},
};
use chrono::{DateTime, Utc};
use hansa_documents::{
    Begun, Collection, CollectionSpec, Database, Document, Documents, Filter, Find, OpenOptions, Order, StoreError,
};
use hansa_event_sourcing::{
    Checkpoint, CheckpointStore, Clock, Command, DomainEvent, EventContent, IdSource, LetterKey, LetterOutline,
    LettersWanted, LogFuture, StoredCheckpoint,
};
use hansa_testkit::MongoServer;
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{sync::watch, time::Instant};

/// Where a test has its store.
pub(super) struct Shelf {
    folder: TempDir,
    server: Option<MongoServer>,
}

/// What a handled event leaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    id: String,
    number: i64,
    /// Which handled event it was.
    place: i64,
}

#[derive(Serialize)]
struct Noted {
    number: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Writer {
    notes: Collection<Note>,
    places: Arc<AtomicI64>,
    pub(super) failures: Failures,
    on_failure: OnFailure,
    pub(super) attempt: watch::Sender<Attempt>,
}

/// An attempt that fails when it is told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    NotHeld,
    Awaited,
    Held,
    Ended,
}

/// A store whose next checkpoints are not written.
#[derive(Debug, Clone)]
pub(super) struct Forgetful {
    pub(super) documents: Documents,
    pub(super) lost_checkpoints: Arc<AtomicU32>,
}

impl Document for Note {
    const COLLECTION: CollectionSpec = CollectionSpec { name: "notes", indexes: &[], times: &[] };

    fn id(&self) -> String {
        self.id.clone()
    }

    fn version(&self) -> i64 {
        1
    }
}

impl EventContent for Noted {
    fn event_type(&self) -> &'static str {
        "noted"
    }
}

impl DocumentConsumer for Writer {
    fn name(&self) -> &'static str {
        "writer"
    }

    fn listens_to(&self) -> &'static [Listening] {
        ORDERS
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }

    fn handle<'a>(&'a self, command: &'a Command, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        let passing = |error: StoreError| HandleError::Retry(error.into());
        Box::pin(async move {
            let number = event.event.content["number"].as_i64().unwrap_or_default();
            let Begun::Fresh(write) = self.notes.begin::<()>(command).await.map_err(passing)? else { return Ok(()) };
            if *self.attempt.borrow() == Attempt::Awaited {
                self.attempt.send_replace(Attempt::Held);
                let mut attempt = self.attempt.subscribe();
                attempt.wait_for(|attempt| *attempt == Attempt::Ended).await.expect("the test has it");
            }
            self.failures.check(number)?;
            let place = self.places.fetch_add(1, Ordering::SeqCst);
            let note = Note { id: event.event.event_id.to_string(), number, place };
            let noted = DomainEvent::new("note", (note.id.clone(), 1), None, &Noted { number });
            write.insert(&note, vec![noted], ()).await.map(drop).map_err(passing)
        })
    }
}

impl CheckpointStore for Forgetful {
    fn checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>) -> LogFuture<'a, i64> {
        self.documents.checkpoint(checkpoint)
    }

    fn checkpoints(&self) -> LogFuture<'_, Vec<StoredCheckpoint>> {
        self.documents.checkpoints()
    }

    fn move_checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>, from_to: (i64, i64)) -> LogFuture<'a, bool> {
        let take = |left: u32| left.checked_sub(1);
        match self.lost_checkpoints.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take) {
            Ok(_) => Box::pin(async { Err("the store is away".into()) }),
            Err(_) => self.documents.move_checkpoint(checkpoint, from_to),
        }
    }

    fn keep_letter(&self, letter: DeadLetter) -> LogFuture<'_, ()> {
        self.documents.keep_letter(letter)
    }

    fn change_letter(&self, letter: DeadLetter, was_due_at: Option<DateTime<Utc>>) -> LogFuture<'_, bool> {
        self.documents.change_letter(letter, was_due_at)
    }

    fn letters<'a>(&'a self, wanted: LettersWanted<'a>) -> LogFuture<'a, Vec<DeadLetter>> {
        self.documents.letters(wanted)
    }

    fn letter_outlines<'a>(&'a self, consumer: &'a str) -> LogFuture<'a, Vec<LetterOutline>> {
        self.documents.letter_outlines(consumer)
    }

    fn letter<'a>(&'a self, key: LetterKey<'a>) -> LogFuture<'a, Option<DeadLetter>> {
        self.documents.letter(key)
    }

    fn drop_letter<'a>(&'a self, key: LetterKey<'a>) -> LogFuture<'a, bool> {
        self.documents.drop_letter(key)
    }
}

impl Shelf {
    pub(super) fn embedded() -> Shelf {
        Shelf { folder: tempfile::tempdir().unwrap(), server: None }
    }

    pub(super) fn mongo() -> Option<Shelf> {
        Some(Shelf { folder: tempfile::tempdir().unwrap(), server: Some(hansa_testkit::mongo()?) })
    }

    async fn open(&self) -> Documents {
        let url = |server: &MongoServer| format!("{}/{}", server.url().trim_end_matches('/'), server.database("notes"));
        let database = Database::of(self.server.as_ref().map(url).as_deref(), self.folder.path(), "community");
        let options = OpenOptions { lanes: LANES, ..OpenOptions::default() };
        Documents::open_with(database, &[Note::COLLECTION], options).await.unwrap()
    }
}

pub(super) struct World {
    pub(super) bus: Bus,
    pub(super) store: Forgetful,
    pub(super) writer: Writer,
    pub(super) settings: WorkerSettings,
    running: Option<TestWorkers>,
    _shelf: Shelf,
}

impl World {
    pub(super) async fn new(shelf: Shelf, on_failure: OnFailure) -> World {
        let documents = shelf.open().await;
        let (notes, failures) = (documents.collection(), Failures::default());
        let attempt = watch::Sender::new(Attempt::NotHeld);
        let writer = Writer { notes, places: Arc::default(), failures, on_failure, attempt };
        let store = Forgetful { documents, lost_checkpoints: Arc::default() };
        let bus = bus(shelf.folder.path());
        let mut world = World { bus, store, writer, settings: test_settings(), running: None, _shelf: shelf };
        world.restart().await;
        world
    }

    fn workers(&self) -> Workers {
        let log = Arc::new(self.store.documents.clone());
        let times = (&Clock::system(), &IdSource::random());
        let workers = Workers::of_log("community", &self.bus, (log.clone(), log), times);
        workers.document_consumer(self.writer.clone(), Arc::new(self.store.clone()))
    }

    pub(super) async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        self.running = Some(TestWorkers::run_with(self.workers(), self.settings.clone()));
    }

    /// The event with this number, of the stream with the number's last digit.
    pub(super) async fn hear(&self, number: i64) {
        let event = event(&format!("order_{}", number % 10), number / 10 + 1, number);
        publish_foreign(&self.bus, "shop", event.recorded(&command("orderPlace"))).await;
    }

    pub(super) async fn drained(&self) {
        self.running.as_ref().unwrap().drained().await;
    }

    /// In the order in which they were handled.
    pub(super) async fn numbers(&self) -> Vec<i64> {
        let find = Find::new(Filter::all(), 1_000).order_by([Order::ascending("place")]);
        self.writer.notes.find(&find).await.unwrap().into_iter().map(|note| note.number).collect()
    }

    pub(super) async fn of_stream(&self, stream: i64) -> Vec<i64> {
        self.numbers().await.into_iter().filter(|number| number % 10 == stream).collect()
    }

    pub(super) fn store(&self) -> Letters {
        self.workers().letters().expect("it has a consumer")
    }

    pub(super) async fn letters(&self) -> Vec<DeadLetter> {
        operating::dead_letters(&self.store(), Some("writer"), true).await.unwrap()
    }

    /// The first letter in this state, once there is one.
    pub(super) async fn letter(&self, state: DeadLetterState) -> DeadLetter {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let letters = self.letters().await;
            if let Some(letter) = letters.iter().find(|letter| letter.state == state) {
                return letter.clone();
            }
            assert!(Instant::now() < deadline, "no letter is {state}: {letters:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(super) async fn until_handled(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.numbers().await.len() < count {
            assert!(Instant::now() < deadline, "{} of {count} are handled", self.numbers().await.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
