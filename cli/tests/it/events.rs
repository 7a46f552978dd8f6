//! `hansa events dlq` and `jobs`: beside a running process, and with what is wrong in a call.

use crate::{
    process::{Called, Server, call},
    scratch::Scratch,
};
use hansa_relational::sqlite::Sqlite;
use serde_json::Value;
use std::path::Path;

const ROWS: &str = r#"
    INSERT INTO dead_letters (consumer, source, lane, position, stream_id, event_type, headers, body, state, reason,
        attempts, first_at, last_at)
    VALUES ('tester', 'payments', 3, 7, 'pay_1', 'payment.authorised', '{"Ev-Stream":"pay_1"}',
        CAST('{"broken":' AS BLOB), 'parked', 'its body is no envelope', 1, '2026-01-02T03:04:05.000000Z',
        '2026-01-02T03:04:05.000000Z');
    INSERT INTO dead_letters (consumer, source, lane, position, stream_id, event_type, headers, body, state, reason,
        attempts, first_at, last_at, next_at)
    VALUES ('tester', 'payments', 3, 9, 'pay_1', 'payment.captured', '{}', CAST('{}' AS BLOB), 'waiting',
        'an earlier event of its stream is a dead letter', 0, '2026-01-02T03:04:06.000000Z',
        '2026-01-02T03:04:06.000000Z', '2026-01-02T03:04:06.000000Z');
    INSERT INTO jobs (queue, job_key, content, due_at, attempts, token, last_error)
    VALUES ('testing', 'one', '{}', '2026-01-02T03:04:05.000000Z', 4, 9, 'no route');
"#;

/// A marketplace with dead letters and a job in the store of orders, for consumers and queues that nobody runs.
fn marketplace(scratch: &Scratch) -> (Server, String) {
    let data = scratch.path("data");
    let up = Server::start(&["up", "--no-demo", "--data", data.to_str().unwrap()]);
    insert(&data.join("orders/orders.sqlite"));
    (up, data.to_str().unwrap().to_owned())
}

fn insert(store: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Sqlite::open(store, &Default::default()).await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        transaction.execute_script(ROWS).await.unwrap();
        transaction.commit().await.unwrap();
        store.close().await;
    });
}

fn good(called: Called) -> String {
    assert_eq!((called.status, called.stderr.as_str()), (0, ""));
    called.stdout
}

#[test]
fn dead_letters_are_shown_tried_again_and_skipped_beside_the_running_process() {
    let scratch = Scratch::new();
    let (_up, data) = marketplace(&scratch);
    let dlq = |arguments: &[&str]| call(&[&["events", "dlq"], arguments, &["--data", &data]].concat());
    let listed = good(dlq(&["list", "orders"]));
    assert!(listed.contains("tester/payments:3:7") && listed.contains("its body is no envelope"), "{listed}");
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(good(dlq(&["list", "orders", "--consumer", "other"])).contains("There are no dead letters."));

    let shown = good(dlq(&["show", "orders", "tester/payments:3:7"]));
    assert!(shown.contains("Ev-Stream        pay_1") && shown.ends_with("{\"broken\":\n"), "{shown}");
    let shown = good(dlq(&["show", "orders", "tester/payments:3:7", "--format", "json"]));
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown["state"], &shown["body"]), (&"parked".into(), &"{\"broken\":".into()));

    let retried = good(dlq(&["retry-stream", "orders", "tester", "pay_1", "--format", "json"]));
    let states: Vec<Value> =
        retried.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["state"].clone()).collect();
    assert_eq!(states, ["retrying", "waiting"]);

    let skipped = good(dlq(&["skip", "orders", "tester/payments:3:7", "--reason", "a test"]));
    assert!(skipped.contains("skipped") && skipped.contains("a test"), "{skipped}");
    assert_eq!(good(dlq(&["list", "orders"])).lines().count(), 2);
    assert_eq!(good(dlq(&["list", "orders", "--all"])).lines().count(), 3);
    let again = dlq(&["skip", "orders", "tester/payments:3:7", "--reason", "once more"]);
    assert_eq!(again.status, 2);
    assert!(again.stderr.contains("it was skipped already, because: a test"), "{}", again.stderr);

    let jobs = good(call(&["events", "jobs", "list", "orders", "--queue", "testing", "--data", &data]));
    assert!(jobs.contains("testing") && jobs.contains("no route"), "{jobs}");
}

#[test]
fn a_wrong_call_says_what_is_wrong() {
    let scratch = Scratch::new();
    let (_up, data) = marketplace(&scratch);
    let nowhere = scratch.path("nowhere").display().to_string();
    let cases: &[(&[&str], &str)] = &[
        (&["dlq", "show", "orders", "tester", "--data", &data], "CONSUMER/SOURCE:LANE:POSITION"),
        (&["dlq", "show", "orders", "tester/payments:3:x", "--data", &data], "names no dead letter"),
        (&["dlq", "retry", "orders", "tester/payments:3:8", "--data", &data], "there is no such dead letter"),
        (
            &["dlq", "retry-stream", "orders", "tester", "pay_2", "--data", &data],
            "no unresolved dead letter of the stream",
        ),
        (&["dlq", "skip", "orders", "tester/payments:3:7", "--reason", " ", "--data", &data], "say why it is skipped"),
        (&["dlq", "skip", "orders", "tester/payments:3:7", "--data", &data], "--reason"),
        (&["dlq", "list", "order", "--data", &data], "did you mean `orders`"),
        (&["dlq", "list", "node", "--data", &data], "node"),
        (&["jobs", "list", "catalog", "--data", &data], "the context `catalog` has no jobs: it keeps documents"),
        (&["dlq", "list", "orders", "--data", &nowhere], "there is no data of Hansa"),
        (&["replay", "orders", "--idle", "0", "--data", &data], "--idle"),
    ];
    for (arguments, expected) in cases {
        let called = call(&[&["events"], *arguments].concat());
        assert_eq!(called.status, 2, "{arguments:?}: {}", called.stderr);
        assert!(called.stderr.contains(expected), "{arguments:?}: {}", called.stderr);
    }
    assert!(!Path::new(&nowhere).exists(), "looking makes nothing");
}

#[test]
fn a_replay_that_nobody_asks_for_ends() {
    let scratch = Scratch::new();
    let (_up, data) = marketplace(&scratch);
    let replayed = good(call(&["events", "replay", "orders", "--idle", "1", "--format", "json", "--data", &data]));
    assert_eq!(serde_json::from_str::<Value>(&replayed).unwrap(), serde_json::json!({ "answers": 0, "events": 0 }));
}
