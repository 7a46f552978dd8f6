//! Projections are built anew beside the old ones: the same events make the same rows, and what was wrong is put right.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use hansa_event_sourcing::{
    Actor, Cause, Clock, Command, DomainEvent, EventContent, EventLog, IdSource, SharedEventLog,
};
use hansa_messaging::{
    Bus, Consumer, HandleError, HandleFuture, Listening, ProjectedTable, RebuildError, ReceivedEvent, Workers,
};
use hansa_relational::{
    Checkpoint, Database, Direction, Keyset, Migration, Migrations, OpenOptions, Query, Relational, Row, UnitOfWork,
    query,
};
use serde::Serialize;
use std::{any::Any, collections::BTreeMap, sync::Arc};

static NOTHING: Migrations = Migrations { sqlite: &[], postgres: &[] };
const SUMS: &str = "CREATE TABLE sums (stream_id TEXT NOT NULL PRIMARY KEY, total BIGINT NOT NULL);
    CREATE TABLE parts (stream_id TEXT NOT NULL REFERENCES sums (stream_id), number BIGINT NOT NULL, \
    PRIMARY KEY (stream_id, number));";
static MIGRATIONS: Migrations = Migrations {
    sqlite: &[Migration { name: "0001_sums", text: SUMS }],
    postgres: &[Migration { name: "0001_sums", text: SUMS }],
};

#[derive(Serialize)]
struct Added {
    amount: i64,
}

impl EventContent for Added {
    fn event_type(&self) -> &'static str {
        if self.amount == 0 { "nothing" } else { "added" }
    }
}

/// Sums of what was added to each counter, and its parts.
struct Sums {
    name: &'static str,
    is_pure: bool,
}

impl Consumer for Sums {
    fn name(&self) -> &'static str {
        self.name
    }

    fn listens_to(&self) -> &'static [Listening] {
        &[Listening { context: "counters", aggregate: "counter", events: &[("added", 1)] }]
    }

    fn projects_into(&self) -> &'static [ProjectedTable] {
        const KEY: Keyset = Keyset::new(&[("stream_id", Direction::Ascending)]);
        const PARTS: Keyset = Keyset::new(&[("stream_id", Direction::Ascending), ("number", Direction::Ascending)]);
        &[ProjectedTable { name: "sums", key: KEY }, ProjectedTable { name: "parts", key: PARTS }]
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let amount = event.event.content["amount"].as_i64().unwrap_or_default();
            if amount == -13 {
                return Err(HandleError::Poison("thirteen".to_owned()));
            }
            let add = query(
                "INSERT INTO sums (stream_id, total) VALUES ($1, $2)
                 ON CONFLICT (stream_id) DO UPDATE SET total = sums.total + excluded.total",
            );
            add.bind(&event.event.stream_id).bind(amount).execute(unit).await?;
            let part = query("INSERT INTO parts (stream_id, number) VALUES ($1, $2)");
            part.bind(&event.event.stream_id).bind(event.event.stream_version).execute(unit).await?;
            if !self.is_pure {
                unit.record(DomainEvent::new("sum", (event.event.stream_id.clone(), 1), None, &Added { amount }));
            }
            Ok(())
        })
    }
}

fn command() -> Command {
    Command {
        operation: "count",
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: None,
        cause: Cause::default(),
    }
}

struct World {
    counters: Relational,
    sums: Relational,
    workers: Workers,
    _place: Box<dyn Any>,
}

async fn world_of(counters: Database, sums: Database, place: Box<dyn Any>) -> World {
    let options = OpenOptions { lanes: 4, ..OpenOptions::default() };
    let counters = Relational::open_with(counters, &NOTHING, options.clone()).await.unwrap();
    let sums = Relational::open_with(sums, &MIGRATIONS, options).await.unwrap();
    let bus = Bus::embedded(std::env::temp_dir().join("never-made"));
    let workers = Workers::new("sums", &bus, &sums, (&Clock::system(), &IdSource::random()))
        .consumer(Sums { name: "sums", is_pure: true })
        .consumer(Sums { name: "impure", is_pure: false });
    World { counters, sums, workers, _place: place }
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| Database::File(folder.path().join(name));
    world_of(file("counters.sqlite"), file("sums.sqlite"), Box::new(folder)).await
}

