//! Servers of one's own start, keep what they have through a kill and a restart, and are gone with the test.

use hansa_testkit::{MongoProcess, NatsProcess, PostgresProcess, or_skip};
use sqlx::{Connection, PgConnection};

async fn number(url: &str, text: &'static str) -> Result<i32, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query_scalar(text).fetch_one(&mut connection).await
}

#[tokio::test]
async fn postgres_keeps_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut server) = or_skip(PostgresProcess::start(folder.path()).await) else { return };
    let url = server.url();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE kept AS SELECT 5 AS number").execute(&mut connection).await.unwrap();
    assert_eq!(number(&url, "SELECT CAST('a' < 'B' AS INT)").await.unwrap(), 1, "sorted as in English");
    server.kill_9();
    assert!(server.pid().is_none() && PgConnection::connect(&url).await.is_err());
    server.restart().await.unwrap();
    assert_eq!(number(&url, "SELECT number FROM kept").await.unwrap(), 5);
    server.stop().await.unwrap();
    server.restart().await.unwrap();
    assert_eq!((number(&url, "SELECT number FROM kept").await.unwrap(), server.url()), (5, url.clone()));
    drop(server);
    assert!(PgConnection::connect(&url).await.is_err());
    let again = PostgresProcess::start(folder.path()).await.unwrap();
    assert_eq!(number(&again.url(), "SELECT number FROM kept").await.unwrap(), 5);
}

#[tokio::test]
async fn nats_comes_back_on_its_port() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut server) = or_skip(NatsProcess::start(folder.path()).await) else { return };
    let url = server.url();
    let stream = || async {
        let jetstream = async_nats::jetstream::new(async_nats::connect(&url).await.unwrap());
        jetstream.get_or_create_stream("KEPT").await.unwrap()
    };
    let jetstream = async_nats::jetstream::new(async_nats::connect(&url).await.unwrap());
    let config = async_nats::jetstream::stream::Config {
        name: "KEPT".to_owned(),
        subjects: vec!["kept.>".to_owned()],
        ..Default::default()
    };
    jetstream.create_stream(config).await.unwrap();
    jetstream.publish("kept.one", "one".into()).await.unwrap().await.unwrap();
    server.kill_9();
    assert!(server.store_folder().is_dir());
    server.restart().await.unwrap();
    assert_eq!(server.url(), url);
    assert_eq!(stream().await.get_info().await.unwrap().state.messages, 1);
}

#[tokio::test]
async fn mongo_answers() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut server) = or_skip(MongoProcess::start(folder.path()).await) else { return };
    let client = mongodb::Client::with_uri_str(server.url()).await.unwrap();
    client.database("kept").collection("things").insert_one(mongodb::bson::doc! { "a": 1 }).await.unwrap();
    server.kill_9();
    server.restart().await.unwrap();
    let names = client.list_database_names().await.unwrap();
    assert!(names.contains(&"kept".to_owned()), "{names:?}");
}

/// The output of a test that passes is caught, but for this.
#[test]
fn a_test_that_is_skipped_says_why() {
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["places_on_given_servers_are_removed", "--exact"]).env_remove("HANSA_TEST_POSTGRES_URL");
    let output = again.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert_eq!(told, "skipped: places_on_given_servers_are_removed needs HANSA_TEST_POSTGRES_URL\n");
}

#[tokio::test]
async fn places_on_given_servers_are_removed() {
    let Some(server) = hansa_testkit::postgres() else { return };
    let url = server.url().to_owned();
    assert_eq!(number(&url, "SELECT 5").await.unwrap(), 5);
    assert!(url.contains(server.database()));
    drop(server);
    let error = PgConnection::connect(&url).await.unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
}
