//! The tables of the embedded bus. A file of another form is emptied: what was in it is in the contexts' logs.

use hansa_relational::{StoreError, sqlite::Sqlite};
use std::borrow::Cow;

/// Changed with every change of the tables.
const FORM: i64 = 1;

const TABLES: &str = "
    DROP TABLE IF EXISTS streams;
    DROP TABLE IF EXISTS messages;
    DROP TABLE IF EXISTS replay_requests;
    DROP TABLE IF EXISTS replay_answers;

    CREATE TABLE streams (
        context TEXT NOT NULL PRIMARY KEY,
        made TEXT NOT NULL,
        lanes INTEGER,
        last_sequence INTEGER NOT NULL,
        bytes INTEGER NOT NULL
    );

    CREATE TABLE messages (
        context TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        lane INTEGER,
        position INTEGER,
        message_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        headers TEXT NOT NULL,
        body BLOB NOT NULL,
        published_at TEXT NOT NULL,
        PRIMARY KEY (context, sequence)
    );
    CREATE INDEX messages_place ON messages (context, lane, position);
    CREATE INDEX messages_lane ON messages (context, lane, sequence);
    CREATE INDEX messages_id ON messages (context, message_id);

    CREATE TABLE replay_requests (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        request TEXT NOT NULL UNIQUE,
        context TEXT NOT NULL,
        lane INTEGER NOT NULL,
        after_position INTEGER NOT NULL,
        events_max INTEGER NOT NULL,
        asked_at TEXT NOT NULL
    );

    CREATE TABLE replay_answers (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        request TEXT NOT NULL UNIQUE,
        answer TEXT NOT NULL,
        answered_at TEXT NOT NULL
    );";

pub(super) async fn make(file: &Sqlite) -> Result<(), StoreError> {
    let mut transaction = file.begin().await?;
    let rows = transaction.read(Cow::Borrowed("PRAGMA user_version"), Vec::new(), 1).await?;
    let form = rows.first().ok_or(StoreError::NoRow)?.int("user_version")?;
    if form == FORM {
        return transaction.rollback().await;
    }
    transaction.execute_script(TABLES).await?;
    transaction.execute(Cow::Owned(format!("PRAGMA user_version = {FORM}")), Vec::new()).await?;
    transaction.commit().await
}