impl World {
    fn logs(&self) -> BTreeMap<&'static str, SharedEventLog> {
        BTreeMap::from([("counters", Arc::new(self.counters.clone()) as SharedEventLog)])
    }

    /// Commits these amounts, to a stream each three.
    async fn count(&self, amounts: impl IntoIterator<Item = i64>) {
        for (index, amount) in amounts.into_iter().enumerate() {
            let stream_id = format!("counter_{}", index % 3);
            let heads: i64 = self.counters.last_positions().await.unwrap().iter().sum();
            let mut unit = self.counters.begin_unit(&command()).await.unwrap();
            unit.record(DomainEvent::new("counter", (stream_id, heads + 1), None, &Added { amount }));
            unit.commit(&()).await.unwrap();
        }
    }

    /// Does what the consumer's runner does, up to the end of the log.
    async fn consume(&self, name: &'static str) {
        let consumer = Sums { name, is_pure: true };
        for lane in 0..4 {
            let checkpoint = Checkpoint { consumer: name, source: "counters", lane };
            let from = self.sums.checkpoint(checkpoint).await.unwrap();
            let events = self.counters.events_after(lane, from, 1_000).await.unwrap();
            let Some(last) = events.last().map(|event| event.position) else { continue };
            let mut unit = self.sums.begin_unit(&command()).await.unwrap();
            for event in events.into_iter().filter(|event| event.event.event_type == "added") {
                let source = "counters".to_owned();
                let received = ReceivedEvent { source, lane, position: event.position, event: event.event };
                consumer.handle(&mut unit, &received).await.unwrap();
            }
            unit.move_checkpoint(checkpoint, (from, last)).await.unwrap();
            unit.commit(&()).await.unwrap();
        }
    }

    /// Moves the checkpoints of a consumer to the end, without its effect.
    async fn pass_over(&self, consumer: &str) {
        let ends = self.counters.last_positions().await.unwrap();
        for (lane, to) in (0..).zip(ends) {
            let checkpoint = Checkpoint { consumer, source: "counters", lane };
            let from = self.sums.checkpoint(checkpoint).await.unwrap();
            let mut unit = self.sums.begin_unit(&command()).await.unwrap();
            unit.move_checkpoint(checkpoint, (from, to)).await.unwrap();
            unit.commit(&()).await.unwrap();
        }
    }

    async fn change(&self, change: Query) {
        let mut unit = self.sums.begin_unit(&command()).await.unwrap();
        assert!(change.execute(&mut unit).await.unwrap() > 0);
        unit.commit(&()).await.unwrap();
    }

    async fn totals(&self) -> BTreeMap<String, i64> {
        let rows: Vec<Row> = query("SELECT stream_id, total FROM sums").fetch_all(&self.sums).await.unwrap();
        rows.iter().map(|row| (row.text("stream_id").unwrap(), row.int("total").unwrap())).collect()
    }

    async fn wrong(&self, name: &str) -> RebuildError {
        let mut rebuilding = match self.workers.rebuild(name, &self.logs()).await {
            Ok(rebuilding) => rebuilding,
            Err(error) => return error,
        };
        let error = rebuilding.catch_up(&mut |_, _| {}).await.unwrap_err();
        rebuilding.end().await.unwrap();
        error
    }
}

