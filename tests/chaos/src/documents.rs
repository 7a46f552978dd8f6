//! The logs of contexts whose data is documents, read as they are: on a server of the MongoDB protocol, or in files.

use crate::system::System;
use anyhow::{Context, Result};
use mongodb::{
    Client, Collection, Database,
    bson::{Bson, Document, doc},
};
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Row as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

/// Contexts whose stores are documents.
pub const CONTEXTS: [&str; 2] = ["catalog", "social"];
/// No log has more.
const LANES_MAX: i64 = 8;

/// One context's log of documents.
#[derive(Debug)]
pub struct DocumentLog {
    pub context: &'static str,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Server(Database),
    File(SqlitePool),
}

/// One event of a log.
#[derive(Debug)]
pub struct Entry {
    pub lane: i64,
    pub position: i64,
    pub event: Value,
}

impl DocumentLog {
    pub async fn open(system: &System, context: &'static str) -> Result<DocumentLog> {
        let place = match &system.mongo {
            Some(server) => {
                let client = Client::with_uri_str(server.url()).await.context("read the server of documents")?;
                Place::Server(client.database(&format!("hansa_{context}")))
            }
            None => {
                let file = system.data.join(context).join(format!("{context}.db"));
                let options = SqliteConnectOptions::new().filename(&file).read_only(true);
                let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
                Place::File(pool.with_context(|| format!("read {}", file.display()))?)
            }
        };
        Ok(DocumentLog { context, place })
    }

    /// The last position of each lane that has events.
    pub async fn heads(&self) -> Result<Vec<(i64, i64)>> {
        match &self.place {
            Place::Server(database) => {
                let (log, mut heads) = (database.collection::<Document>("documents_log"), Vec::new());
                for lane in 0..LANES_MAX {
                    let last = log.find_one(doc! { "lane": lane }).sort(doc! { "position": -1 }).await?;
                    heads.extend(last.map(|last| (lane, number(&last, "position"))));
                }
                Ok(heads)
            }
            Place::File(pool) => {
                let text = "SELECT lane, MAX(position) FROM documents_log GROUP BY lane";
                let rows = sqlx::query(text).fetch_all(pool).await?;
                rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
            }
        }
    }

    /// All events, lane by lane.
    pub async fn events(&self) -> Result<Vec<Entry>> {
        let mut rows: Vec<(i64, i64, String)> = match &self.place {
            Place::Server(database) => {
                let found = all(&database.collection("documents_log"), doc! {}).await?;
                let text = |entry: &Document| entry.get_str("event").unwrap_or_default().to_owned();
                found.iter().map(|entry| (number(entry, "lane"), number(entry, "position"), text(entry))).collect()
            }
            Place::File(pool) => {
                let rows = sqlx::query("SELECT lane, position, event FROM documents_log").fetch_all(pool).await?;
                let row = |row: &sqlx::sqlite::SqliteRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
                rows.iter().map(row).collect::<Result<_>>()?
            }
        };
        rows.sort();
        let entry = |(lane, position, text): (i64, i64, String)| {
            let event = serde_json::from_str(&text).with_context(|| format!("{}: an event is JSON", self.context))?;
            Ok(Entry { lane, position, event })
        };
        rows.into_iter().map(entry).collect()
    }

    /// How many documents carry events that are not in the log yet.
    pub async fn carrying(&self) -> Result<u64> {
        match &self.place {
            Place::Server(database) => {
                let mut count = 0;
                for name in database.list_collection_names().await? {
                    if !name.starts_with("documents_") {
                        let collection = database.collection::<Document>(&name);
                        count += all(&collection, doc! { "unpublished": true }).await?.len() as u64;
                    }
                }
                Ok(count)
            }
            Place::File(pool) => {
                let tables = "SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
                    WHERE m.type = 'table' AND c.name = 'outbox'";
                let mut count = 0;
                for row in sqlx::query(tables).fetch_all(pool).await? {
                    let table: String = row.try_get(0)?;
                    let text = AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{table}\" WHERE outbox <> '[]'"));
                    count += u64::try_from(sqlx::query(text).fetch_one(pool).await?.try_get::<i64, _>(0)?)?;
                }
                Ok(count)
            }
        }
    }
}

async fn all(collection: &Collection<Document>, filter: Document) -> Result<Vec<Document>> {
    let (mut cursor, mut found) = (collection.find(filter).await?, Vec::new());
    while cursor.advance().await? {
        found.push(cursor.deserialize_current()?);
    }
    Ok(found)
}

fn number(document: &Document, field: &str) -> i64 {
    match document.get(field) {
        Some(Bson::Int64(number)) => *number,
        Some(Bson::Int32(number)) => i64::from(*number),
        _ => 0,
    }
}
