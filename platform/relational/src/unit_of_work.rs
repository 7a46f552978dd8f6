//! The one function by which a command commits: its state, its events and its idempotency record, or nothing.
//!
//! While a unit of [`Relational::begin`] is open, every other one of the store waits. What takes long (hashing a password,
//! calling another service) is done before.

use hansa_event_sourcing::{Command, DomainEvent, IdempotencyKey, RecordedEvent};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::HashMap, sync::atomic::Ordering};

use crate::{
    Dialect, Query, Relational, Row, StoreError,
    engine::{Company, Writing},
    event_log, query,
};

/// More events of one unit are a mistake: a batch of 256 events that a consumer handles has some for each.
const EVENTS_MAX: usize = 4_000;
/// One in so many commits with a record clears expired ones; the first does.
const CLEARED_EVERY: u32 = 16;
/// How many expired records it clears: more than were added since, so that they do not pile up.
const CLEARED_AT_ONCE: i64 = 4 * CLEARED_EVERY as i64;

/// A command that has begun: it is new, or the repetition of one that was committed.
#[derive(Debug)]
#[must_use]
pub enum Begun<P> {
    /// The answer that was given the first time.
    Replayed(P),
    Fresh(UnitOfWork),
}

/// The writes of one command. Dropped without commit, nothing was written.
#[derive(Debug)]
#[must_use = "what is not committed is rolled back"]
pub struct UnitOfWork {
    writing: Writing,
    store: Relational,
    command: Box<Command>,
    held: Box<Held>,
}

/// What a unit has in memory.
#[derive(Debug, Default)]
struct Held {
    events: Vec<RecordedEvent>,
    /// Rows that were read for several things at once, until somebody asks for one of them.
    aside: HashMap<String, Vec<Row>>,
    /// Of which queues the workers are woken by the commit.
    queues: Vec<&'static str>,
}

impl Relational {
    /// Begins a command, alone: what it reads stays as it is until it ends, because whatever else writes to the store, in
    /// this process or another, waits. A twin (same actor, operation and idempotency key) waits for the first, and gets its
    /// answer.
    pub async fn begin<P: DeserializeOwned>(&self, command: &Command) -> Result<Begun<P>, StoreError> {
        self.begin_in(Company::Nobody, command).await
    }

    /// Begins a command that may be written while others are, for commands that are right in any company: what they decide
    /// by is decided by stream versions, constraints and the rows that they change. Only a twin, and what is begun alone,
    /// waits. What is read may be changed by others before the commit, unless PostgreSQL is asked for it `FOR UPDATE`.
    /// SQLite has one writer: there it is the same as [`Relational::begin`].
    pub async fn begin_concurrent<P: DeserializeOwned>(&self, command: &Command) -> Result<Begun<P>, StoreError> {
        let key = command.idempotency_key.as_ref();
        let key = key.map(|key| format!("{}\n{}\n{}", command.actor.scope(), command.operation, key.text));
        self.begin_in(Company::Others { key }, command).await
    }

    async fn begin_in<P: DeserializeOwned>(&self, company: Company, command: &Command) -> Result<Begun<P>, StoreError> {
        let mut writing = self.engine.begin(company).await?;
        if let Some(key) = &command.idempotency_key
            && let Some(payload) = recorded_payload(&mut writing, command, key).await?
        {
            // The first may be carried by this very transaction: what it answered counts once that is committed.
            writing.commit().await?;
            return serde_json::from_str(&payload).map(Begun::Replayed).map_err(StoreError::Payload);
        }
        Ok(Begun::Fresh(self.unit(writing, command)))
    }

    /// Begins what has no idempotency key: the effect of an event, which its consumer's checkpoint makes idempotent. It may
    /// be written while others are, as with [`Relational::begin_concurrent`].
    pub async fn begin_unit(&self, command: &Command) -> Result<UnitOfWork, StoreError> {
        let writing = self.engine.begin(Company::Others { key: None }).await?;
        Ok(self.unit(writing, command))
    }

    fn unit(&self, writing: Writing, command: &Command) -> UnitOfWork {
        UnitOfWork { writing, store: self.clone(), command: Box::new(command.clone()), held: Box::default() }
    }
}

impl UnitOfWork {
    /// Who acts, when and why.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// The language of the engine, for the few queries that are not the same on both.
    pub fn dialect(&self) -> Dialect {
        self.writing.dialect()
    }

    /// From now on events are of this command: a unit that handles several events has one for each.
    pub fn act_for(&mut self, command: Command) {
        *self.command = command;
    }

    /// Adds an event; it is published once the unit is committed.
    pub fn record(&mut self, event: DomainEvent) {
        self.held.events.push(event.recorded(&self.command));
    }