async fn puts_right_what_is_wrong(world: &World) {
    world.count(1..=30).await;
    world.count([0, 0]).await;
    world.consume("sums").await;
    let right = world.totals().await;
    assert_eq!(right.values().sum::<i64>(), 465);
    let mut rebuilding = world.workers.rebuild("sums", &world.logs()).await.unwrap();
    let mut heard = Vec::new();
    rebuilding.catch_up(&mut |done, total| heard.push((done, total))).await.unwrap();
    assert_eq!(heard.last(), Some(&(32, 32)));
    let rebuilt = rebuilding.finish(true).await.unwrap();
    rebuilding.end().await.unwrap();
    assert!(!rebuilt.is_swapped && rebuilt.tables.iter().all(|table| table.is_same()), "{rebuilt:?}");
    assert_eq!((rebuilt.handled, rebuilt.tables[0].rows, rebuilt.tables[1].rows), (30, 3, 30));

    world.change(query("DELETE FROM parts WHERE stream_id = 'counter_1'")).await;
    world.change(query("UPDATE sums SET total = 7 WHERE stream_id = 'counter_2'")).await;
    let mut rebuilding = world.workers.rebuild("sums", &world.logs()).await.unwrap();
    rebuilding.catch_up(&mut |_, _| {}).await.unwrap();
    // Meanwhile the consumer goes on.
    world.count([100, 200, 300]).await;
    world.consume("sums").await;
    let looked = rebuilding.finish(false).await.unwrap();
    assert!(!looked.is_swapped);
    let differing: Vec<(u64, u64)> = looked.tables.iter().map(|table| (table.only_old, table.only_new)).collect();
    assert_eq!(differing, [(1, 1), (0, 10)], "{looked:?}");
    assert_ne!(world.totals().await, right, "only looked at");
    let rebuilt = rebuilding.finish(true).await.unwrap();
    rebuilding.end().await.unwrap();
    assert!(rebuilt.is_swapped);
    assert_eq!(world.totals().await.values().sum::<i64>(), 1_065);
    // The consumer goes on where it was.
    world.count([1_000]).await;
    world.consume("sums").await;
    assert_eq!(world.totals().await.values().sum::<i64>(), 2_065);
    let mut again = world.workers.rebuild("sums", &world.logs()).await.unwrap();
    again.catch_up(&mut |_, _| {}).await.unwrap();
    assert!(again.finish(true).await.unwrap().tables.iter().all(|table| table.is_same()));
    again.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn puts_right_what_is_wrong_on_sqlite() {
    puts_right_what_is_wrong(&world().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn puts_right_what_is_wrong_on_postgres() {
    let Some(server) = hansa_testkit::postgres() else { return };
    let schema = |name: &str| Database::Postgres { url: server.url().to_owned(), schema: name.to_owned() };
    let (counters, sums) = (schema("counters"), schema("sums"));
    puts_right_what_is_wrong(&world_of(counters, sums, Box::new(server)).await).await;
}

#[tokio::test]
async fn refuses_what_it_cannot_rebuild() {
    let world = world().await;
    world.count([1, 2]).await;
    world.consume("sums").await;
    world.pass_over("impure").await;
    assert_eq!(
        world.wrong("totals").await.to_string(),
        "`totals` is no projection of this context; there are: sums, impure"
    );
    assert!(matches!(world.workers.rebuild("sums", &BTreeMap::new()).await, Err(RebuildError::NoLog("counters"))));
    assert!(matches!(world.wrong("impure").await, RebuildError::NotPure));
    assert!(world.workers.rebuild("sums", &world.logs()).await.is_ok(), "nothing was left behind");
}

#[tokio::test]
async fn an_event_that_fails_ends_it_and_changes_nothing() {
    let world = world().await;
    world.count([1, 2, 3]).await;
    world.consume("sums").await;
    let before = world.totals().await;
    world.count([-13]).await;
    world.pass_over("sums").await;
    let error = world.wrong("sums").await;
    assert!(matches!(error, RebuildError::Handle { source_context: "counters", .. }), "{error:?}");
    assert_eq!(world.totals().await, before);
}

const LETTER: &str = "INSERT INTO dead_letters (consumer, source, lane, position, stream_id, event_type, headers, body,
    state, reason, attempts, first_at, last_at)
    SELECT 'sums', 'counters', lane, position, 'counter_0', 'counter.added', '{}', X'00', ";

#[tokio::test]
async fn dead_letters_are_left_out_or_come_first() {
    let world = world().await;
    world.count([5]).await;
    world.consume("sums").await;
    world.change(query("UPDATE sums SET total = 0")).await;
    let parked =
        query(LETTER).push("'parked', 'it failed', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z' FROM checkpoints");
    world.change(parked).await;
    let error = world.wrong("sums").await;
    assert_eq!(error.to_string(), "the consumer has 1 dead letters: retry or skip them first");
    world.change(query("UPDATE dead_letters SET state = 'skipped', skip_reason = 'because'")).await;
    let mut rebuilding = world.workers.rebuild("sums", &world.logs()).await.unwrap();
    rebuilding.catch_up(&mut |_, _| {}).await.unwrap();
    let rebuilt = rebuilding.finish(false).await.unwrap();
    rebuilding.end().await.unwrap();
    assert_eq!((rebuilt.handled, rebuilt.tables[0].rows), (0, 0));
}

#[tokio::test]
async fn a_log_that_is_too_short_is_told() {
    let world = world().await;
    world.count([1]).await;
    world.consume("sums").await;
    let empty = tempfile::tempdir().unwrap();
    let options = OpenOptions { lanes: 4, ..OpenOptions::default() };
    let empty_log = Relational::open_with(&empty.path().join("counters.sqlite"), &NOTHING, options).await.unwrap();
    let logs = BTreeMap::from([("counters", Arc::new(empty_log) as SharedEventLog)]);
    let mut rebuilding = world.workers.rebuild("sums", &logs).await.unwrap();
    let error = rebuilding.catch_up(&mut |_, _| {}).await.unwrap_err();
    assert!(matches!(error, RebuildError::LogTooShort { last: 0, wanted: 1, .. }), "{error:?}");
    rebuilding.end().await.unwrap();
}
