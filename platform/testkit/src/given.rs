//! Servers that environment variables name. Each test gets a database or a prefix of its own.

use std::{
    env,
    future::Future,
    io::{self, Write},
    thread,
};

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// A database of its own on the server of `HANSA_TEST_POSTGRES_URL`; dropped with it.
#[derive(Debug)]
pub struct PostgresServer {
    server: String,
    database: String,
    url: String,
}

/// A prefix of its own on the server of `HANSA_TEST_NATS_URL`; streams whose names begin with it are removed with it.
#[derive(Debug)]
pub struct NatsServer {
    url: String,
    prefix: String,
}

/// A prefix for databases of its own on the server of `HANSA_TEST_MONGO_URL`; they are dropped with it.
#[derive(Debug)]
pub struct MongoServer {
    url: String,
    prefix: String,
}

/// A new database, or `None` and a line that the test is skipped. Panics where the server does not answer.
pub fn postgres() -> Option<PostgresServer> {
    let server = given("HANSA_TEST_POSTGRES_URL")?;
    let database = unique();
    let url = with_database(&server, &database);
    let create = format!("CREATE DATABASE {database} TEMPLATE template0");
    // Sorted as in English where the server can, so that whoever relies on an order must have said which.
    let english = format!("{create} LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'");
    wait_for(run_on_postgres(server.clone(), english))
        .or_else(|_| wait_for(run_on_postgres(server.clone(), create)))
        .unwrap_or_else(|error| panic!("make a database on the server of HANSA_TEST_POSTGRES_URL: {error}"));
    Some(PostgresServer { server, database, url })
}

/// A new prefix, or `None` and a line that the test is skipped.
pub fn nats() -> Option<NatsServer> {
    Some(NatsServer { url: given("HANSA_TEST_NATS_URL")?, prefix: unique() })
}

/// A new prefix for databases, or `None` and a line that the test is skipped.
pub fn mongo() -> Option<MongoServer> {
    Some(MongoServer { url: given("HANSA_TEST_MONGO_URL")?, prefix: unique() })
}

impl PostgresServer {
    /// Of the new database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name.
    pub fn database(&self) -> &str {
        &self.database
    }
}

impl NatsServer {
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lower-case letters and digits. A stream is of this test when its name begins with it, in upper or lower case.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl MongoServer {
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of this test's database for a context; several may be made.
    pub fn database(&self, context: &str) -> String {
        format!("{}_{context}", self.prefix)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database);
        told("drop the test's database", wait_for(run_on_postgres(self.server.clone(), drop)));
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        told("remove the test's streams", wait_for(remove_streams(self.url.clone(), self.prefix.clone())));
    }
}

impl Drop for MongoServer {
    fn drop(&mut self) {
        told("drop the test's databases", wait_for(drop_databases(self.url.clone(), self.prefix.clone())));
    }
}

pub(crate) fn given(variable: &str) -> Option<String> {
    let url = env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        skipped(&format!("needs {variable}"));
    }
    url
}

/// Past what catches the output of tests that pass: a test that did nothing says so in every run.
pub(crate) fn skipped(reason: &str) {
    let thread = thread::current();
    let line = format!("skipped: {} {reason}\n", thread.name().unwrap_or("a test"));
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Good as a part of every kind of name: letters and digits, beginning with a letter.
fn unique() -> String {
    let letters: String = (0..12).map(|_| fastrand::lowercase()).collect();
    format!("test{}{letters}", std::process::id())
}

/// The same server and settings, another database.
fn with_database(url: &str, database: &str) -> String {
    let (base, settings) = url.split_once('?').map_or((url, None), |(base, settings)| (base, Some(settings)));
    let start = base.find("://").map_or(0, |scheme| scheme + 3);
    let base = base[start..].find('/').map_or(base, |slash| &base[..start + slash]);
    match settings {
        Some(settings) => format!("{base}/{database}?{settings}"),
        None => format!("{base}/{database}"),
    }
}

async fn run_on_postgres(url: String, statement: String) -> Result<(), String> {
    let mut connection = PgConnection::connect(&url).await.map_err(|error| error.to_string())?;
    let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await;
    done.map_err(|error| error.to_string())?;
    connection.close().await.map_err(|error| error.to_string())
}

async fn remove_streams(url: String, prefix: String) -> Result<(), String> {
    let client = async_nats::connect(&url).await.map_err(|error| error.to_string())?;
    let jetstream = async_nats::jetstream::new(client);
    let names: Vec<String> = jetstream.stream_names().try_collect().await.map_err(|error| error.to_string())?;
    for name in names.iter().filter(|name| name.to_lowercase().starts_with(&prefix)) {
        jetstream.delete_stream(name).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn drop_databases(url: String, prefix: String) -> Result<(), String> {
    let client = mongodb::Client::with_uri_str(&url).await.map_err(|error| error.to_string())?;
    let names = client.list_database_names().await.map_err(|error| error.to_string())?;
    for name in names.iter().filter(|name| name.starts_with(&prefix)) {
        client.database(name).drop().await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Runs it in a thread and a runtime of its own: it must work in a test that has a runtime, and while one ends.
fn wait_for(work: impl Future<Output = Result<(), String>> + Send + 'static) -> Result<(), String> {
    let work = async { tokio::time::timeout(std::time::Duration::from_secs(30), work).await };
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| error.to_string())?.block_on(work).map_err(|_| "no answer for 30 s".to_owned())?
    };
    thread::spawn(run).join().map_err(|_| "it panicked".to_owned())?
}

/// What is left behind does no harm to other tests, so the test does not fail.
fn told(attempted: &str, result: Result<(), String>) {
    if let Err(error) = result {
        eprintln!("could not {attempted}: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_database_of_a_url_changes() {
        for (url, expected) in [
            ("postgres://a:b@host:5/db", "postgres://a:b@host:5/x"),
            ("postgres://host", "postgres://host/x"),
            ("postgres://host/?sslmode=require", "postgres://host/x?sslmode=require"),
            ("postgres://host/db?options=a/b", "postgres://host/x?options=a/b"),
        ] {
            assert_eq!(with_database(url, "x"), expected);
        }
    }
}
