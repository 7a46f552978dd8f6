//! What leaves when something goes wrong, and what is logged of it.

use super::small_subgraph::{small_subgraph, thing_id};
use crate::{
    Caller, Fault,
    testing::{execute, member, tenant_id, user},
};
use hansa_messaging::FeedError;
use serde_json::{Value, json};
use std::{cell::RefCell, io, sync::Once};

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

async fn ask(query: &str) -> Value {
    execute(&small_subgraph(), &Caller::visitor(), query, json!({})).await
}

thread_local! {
    /// What this test's thread has logged.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One subscriber for all tests: with several, the library may forget places that log.
fn start_logs() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Log).init());
}

fn logged() -> String {
    LOGGED.with_borrow(|logged| String::from_utf8(logged.clone()).unwrap())
}

#[tokio::test]
async fn every_error_has_a_code_of_the_list_and_the_trace() {
    let cases = [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ thing { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ thing(id: 5.5) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_VALIDATION_FAILED"),
        ("", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { now } query B { now }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { now }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ __schema { types { name } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ __type(name: \"Thing\") { name } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ things { nodes { id } } }", "BAD_USER_INPUT"),
        ("{ viewerName }", "UNAUTHENTICATED"),
        ("{ node { ... on Thing { secret } } }", "FORBIDDEN"),
        ("{ sqlError }", "INTERNAL"),
        ("{ plainError }", "INTERNAL"),
        ("{ panics }", "INTERNAL"),
        ("{ sleeps(ms: 5000) }", "TIMEOUT"),
    ];
    for (query, code) in cases {
        let answer = ask(query).await;
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{query}: {answer}"));
        for error in errors {
            assert_eq!(error["extensions"], json!({ "code": code, "traceId": TRACE_ID }), "{query}: {answer}");
        }
        let has_data = answer.as_object().unwrap().contains_key("data");
        assert_eq!(has_data, code != "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
    }
}

#[tokio::test]
async fn causes_are_logged_and_not_told() {
    start_logs();
    let answer = ask("{ sqlError plainError now }").await;
    let text = answer.to_string();
    assert!(!text.contains("SELECT") && !text.contains("passwd"), "{text}");
    assert_eq!(answer["data"]["now"], "2026-01-02T03:04:05.678Z", "the other fields stand");
    let messages: Vec<&Value> = answer["errors"].as_array().unwrap().iter().map(|error| &error["message"]).collect();
    assert_eq!(messages, ["something went wrong on our side"; 2]);
    let logged = logged();
    assert_eq!(logged.matches("SELECT secret FROM table_of_things").count(), 1, "{logged}");
    assert_eq!(logged.matches("/etc/passwd").count(), 1, "{logged}");
    assert!(logged.contains("subgraph.name=\"things\"") && logged.contains("path=\"sqlError\""), "{logged}");
}

#[tokio::test]
async fn one_cause_is_one_line_however_many_items_it_fails() {
    let representation = |number| json!({ "__typename": "Thing", "id": thing_id(number).to_string() });
    let all: Vec<Value> = (0..50).map(representation).chain([representation(999)]).collect();
    start_logs();
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { id } } }";
    let answer = execute(&small_subgraph(), &Caller::visitor(), query, json!({ "r": all })).await;
    assert_eq!(answer["errors"].as_array().unwrap().len(), 51);
    assert_eq!(logged().matches("SELECT").count(), 1, "{}", logged());
}

#[tokio::test]
async fn no_suggestions_and_no_names_of_ours() {
    let answer = ask("{ viewerNam }").await;
    let text = answer["errors"][0]["message"].as_str().unwrap();
    assert!(!text.contains("Did you mean") && !text.contains("viewerName\""), "{text}");
}

#[tokio::test]
async fn user_errors_stand_in_the_payload() {
    let query = "mutation($n: Int!, $k: String) { thingCreate(number: $n, idempotencyKey: $k) {
      thing { number } command
      userErrors { __typename message field code ... on VersionConflictError { currentVersion } } } }";
    let caller = member(5, tenant_id(2), &["EDITOR"], &["catalog:write"]);
    let ask = async |variables| {
        let answer = execute(&small_subgraph(), &caller, query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["thingCreate"].clone()
    };
    let made = ask(json!({ "n": 1, "k": "a key of sixteen" })).await;
    assert_eq!(made["userErrors"][0]["code"], "IDEMPOTENCY_KEY_INVALID");
    assert_eq!(made["userErrors"][0]["field"], json!(["input", "idempotencyKey"]));
    let made = ask(json!({ "n": 7 })).await;
    assert_eq!(
        made["userErrors"][0],
        json!({
            "__typename": "VersionConflictError",
            "message": "this has changed since you read it: its version is 3 now",
            "field": ["input", "expectedVersion"],
            "code": "VERSION_CONFLICT",
            "currentVersion": 3,
        })
    );
    let made = ask(json!({ "n": 8 })).await;
    assert_eq!(made["userErrors"][0]["field"], json!(["input", "thing", "id"]));
    assert_eq!(made["thing"], Value::Null);
    let made = ask(json!({ "n": 1, "k": "0123456789abcdef" })).await;
    let command = made["command"].as_str().unwrap();
    assert!(command.starts_with("thingCreate tenant_00000000000000000000000002/user_00000000000000000000000005"));
    assert!(command.contains("2026-01-02 03:04:05.678 UTC Some(\"6b86b273ff34fce19d6b804eff5a3f57"), "{command}");
}

#[tokio::test]
async fn a_caller_is_found_in_the_context() {
    let answer = execute(&small_subgraph(), &user(3), "{ viewerName }", json!({})).await;
    assert_eq!(answer["data"]["viewerName"], "user3");
}

#[test]
fn a_wrong_position_is_the_clients_mistake_and_who_lags_may_come_back() {
    let log = || FeedError::Log("the disk is gone".into());
    let cases = [
        (FeedError::NoPosition("x".to_owned()), "BAD_USER_INPUT", "`x` is no position of this subscription"),
        (FeedError::TooFarBack, "BAD_USER_INPUT", "the position is too far back"),
        (FeedError::Lagged, "DOWNSTREAM_UNAVAILABLE", "subscribe again after the last position"),
        (FeedError::Ended, "DOWNSTREAM_UNAVAILABLE", "try again later"),
        (log(), "DOWNSTREAM_UNAVAILABLE", "try again later"),
    ];
    for (error, code, text) in cases {
        let fault = Fault::feed(error);
        assert_eq!(fault.code.as_str(), code);
        assert!(fault.message.contains(text) && !fault.message.contains("disk"), "{}", fault.message);
    }
}
