//! Why a store on a server could not be opened: what is shown, and that no password is.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{error::Error, time::Duration};

use hansa_documents::{CollectionSpec, Database, Documents, Index, OpenError, OpenOptions};

const NOTES: CollectionSpec = CollectionSpec { name: "notes", indexes: &[], times: &[] };

async fn open(url: &str, collections: &[CollectionSpec], lanes: i64) -> Result<Documents, OpenError> {
    let options = OpenOptions { wait: Duration::from_millis(500), lanes, ..OpenOptions::default() };
    let database = Database::Mongo { url: url.to_owned(), name: "notes".to_owned() };
    Documents::open_with(database, collections, options).await
}

/// The text of an error and of all its causes.
fn whole(error: &OpenError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn wrong_urls_are_refused_without_what_is_in_them() {
    for url in ["", "secret", "http://u:secret@host", "mongodb://", "mongodb://u:se/cret@host", "mongodb://h:secret"] {
        let error = open(url, &[NOTES], 2).await.unwrap_err();
        assert!(matches!(error, OpenError::BadUrl), "{url}: {error:?}");
        assert!(!whole(&error).contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    // Bound and not listened to: nobody else has the port, and nobody answers.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let error = open(&format!("mongodb://anna:secret@{address}/blog"), &[NOTES], 2).await.unwrap_err();
    assert!(matches!(error, OpenError::Refused { .. }), "{error:?}");
    let text = whole(&error);
    assert!(text.contains(&address.to_string()) && !text.contains("secret"), "{text}");
    assert!(!format!("{:?}", Database::Mongo { url: "mongodb://u:secret@h".to_owned(), name: "x".to_owned() }).contains("secret"));
}

#[tokio::test]
async fn wrong_specifications_are_refused_before_anything_is_made() {
    const SPACED: CollectionSpec = CollectionSpec { indexes: &[Index::plain("a b", &["x"])], ..NOTES };
    let error = open("mongodb://127.0.0.1:1", &[SPACED], 2).await.unwrap_err();
    assert!(matches!(error, OpenError::Specification { .. }), "{error:?}");
}

#[tokio::test]
async fn a_database_is_opened_again_with_other_indexes_and_the_same_lanes() {
    const CHANGED: CollectionSpec = CollectionSpec { indexes: &[Index::unique("handle", &["handle"])], ..NOTES };
    let Some(server) = hansa_testkit::mongo() else { return };
    let url = format!("{}/{}", server.url().trim_end_matches('/'), server.database("opening"));
    for (collection, lanes) in [(NOTES, 2), (CHANGED, 4), (NOTES, 3), (CHANGED, 3)] {
        open(&url, &[collection], lanes).await.unwrap().close().await;
    }
}
