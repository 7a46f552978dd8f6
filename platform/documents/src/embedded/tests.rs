//! That questions are answered by indexes, and what opening does to them.

use std::{borrow::Cow, path::Path};

use hansa_relational::Row;

use super::{
    Embedded,
    read::find_statement,
    statement::{Nulls, Statement},
};
use crate::{CollectionSpec, Filter, Find, Index, OpenError, OpenOptions, Order, StoreError};

const POSTS: CollectionSpec = CollectionSpec {
    name: "posts",
    indexes: &[
        Index::unique("handle", &["handle"]),
        Index::plain("by_author", &["author.id", "writtenAt"]),
        Index::plain("by_state", &["state", "-writtenAt"]),
        Index::plain("by_time", &["writtenAt"]),
        Index::elements("by_tag", &["tags"]),
    ],
    times: &["writtenAt"],
};

async fn open(folder: &Path, collections: &[CollectionSpec]) -> Result<Embedded, OpenError> {
    Embedded::open(&folder.join("posts.db"), collections, &OpenOptions::default()).await
}

async fn plan(embedded: &Embedded, mut statement: Statement) -> String {
    statement.text.insert_str(0, "EXPLAIN QUERY PLAN ");
    let (text, values) = statement.parts().unwrap();
    let steps = embedded.sqlite.read(text, values, 100).await.unwrap();
    steps.iter().map(|row: &Row| row.text("detail").unwrap()).collect::<Vec<_>>().join("; ")
}

async fn plan_of(embedded: &Embedded, find: &Find) -> String {
    plan(embedded, find_statement(&POSTS, find, Nulls::Later).unwrap()).await
}

#[tokio::test]
async fn pages_are_read_from_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = open(folder.path(), &[POSTS]).await.unwrap();
    let now = || crate::Value::Time(chrono::DateTime::UNIX_EPOCH);
    let by_author = Filter::eq("author.id", "anna");
    for (find, expected) in [
        (Find::new(Filter::eq("handle", "x"), 1), "SEARCH posts USING INDEX posts_handle (<expr>=?)"),
        (
            Find::new(by_author.clone(), 10).order_by([Order::descending("writtenAt")]),
            "SEARCH posts USING INDEX posts_by_author (<expr>=?)",
        ),
        (
            Find::new(by_author.clone(), 10).order_by([Order::ascending("writtenAt")]),
            "SEARCH posts USING INDEX posts_by_author (<expr>=?)",
        ),
        (
            Find::new(by_author.clone(), 10)
                .order_by([Order::descending("writtenAt")])
                .after(Some(vec![now(), "a".into()])),
            "SEARCH posts USING INDEX posts_by_author (<expr>=? AND <expr><?)",
        ),
        (
            Find::new(by_author, 10).order_by([Order::ascending("writtenAt")]).after(Some(vec![now(), "a".into()])),
            "SEARCH posts USING INDEX posts_by_author (<expr>=? AND <expr>>?)",
        ),
        (
            Find::new(Filter::eq("state", "new"), 10).order_by([Order::descending("writtenAt")]).reversed(),
            "SEARCH posts USING INDEX posts_by_state (<expr>=?)",
        ),
        (
            Find::new(Filter::all(), 10).order_by([Order::descending("writtenAt")]),
            "SCAN posts USING INDEX posts_by_time",
        ),
        (
            Find::new(Filter::all(), 10)
                .order_by([Order::descending("writtenAt")])
                .after(Some(vec![now(), "a".into()])),
            "SEARCH posts USING INDEX posts_by_time (<expr><?)",
        ),
        (
            Find::new(Filter::gt("writtenAt", now()), 10).order_by([Order::ascending("writtenAt")]),
            "SEARCH posts USING INDEX posts_by_time (<expr>>?)",
        ),
        (
            Find::new(Filter::all(), 10).after(Some(vec!["a".into()])),
            "SEARCH posts USING INDEX sqlite_autoindex_posts_1 (id>?)",
        ),
    ] {
        assert_eq!(plan_of(&embedded, &find).await, expected, "{find:?}");
    }
}

