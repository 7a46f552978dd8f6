//! Short operations with endless answers: they end with one error, and keep nobody else waiting.

use super::small_subgraph::{builder, small_services, small_subgraph, thing_id};
use crate::{
    Caller, Subgraph,
    testing::{NOW, RunningSubgraph, execute},
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A thousand million things, none of which waits for anything.
fn endless() -> String {
    let levels = "neighbours(count: 1000) { ".repeat(3) + "number" + &" }".repeat(3);
    format!("{{ thing(id: \"{}\") {{ {levels} }} }}", thing_id(1))
}

fn subgraph_of(values_max: usize, text_bytes_max: usize) -> Subgraph {
    let services = small_services();
    let builder = builder(&services, &Arc::default()).values_max(values_max).text_bytes_max(text_bytes_max);
    builder.finish(&services)
}

/// With a deadline and nothing else.
fn unlimited(time_max: Duration) -> Subgraph {
    let services = small_services();
    let builder = builder(&services, &Arc::default()).values_max(usize::MAX).text_bytes_max(usize::MAX);
    builder.time_max(time_max).finish(&services)
}

fn only_error(answer: &Value) -> (&str, &str) {
    assert_eq!(answer["data"], Value::Null, "{answer}");
    let [error] = answer["errors"].as_array().unwrap().as_slice() else { panic!("{answer}") };
    (error["extensions"]["code"].as_str().unwrap(), error["message"].as_str().unwrap())
}

#[tokio::test]
async fn too_many_values_are_one_error() {
    let started = Instant::now();
    let services = small_services();
    let subgraph = builder(&services, &Arc::default()).time_max(Duration::from_secs(60)).finish(&services);
    let answer = execute(&subgraph, &Caller::visitor(), &endless(), json!({})).await;
    let text = "the operation asks for more than 100000 values: ask for fewer fields, or for smaller pages";
    assert_eq!(only_error(&answer), ("BAD_USER_INPUT", text));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn fields_and_elements_count() {
    // The thing, its list, two elements, a field of each.
    let query = format!("{{ thing(id: \"{}\") {{ neighbours(count: 2) {{ number }} }} }}", thing_id(1));
    let enough = execute(&subgraph_of(6, 0), &Caller::visitor(), &query, json!({})).await;
    assert_eq!(enough["data"]["thing"]["neighbours"], json!([{ "number": 0 }, { "number": 1 }]));
    let answer = execute(&subgraph_of(5, 0), &Caller::visitor(), &query, json!({})).await;
    assert_eq!(only_error(&answer).0, "BAD_USER_INPUT");
}

#[tokio::test]
async fn more_values_than_a_turn_has_are_answered() {
    let query = format!("{{ thing(id: \"{}\") {{ neighbours(count: 9000) {{ number }} }} }}", thing_id(1));
    let services = small_services();
    let subgraph = builder(&services, &Arc::default()).time_max(Duration::from_secs(60)).finish(&services);
    let answer = execute(&subgraph, &Caller::visitor(), &query, json!({})).await;
    let neighbours = answer["data"]["thing"]["neighbours"].as_array().unwrap();
    assert!(neighbours.iter().enumerate().all(|(number, thing)| thing["number"] == number));
    assert_eq!(neighbours.len(), 9000);
}

#[tokio::test]
async fn texts_count_by_their_bytes() {
    let query = format!("{{ thing(id: \"{}\") {{ a: text(length: 10) b: text(length: 10) }} }}", thing_id(1));
    let enough = execute(&subgraph_of(9, 20), &Caller::visitor(), &query, json!({})).await;
    assert_eq!(enough["data"]["thing"]["b"], "xxxxxxxxxx");
    let answer = execute(&subgraph_of(9, 19), &Caller::visitor(), &query, json!({})).await;
    let text = "the operation asks for more than 19 bytes of text: ask for fewer fields, or for smaller pages";
    assert_eq!(only_error(&answer), ("BAD_USER_INPUT", text));
    let endless =
        format!("{{ thing(id: \"{}\") {{ neighbours(count: 1000) {{ text(length: 100000) }} }} }}", thing_id(1));
    let answer = execute(&small_subgraph(), &Caller::visitor(), &endless, json!({})).await;
    assert_eq!(only_error(&answer).0, "BAD_USER_INPUT");
}

/// The runtime of the test has one thread.
#[tokio::test]
async fn a_deadline_ends_what_never_waits() {
    let started = Instant::now();
    let answer = execute(&unlimited(Duration::from_millis(500)), &Caller::visitor(), &endless(), json!({})).await;
    assert_eq!(only_error(&answer).0, "TIMEOUT");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

/// The runtime of the test has one thread.
#[tokio::test]
async fn others_are_answered_meanwhile() {
    let running = RunningSubgraph::start(unlimited(Duration::from_secs(10))).await;
    let (visitor, endless) = (Caller::visitor(), endless());
    let long = async {
        let answer = running.ask(&visitor, &endless, json!({})).await.1;
        assert_eq!(only_error(&answer).0, "TIMEOUT");
        Instant::now()
    };
    let short = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(running.ask(&visitor, "{ now }", json!({})).await.1["data"]["now"], NOW);
        Instant::now()
    };
    let (long_ended, short_ended) = tokio::join!(long, short);
    assert!(short_ended < long_ended, "the short one waited for the long one");
    running.stopped().await;
}
