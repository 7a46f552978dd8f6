//! Accounts, commands on them, and what must be true of a store of them.

use chrono::{DateTime, Utc};
use hansa_event_sourcing::LoggedEvent;
use hansa_event_sourcing::{Actor, Clock, Command, DomainEvent, EventContent, IdSource, IdempotencyKey, InputHash};
use hansa_relational::{Begun, FromRow, Migration, Migrations, Relational, Row, StoreError, UnitOfWork, query};
use serde::{Deserialize, Serialize};

pub(crate) const MIGRATIONS: Migrations = Migrations {
    sqlite: &[Migration { name: "0001_accounts", text: accounts_table!("TEXT") }],
    postgres: &[Migration { name: "0001_accounts", text: accounts_table!("TIMESTAMPTZ") }],
};

macro_rules! accounts_table {
    ($time:literal) => {
        concat!(
            "CREATE TABLE accounts (
               id TEXT NOT NULL PRIMARY KEY,
               email TEXT NOT NULL,
               balance BIGINT NOT NULL CONSTRAINT balance_is_not_negative CHECK (balance >= 0),
               opened_at ",
            $time,
            " NOT NULL,
               UNIQUE (email)
           );
           CREATE TABLE notes (
               number BIGINT NOT NULL PRIMARY KEY,
               account_id TEXT NOT NULL REFERENCES accounts (id),
               body TEXT
           );
           CREATE UNIQUE INDEX notes_one_body ON notes (account_id, body);
           CREATE TABLE labels (label TEXT);
           CREATE UNIQUE INDEX labels_lower ON labels (lower(label));"
        )
    };
}
use accounts_table;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) balance: i64,
    pub(crate) opened_at: DateTime<Utc>,
}

impl FromRow for Account {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Account {
            id: row.text("id")?,
            email: row.text("email")?,
            balance: row.int("balance")?,
            opened_at: row.time("opened_at")?,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) account: String,
}

#[derive(Serialize)]
pub(crate) struct Opened {
    pub(crate) email: String,
}

impl EventContent for Opened {
    fn event_type(&self) -> &'static str {
        "opened"
    }
}

pub(crate) fn command(key: Option<&str>, input: &str) -> Command {
    let input = InputHash::of(&input);
    Command {
        operation: "accountOpen",
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: key.map(|key| IdempotencyKey::new(key.to_owned(), input).unwrap()),
        cause: hansa_event_sourcing::Cause::default(),
    }
}

pub(crate) fn opened(id: &str) -> DomainEvent {
    DomainEvent::new("account", (id.to_owned(), 1), None, &Opened { email: format!("{id}@example.com") })
}

pub(crate) async fn insert(unit: &mut UnitOfWork, id: &str, command: &Command) -> Result<(), StoreError> {
    query("INSERT INTO accounts (id, email, balance, opened_at) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(format!("{id}@example.com"))
        .bind(0i64)
        .bind(command.now)
        .execute(unit)
        .await?;
    unit.record(opened(id));
    Ok(())
}

/// Opens an account by a command; gives the answer, and whether it is a repetition.
pub(crate) async fn open(store: &Relational, id: &str, command: &Command) -> Result<(Payload, bool), StoreError> {
    match store.begin::<Payload>(command).await? {
        Begun::Replayed(payload) => Ok((payload, true)),
        Begun::Fresh(mut unit) => {
            insert(&mut unit, id, command).await?;
            let payload = Payload { account: id.to_owned() };
            unit.commit(&payload).await?;
            Ok((payload, false))
        }
    }
}

pub(crate) async fn accounts(store: &Relational) -> Vec<Account> {
    query("SELECT id, email, balance, opened_at FROM accounts ORDER BY id").fetch_all(store).await.unwrap()
}

/// Everything in the outbox, lane by lane.
/// Lanes of a store that was opened without saying how many.
pub(crate) const LANES: i64 = 2;

pub(crate) async fn outbox(store: &Relational) -> Vec<LoggedEvent> {
    let mut entries = Vec::new();
    for lane in 0..LANES {
        let mut last = 0;
        loop {
            let page = store.events_after(lane, last, 1_000).await.unwrap();
            let Some(entry) = page.last() else { break };
            last = entry.position;
            entries.extend(page);
        }
    }
    entries
}

pub(crate) async fn records(store: &Relational) -> i64 {
    let count = query("SELECT COUNT(*) AS number FROM idempotency_records");
    count.fetch_one::<Row>(store).await.unwrap().int("number").unwrap()
}

/// Every account has its event and every event its account; positions are 1, 2, 3, … in each lane.
pub(crate) async fn check_agreement(store: &Relational) {
    let entries = outbox(store).await;
    for lane in 0..LANES {
        let positions: Vec<i64> =
            entries.iter().filter(|entry| entry.lane == lane).map(|entry| entry.position).collect();
        assert_eq!(positions, (1..=positions.len() as i64).collect::<Vec<_>>());
    }
    let mut streams: Vec<String> = entries.into_iter().map(|entry| entry.event.stream_id).collect();
    streams.sort();
    let accounts: Vec<String> = accounts(store).await.into_iter().map(|account| account.id).collect();
    assert_eq!(streams, accounts);
}
