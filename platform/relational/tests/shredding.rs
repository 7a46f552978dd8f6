//! What was deleted or replaced is in no byte of the files.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use hansa_event_sourcing::{Actor, Cause, Clock, Command, IdSource};
use hansa_relational::{Database, Migrations, Relational, StoreError, query};
use std::{fs, path::Path};

const CANARY: &str = "klabautermann";

fn command() -> Command {
    Command {
        operation: "test",
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: None,
        cause: Cause::default(),
    }
}

fn sightings(folder: &Path) -> usize {
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let in_file = |bytes: Vec<u8>| bytes.windows(CANARY.len()).filter(|window| *window == CANARY.as_bytes()).count();
    files.map(in_file).sum()
}

/// Rows of their own pages, rows among others, and one that is too long for a page.
async fn run(store: &Relational, statements: &'static [&'static str]) -> Result<(), StoreError> {
    let mut unit = store.begin_unit(&command()).await?;
    for statement in statements {
        query(statement).execute(&mut unit).await?;
    }
    unit.commit(&()).await
}

#[tokio::test]
async fn what_was_deleted_is_in_no_byte_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite");
    let store = Relational::open(Database::File(path), &Migrations { sqlite: &[], postgres: &[] }).await.unwrap();
    run(
        &store,
        &[
            "CREATE TABLE people (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, story TEXT NOT NULL)",
            "CREATE INDEX people_name ON people (name)",
            "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 2000)
         INSERT INTO people SELECT number, 'klabautermann ' || number, 'He was klabautermann ' || number FROM numbers",
            "UPDATE people SET story = replace(hex(zeroblob(9000)), '00', 'klabautermann ') WHERE id = 7",
        ],
    )
    .await
    .unwrap();
    assert!(sightings(folder.path()) > 9_000, "else nothing is shown");
    run(
        &store,
        &["UPDATE people SET name = '!', story = '!' WHERE id % 3 = 1", "DELETE FROM people WHERE id % 3 <> 1"],
    )
    .await
    .unwrap();
    assert!(sightings(folder.path()) > 0, "the file beside it has the pages as they were");
    store.shred().await.unwrap();
    assert_eq!(sightings(folder.path()), 0);
    // It goes on, and what was not deleted is there.
    run(&store, &["INSERT INTO people VALUES (5000, 'greta', 'She is here')"]).await.unwrap();
    store.shred().await.unwrap();
    let rows: Vec<hansa_relational::Row> =
        query("SELECT name FROM people WHERE name <> '!'").fetch_all(&store).await.unwrap();
    assert_eq!(rows.len(), 1);
}
