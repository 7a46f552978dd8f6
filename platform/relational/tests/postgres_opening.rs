//! Opening on PostgreSQL: what is made, what is kept, and what is refused, with a clear text and without the password.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{
    error::Error,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    time::{Duration, Instant},
};

use hansa_relational::{
    Database, Migration, Migrations, MigrationsError, OpenError, OpenOptions, Relational, Row, query,
};
use hansa_testkit::{PostgresProcess, PostgresServer, or_skip};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const FIRST: Migration = Migration { name: "0001_things", text: "CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY);" };
const SECOND: Migration = Migration {
    name: "0002_more",
    text: "ALTER TABLE things ADD COLUMN name TEXT; INSERT INTO things VALUES ('a', 'b');",
};
const ONE: Migrations = both(&[FIRST]);
const TWO: Migrations = both(&[FIRST, SECOND]);

const fn both(list: &'static [Migration]) -> Migrations {
    Migrations { sqlite: list, postgres: list }
}

async fn open((url, schema): (&str, &str), migrations: &Migrations) -> Result<Relational, OpenError> {
    let database = Database::Postgres { url: url.to_owned(), schema: schema.to_owned() };
    let options = OpenOptions { wait: Duration::from_secs(1), ..OpenOptions::default() };
    Relational::open_with(database, migrations, options).await
}

async fn things(store: &Relational) -> usize {
    query("SELECT * FROM things").fetch_all::<Row>(store).await.unwrap().len()
}

async fn run(url: &str, statements: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
}

async fn server_version(url: &str) -> u32 {
    PgConnection::connect(url).await.unwrap().server_version_num().unwrap()
}

/// The text of an error and of all its causes, as it is logged.
fn told(error: &OpenError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    assert!(!text.contains("s3cret") && !format!("{error:?}").contains("s3cret"), "{text}");
    text
}

/// The same server as another user.
fn as_user(server: &PostgresServer, user: &str) -> String {
    server.url().replacen("://hansa@", &format!("://{user}@"), 1)
}

#[tokio::test]
async fn the_schema_is_made_and_kept() {
    let Some(server) = hansa_testkit::postgres() else { return };
    let store = open((server.url(), "orders"), &ONE).await.unwrap();
    assert!(!format!("{store:?}").contains("hansa@"));
    assert_eq!(things(&store).await, 0);
    store.close().await;
    assert_eq!(things(&open((server.url(), "orders"), &TWO).await.unwrap()).await, 1);
    // Applied once.
    assert_eq!(things(&open((server.url(), "orders"), &TWO).await.unwrap()).await, 1);
    // Another context has a schema of its own.
    assert_eq!(things(&open((server.url(), "payments"), &ONE).await.unwrap()).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_open_a_new_schema_at_once() {
    let Some(server) = hansa_testkit::postgres() else { return };
    let mut openers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let database = Database::Postgres { url: server.url().to_owned(), schema: "orders".to_owned() };
        openers.spawn(async move { things(&Relational::open(database, &TWO).await.unwrap()).await });
    }
    assert_eq!(openers.join_all().await, [1; 8]);
}

#[tokio::test]
async fn applied_migrations_do_not_change_and_a_failed_one_leaves_nothing() {
    let Some(server) = hansa_testkit::postgres() else { return };
    const BROKEN: Migration = Migration { name: "0002_broken", text: "CREATE TABLE more (id TEXT); CREATE TABL x;" };
    let error = open((server.url(), "orders"), &both(&[FIRST, BROKEN])).await.unwrap_err();
    assert!(told(&error).contains("TABL"), "{}", told(&error));
    let mut connection = PgConnection::connect(server.url()).await.unwrap();
    let schemas: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_namespace WHERE nspname = 'orders'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(schemas, 0);

    open((server.url(), "orders"), &TWO).await.unwrap().close().await;
    let misfit = async |migrations: &Migrations| match open((server.url(), "orders"), migrations).await.unwrap_err() {
        OpenError::Migrations { source, .. } => source,
        other => panic!("{other}"),
    };
    let error = misfit(&ONE).await;
    assert!(matches!(&error, MigrationsError::Newer { name } if name == "0002_more"), "{error}");
    const CHANGED: Migration = Migration { name: "0001_things", text: "CREATE TABLE things (id TEXT);" };
    let error = misfit(&both(&[CHANGED, SECOND])).await;
    assert!(matches!(&error, MigrationsError::Changed { name } if name == "0001_things"), "{error}");
}

#[tokio::test]
async fn foreign_schemas_and_other_lanes_are_refused() {
    let Some(server) = hansa_testkit::postgres() else { return };
    run(server.url(), "CREATE SCHEMA orders; CREATE TABLE orders.theirs (id TEXT)").await;
    let error = open((server.url(), "orders"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::Foreign { .. }), "{error}");
    let place = format!("schema `orders` of the database `{}` at 127.0.0.1:", server.database());
    assert!(told(&error).starts_with(&place), "{}", told(&error));

    let database = Database::Postgres { url: server.url().to_owned(), schema: "payments".to_owned() };
    let options = OpenOptions { lanes: 8, ..OpenOptions::default() };
    Relational::open_with(database, &ONE, options).await.unwrap().close().await;
    let error = open((server.url(), "payments"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::OtherLanes { found: 8, wanted: 2, .. }), "{error}");
}

#[tokio::test]
async fn wrong_urls_and_names_are_refused() {
    for url in ["mysql://hansa:s3cret@host/db", "hansa:s3cret@host", "", "postgres://hansa:s3cret@host:port/db"] {
        let error = open((url, "orders"), &ONE).await.unwrap_err();
        assert!(matches!(&error, OpenError::BadUrl { .. }), "{url}: {error}");
        assert!(told(&error).starts_with("the URL of the database is wrong: "), "{}", told(&error));
    }
    for schema in ["", "Orders", "1st", "a-b", "a\"b", "pg_orders", &"a".repeat(64)] {
        let error = open(("postgres://hansa:s3cret@127.0.0.1:1/db", schema), &ONE).await.unwrap_err();
        assert!(matches!(&error, OpenError::BadSchema { .. }), "{schema}: {}", told(&error));
    }
}

#[tokio::test]
async fn servers_that_are_not_there_are_said() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("postgres://hansa:s3cret@{}/shop", listener.local_addr().unwrap());
    // It accepts, and says nothing.
    let started = Instant::now();
    let error = open((&url, "orders"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::Unreachable { .. }), "{error}");
    assert!(told(&error).ends_with("cannot be reached: it does not answer"), "{}", told(&error));
    assert!(started.elapsed() < Duration::from_secs(5));
    drop(listener);
    let error = open((&url, "orders"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::Unreachable { .. }), "{error}");
    assert!(told(&error).contains("schema `orders` of the database `shop` at 127.0.0.1:"), "{}", told(&error));
    assert!(told(&error).contains("refused"), "{}", told(&error));
}