#[tokio::test]
async fn counts_and_lists_of_values_are_read_from_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = open(folder.path(), &[POSTS]).await.unwrap();
    let find = Find::new(Filter::is_in("author.id", ["anna", "bert"]), 10);
    assert!(plan_of(&embedded, &find).await.starts_with("SEARCH posts USING INDEX posts_by_author (<expr>=?)"));
    let find = Find::new(Filter::is_in("author.id", (0..5_000i64).map(|number| number.to_string())), 10);
    assert!(plan_of(&embedded, &find).await.starts_with("SEARCH posts USING INDEX posts_by_author (<expr>=?)"));
    let with_tag = plan_of(&embedded, &Find::new(Filter::contains("tags", "red"), 10)).await;
    assert!(with_tag.contains("SEARCH posts_elements_by_tag USING PRIMARY KEY (element=?)"), "{with_tag}");
    assert!(with_tag.contains("SEARCH posts USING INDEX sqlite_autoindex_posts_1 (id=?)"), "{with_tag}");
    let outbox = "SELECT id, outbox FROM \"posts\" WHERE outbox <> '[]' AND id > '' ORDER BY id LIMIT 1";
    let outbox = plan(&embedded, Statement::new(outbox)).await;
    assert_eq!(outbox, "SEARCH posts USING INDEX posts__outbox (id>?)");
}

#[tokio::test]
async fn indexes_follow_the_specification() {
    let folder = tempfile::tempdir().unwrap();
    const CHANGED: CollectionSpec = CollectionSpec {
        indexes: &[Index::unique("handle", &["state", "handle"]), Index::elements("by_word", &["words"])],
        ..POSTS
    };
    for (collection, expected) in [
        (POSTS, ["posts_by_author", "posts_by_state", "posts_by_tag", "posts_by_time", "posts_handle"].as_slice()),
        (CHANGED, &["posts_by_word", "posts_handle"]),
        (POSTS, &["posts_by_author", "posts_by_state", "posts_by_tag", "posts_by_time", "posts_handle"]),
    ] {
        let embedded = open(folder.path(), &[collection]).await.unwrap();
        let text = "SELECT name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite%' \
                    AND name NOT LIKE '%!_!_%' ESCAPE '!' ORDER BY name";
        let rows = embedded.sqlite.read(Cow::Borrowed(text), Vec::new(), 100).await.unwrap();
        let names: Vec<String> = rows.iter().map(|row| row.text("name").unwrap()).collect();
        assert_eq!(names, expected);
        embedded.close().await;
    }
}

#[tokio::test]
async fn wrong_specifications_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    const SPACED: CollectionSpec = CollectionSpec { indexes: &[Index::plain("a b", &["x"])], ..POSTS };
    const TWICE: CollectionSpec =
        CollectionSpec { indexes: &[Index::plain("a", &["x"]), Index::unique("a", &["y"])], ..POSTS };
    const EMPTY: CollectionSpec = CollectionSpec { indexes: &[Index::plain("a", &[])], ..POSTS };
    const EVIL: CollectionSpec = CollectionSpec { indexes: &[Index::plain("a", &["x') --"])], ..POSTS };
    for collections in [
        &[CollectionSpec { name: "Posts", ..POSTS }] as &[CollectionSpec],
        &[CollectionSpec { name: "", ..POSTS }],
        &[CollectionSpec { name: "a\"b", ..POSTS }],
        &[POSTS, POSTS],
        &[SPACED],
        &[TWICE],
        &[EMPTY],
        &[EVIL],
        &[CollectionSpec { times: &["x y"], ..POSTS }],
    ] {
        let error = open(folder.path(), collections).await.unwrap_err();
        assert!(matches!(error, OpenError::Specification { .. }), "{error}");
    }
    open(folder.path(), &[POSTS]).await.unwrap();
}

#[tokio::test]
async fn other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = open(folder.path(), &[POSTS]).await.unwrap();
    let mut transaction = embedded.sqlite.begin().await.unwrap();
    transaction.execute_script("UPDATE documents_format SET format = 2;").await.unwrap();
    transaction.commit().await.unwrap();
    embedded.close().await;
    let error = open(folder.path(), &[POSTS]).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 2, known: 1, .. }), "{error}");

    let path = folder.path().join("foreign.db");
    let foreign = hansa_relational::sqlite::Sqlite::open(&path, &OpenOptions::default()).await.unwrap();
    let mut transaction = foreign.begin().await.unwrap();
    transaction.execute_script("CREATE TABLE theirs (id TEXT);").await.unwrap();
    transaction.commit().await.unwrap();
    let error = Embedded::open(&path, &[POSTS], &OpenOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("foreign.db is a database of another program"), "{error}");

    let path = folder.path().join("text.db");
    std::fs::write(&path, "no database ".repeat(1_000)).unwrap();
    let error = Embedded::open(&path, &[POSTS], &OpenOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("text.db is no SQLite database"), "{error}");
}