    /// Its commit wakes whoever works on this queue in this process: there is work that is no event.
    pub fn wake(&mut self, queue: &'static str) {
        if !self.held.queues.contains(&queue) {
            self.held.queues.push(queue);
        }
    }

    /// Keeps rows that one query has read for many things, for whoever asks for one of them in this unit. They are as of then:
    /// what is decided by them is checked again when it is written, as by a stream's version.
    pub fn put_aside(&mut self, key: &str, rows: Vec<Row>) {
        self.held.aside.insert(key.to_owned(), rows);
    }

    /// What was put aside under this key.
    pub fn aside(&self, key: &str) -> Option<&[Row]> {
        self.held.aside.get(key).map(Vec::as_slice)
    }

    /// The events of a stream that the unit has recorded and the store has not yet.
    pub fn recorded<'a>(&'a self, stream_id: &'a str) -> impl Iterator<Item = &'a RecordedEvent> {
        self.held.events.iter().filter(move |event| event.stream_id == stream_id)
    }

    /// Commits everything; `payload` is what a repetition of the command will get.
    pub async fn commit<P: Serialize>(mut self, payload: &P) -> Result<(), StoreError> {
        if self.held.events.len() > EVENTS_MAX {
            return Err(StoreError::TooManyEvents { limit: EVENTS_MAX });
        }
        if let Some(key) = self.command.idempotency_key.clone() {
            self.remember(&key, payload).await?;
        }
        // Positions come last: their lanes' rows are locked until the commit.
        event_log::append(&mut self.writing, self.store.lanes, &self.held.events).await?;
        self.writing.commit().await?;
        if !self.held.queues.is_empty() {
            self.store.wakes.send_modify(|wakes| wakes.add(&self.held.queues));
        }
        if !self.held.events.is_empty() {
            self.store.commits.send_modify(|count| *count += 1);
        }
        Ok(())
    }

    /// Ends it without a trace, at once. To drop it does the same, a little later.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.writing.rollback().await
    }

    pub(crate) async fn read(&mut self, query: Query, max: usize) -> Result<Vec<Row>, StoreError> {
        self.writing.read(query, max).await
    }

    pub(crate) async fn execute(&mut self, query: Query) -> Result<u64, StoreError> {
        self.writing.execute(query).await
    }

    async fn remember<P: Serialize>(&mut self, key: &IdempotencyKey, payload: &P) -> Result<(), StoreError> {
        let payload = serde_json::to_string(payload).map_err(StoreError::Payload)?;
        let expires_at = self.command.now + chrono::TimeDelta::hours(IdempotencyKey::KEPT_HOURS);
        let record = query(
            "INSERT INTO idempotency_records
                (actor_scope, operation, idempotency_key, input_hash, payload, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (actor_scope, operation, idempotency_key) DO UPDATE
             SET input_hash = excluded.input_hash, payload = excluded.payload, expires_at = excluded.expires_at",
        )
        .bind(self.command.actor.scope())
        .bind(self.command.operation)
        .bind(&key.text)
        .bind(key.input.text())
        .bind(payload)
        .bind(expires_at);
        self.writing.execute(record).await?;
        match self.store.clearings.fetch_add(1, Ordering::Relaxed) % CLEARED_EVERY {
            0 => self.clear_records().await,
            _ => Ok(()),
        }
    }

    async fn clear_records(&mut self) -> Result<(), StoreError> {
        // Two commits that clear at the same time clear different records.
        let clear = query(self.writing.dialect().either(
            "DELETE FROM idempotency_records WHERE (actor_scope, operation, idempotency_key) IN
                (SELECT actor_scope, operation, idempotency_key FROM idempotency_records
                 WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
            "DELETE FROM idempotency_records WHERE (actor_scope, operation, idempotency_key) IN
                (SELECT actor_scope, operation, idempotency_key FROM idempotency_records
                 WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
        ))
        .bind(self.command.now)
        .bind(CLEARED_AT_ONCE);
        self.writing.execute(clear).await.map(drop)
    }
}

/// What was answered to the command with this key, if it is still remembered.
async fn recorded_payload(
    writing: &mut Writing,
    command: &Command,
    key: &IdempotencyKey,
) -> Result<Option<String>, StoreError> {
    let record = query(
        "SELECT input_hash, payload FROM idempotency_records
         WHERE actor_scope = $1 AND operation = $2 AND idempotency_key = $3 AND expires_at > $4",
    )
    .bind(command.actor.scope())
    .bind(command.operation)
    .bind(&key.text)
    .bind(command.now);
    let rows = writing.read(record, 1).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    match row.text("input_hash")? == key.input.text() {
        true => row.text("payload").map(Some),
        false => Err(StoreError::KeyReused),
    }
}