#[tokio::test]
async fn old_servers_are_refused() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("postgres://hansa:s3cret@{}/shop?sslmode=disable", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut startup = [0; 1_024];
        let _ = stream.read(&mut startup).unwrap();
        let mut hello = b"R\0\0\0\x08\0\0\0\0".to_vec();
        hello.extend(b"S\0\0\0\x19server_version\x0012.22\0");
        hello.extend(b"K\0\0\0\x0c\0\0\0\x01\0\0\0\x01Z\0\0\0\x05I");
        stream.write_all(&hello).unwrap();
        let _ = stream.read(&mut startup);
    });
    let error = open((&url, "orders"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::TooOld { found, .. } if found == "12.22"), "{error}");
    assert!(told(&error).ends_with("is on PostgreSQL 12.22; 13 or newer is needed"), "{}", told(&error));
    server.join().unwrap();
}

#[tokio::test]
async fn databases_and_users_that_will_not_do_are_refused() {
    let Some(server) = hansa_testkit::postgres() else { return };
    let (database, url) = (server.database(), server.url());
    let missing = url.replace(database, "not_there");
    let error = open((&missing, "orders"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::NoDatabase { .. }), "{}", told(&error));
    let error = open((&as_user(&server, "nobody_at_all:s3cret"), "orders"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::NotLetIn { .. }), "{}", told(&error));

    // One who may not make schemas can be given one.
    let user = format!("user_{database}");
    run(url, &format!("CREATE ROLE {user} LOGIN")).await;
    let error = open((&as_user(&server, &user), "orders"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::Forbidden { .. }), "{}", told(&error));
    run(url, &format!("CREATE SCHEMA orders AUTHORIZATION {user}")).await;
    assert_eq!(things(&open((&as_user(&server, &user), "orders"), &TWO).await.unwrap()).await, 1);
    run(url, "ALTER TABLE orders.things OWNER TO hansa").await;
    const THIRD: Migration = Migration { name: "0003_less", text: "ALTER TABLE things DROP COLUMN name" };
    let error = open((&as_user(&server, &user), "orders"), &both(&[FIRST, SECOND, THIRD])).await.unwrap_err();
    assert!(told(&error).contains("must be owner"), "{}", told(&error));

    // As many connections as this user may have.
    run(url, &format!("ALTER ROLE {user} CONNECTION LIMIT 0")).await;
    let error = open((&as_user(&server, &user), "orders"), &TWO).await.unwrap_err();
    assert!(matches!(&error, OpenError::Busy { .. }), "{}", told(&error));

    run(url, &format!("ALTER DATABASE {database} SET default_transaction_read_only = on")).await;
    let error = open((url, "orders"), &TWO).await.unwrap_err();
    assert!(matches!(&error, OpenError::Standby { .. }), "{}", told(&error));
    let end = format!("BEGIN READ WRITE; DROP OWNED BY {user} CASCADE; DROP ROLE {user}; COMMIT");
    run(url, &end).await;
}

#[tokio::test]
async fn other_encodings_are_refused() {
    let Some(server) = hansa_testkit::postgres() else { return };
    let other = format!("{}_ascii", server.database());
    let create = format!("CREATE DATABASE {other} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
    // Since 15 it matters by what the server itself sorts.
    let create = if server_version(server.url()).await < 150_000 { create } else { create + " LOCALE_PROVIDER libc" };
    run(server.url(), &create).await;
    let error = open((&server.url().replace(server.database(), &other), "orders"), &ONE).await.unwrap_err();
    run(server.url(), &format!("DROP DATABASE {other}")).await;
    assert!(matches!(&error, OpenError::BadEncoding { found, .. } if found == "SQL_ASCII"), "{}", told(&error));
}

#[tokio::test]
async fn a_wrong_password_is_said_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut server) = or_skip(PostgresProcess::start(folder.path()).await) else { return };
    run(&server.url(), "CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'right'").await;
    let rules = "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";
    std::fs::write(server.data_folder().join("pg_hba.conf"), rules).unwrap();
    server.restart().await.unwrap();
    let url = |password: &str| format!("postgres://guarded{password}@127.0.0.1:{}/postgres", server.port());
    for wrong in [":s3cret", ""] {
        let error = open((&url(wrong), "orders"), &ONE).await.unwrap_err();
        assert!(matches!(&error, OpenError::NotLetIn { .. } | OpenError::Unreachable { .. }), "{}", told(&error));
    }
    let store = open((&url(":right"), "orders"), &TWO).await.unwrap();
    assert_eq!(things(&store).await, 1);
    assert!(!format!("{store:?}").contains("right"));
}