#[tokio::test]
async fn a_new_unique_index_that_documents_break_is_refused_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    const BARE: CollectionSpec = CollectionSpec { indexes: &[], times: &[], ..POSTS };
    let embedded = open(folder.path(), &[BARE]).await.unwrap();
    let mut transaction = embedded.sqlite.begin().await.unwrap();
    let insert = "INSERT INTO posts VALUES ('a', 1, 0, '{\"handle\":\"x\",\"tags\":[\"t\",\"t\",7]}', '[]', '[]'),
                         ('b', 1, 0, '{\"handle\":\"x\",\"tags\":\"t\"}', '[]', '[]'), ('c', 2, 1, '{}', '[]', '[]');";
    transaction.execute_script(insert).await.unwrap();
    transaction.commit().await.unwrap();
    embedded.close().await;
    match open(folder.path(), &[POSTS]).await.unwrap_err() {
        OpenError::Collection { collection: "posts", source: StoreError::UniqueViolation { .. }, .. } => {}
        error => panic!("{error}"),
    }
    // A new index over arrays has the documents that were there.
    const TAGS: CollectionSpec = CollectionSpec { indexes: &[Index::elements("by_tag", &["tags"])], ..BARE };
    let embedded = open(folder.path(), &[TAGS]).await.unwrap();
    for (filter, count) in [(Filter::contains("tags", "t"), 2), (Filter::contains("tags", 7i64), 1)] {
        assert_eq!(embedded.count(&TAGS, &filter).await.unwrap(), count);
    }
}

#[tokio::test]
async fn expired_records_leave_the_documents_of_others() {
    use hansa_event_sourcing::{Actor, Clock, Command, IdSource, IdempotencyKey, InputHash};

    let folder = tempfile::tempdir().unwrap();
    let embedded = open(folder.path(), &[POSTS]).await.unwrap();
    let mut now = Clock::system().now();
    for number in 0..3 {
        let key = IdempotencyKey::new(format!("key-of-post-{number:04}"), InputHash::of(&()));
        let command = Command {
            operation: "postPublish",
            actor: Actor::default(),
            now,
            ids: IdSource::random(),
            traceparent: None,
            idempotency_key: key.ok(),
            cause: hansa_event_sourcing::Cause::default(),
        };
        let content = serde_json::json!({});
        let change = crate::change::Change::Insert { id: number.to_string(), version: 1, content };
        embedded.write(&POSTS, &command, change, (Vec::new(), "null".to_owned())).await.unwrap();
        now += chrono::TimeDelta::days(2 + number);
    }
    let text = "SELECT (SELECT COUNT(*) FROM posts WHERE commands <> '[]') AS remembering,
                       (SELECT COUNT(*) FROM posts_keys) AS keys";
    let row = embedded.sqlite.read(Cow::Borrowed(text), Vec::new(), 1).await.unwrap();
    // The third came five days after the first and three after the second.
    assert_eq!((row[0].int("remembering").unwrap(), row[0].int("keys").unwrap()), (1, 1));
}

#[tokio::test]
async fn lanes_are_fixed_with_the_first_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posts.db");
    let with = |lanes| OpenOptions { lanes, ..OpenOptions::default() };
    for lanes in [2, 8, 3] {
        let embedded = Embedded::open(&path, &[POSTS], &with(lanes)).await.unwrap();
        let rows =
            embedded.sqlite.read(Cow::Borrowed("SELECT lane FROM documents_lanes"), Vec::new(), 100).await.unwrap();
        assert_eq!(rows.len() as i64, lanes);
        embedded.close().await;
    }
    let embedded = Embedded::open(&path, &[POSTS], &with(3)).await.unwrap();
    let mut transaction = embedded.sqlite.begin().await.unwrap();
    transaction.execute_script("UPDATE documents_lanes SET position = 1 WHERE lane = 2;").await.unwrap();
    transaction.commit().await.unwrap();
    embedded.close().await;
    let error = Embedded::open(&path, &[POSTS], &with(8)).await.unwrap_err();
    assert!(error.to_string().contains("3") && error.to_string().contains("8"), "{error}");
    Embedded::open(&path, &[POSTS], &with(3)).await.unwrap();
}

/// What a relay reads is found by indexes too.
#[tokio::test]
async fn the_log_is_read_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = open(folder.path(), &[POSTS]).await.unwrap();
    let text = "SELECT position FROM documents_log WHERE lane = 1 AND position > 2 ORDER BY position LIMIT 3";
    assert_eq!(
        plan(&embedded, Statement::new(text)).await,
        "SEARCH documents_log USING PRIMARY KEY (lane=? AND position>?)"
    );
    let text = "SELECT id FROM \"posts\" WHERE outbox <> '[]' LIMIT 1";
    assert!(plan(&embedded, Statement::new(text)).await.contains("INDEX posts__outbox"));
}
