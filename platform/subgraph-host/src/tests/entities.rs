//! Entities: batches, nulls and errors at their own index.

use super::small_subgraph::{Calls, builder, small_services, thing_id};
use crate::{Caller, REPRESENTATIONS_MAX, testing::execute};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};

const QUERY: &str = "query($r: [_Any!]!) {
  _entities(representations: $r) { __typename ... on Thing { id number } ... on User { id greeting } }
}";

async fn entities(calls: &Arc<Calls>, representations: Value) -> Value {
    let services = small_services();
    let subgraph = builder(&services, calls).finish(&services);
    execute(&subgraph, &Caller::visitor(), QUERY, json!({ "r": representations })).await
}

fn by_id(number: u128) -> Value {
    json!({ "__typename": "Thing", "id": thing_id(number).to_string() })
}

#[tokio::test]
async fn whatever_is_no_entity_is_null_at_its_index() {
    let calls = Arc::default();
    let nothing = [
        json!({ "__typename": "Stranger", "id": "1" }),
        json!({ "id": thing_id(1).to_string() }),
        json!({ "__typename": 5, "id": thing_id(1).to_string() }),
        json!({ "__typename": "Thing" }),
        json!({ "__typename": "Thing", "id": 5 }),
        json!({ "__typename": "Thing", "id": "" }),
        json!({ "__typename": "Thing", "id": "thing_é" }),
        json!({ "__typename": "Thing", "id": "user_00000000000000000000000001" }),
        json!({ "__typename": "Thing", "nodeId": null }),
        json!({ "__typename": "User", "id": 7 }),
        json!({ "__typename": "User", "id": "u", "username": "nobody" }),
        json!({ "__typename": "_Entity", "id": "x" }),
        json!("Thing"),
        json!(["Thing"]),
        json!(12),
        by_id(250),
    ];
    let count = nothing.len();
    let mut all = nothing.to_vec();
    all.insert(0, by_id(1));
    all.push(json!({ "__typename": "User", "id": "u2", "username": "anna" }));
    let answer = entities(&calls, json!(all)).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let found = answer["data"]["_entities"].as_array().unwrap();
    assert_eq!(found[0]["number"], 1);
    assert_eq!(found[count + 1], json!({ "__typename": "User", "id": "u2", "greeting": "hello anna" }));
    for (index, entity) in found[1..=count].iter().enumerate() {
        assert_eq!(*entity, Value::Null, "{}", nothing[index]);
    }
}

#[tokio::test]
async fn a_type_is_one_batch_of_different_keys_by_id_or_node_id() {
    let calls = Arc::default();
    let by_node_id = json!({ "__typename": "Thing", "nodeId": thing_id(3).to_string() });
    let answer = entities(&calls, json!([by_id(2), by_node_id, by_id(3), by_id(2)])).await;
    let numbers: Vec<&Value> =
        answer["data"]["_entities"].as_array().unwrap().iter().map(|one| &one["number"]).collect();
    assert_eq!(numbers, [2, 3, 3, 2]);
    assert_eq!(calls.things.load(Ordering::Relaxed), 1);
    assert_eq!(calls.keys.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_failing_item_is_an_error_at_its_index() {
    let answer = entities(&Arc::default(), json!([by_id(1), by_id(13), by_id(250), by_id(2)])).await;
    let found = &answer["data"]["_entities"];
    assert_eq!(
        (&found[0]["number"], &found[1], &found[2], &found[3]["number"]),
        (&json!(1), &json!(null), &json!(null), &json!(2))
    );
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{answer}");
    assert_eq!(errors[0]["path"], json!(["_entities", 1]));
    assert_eq!(errors[0]["extensions"]["code"], "INTERNAL");
}

#[tokio::test]
async fn a_failing_batch_fails_its_own_type_only() {
    let user = json!({ "__typename": "User", "id": "u", "username": "anna" });
    let answer = entities(&Arc::default(), json!([by_id(1), user, by_id(999)])).await;
    assert_eq!(answer["data"]["_entities"][1]["greeting"], "hello anna");
    let paths: Vec<&Value> = answer["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    assert_eq!(paths, [&json!(["_entities", 0]), &json!(["_entities", 2])]);
}

#[tokio::test]
async fn refuses_more_representations_than_a_thousand() {
    let calls = Arc::default();
    let all: Vec<Value> = (0..REPRESENTATIONS_MAX as u128).map(|number| by_id(number % 250)).collect();
    let answer = entities(&calls, json!(all)).await;
    assert_eq!(answer["data"]["_entities"].as_array().unwrap().len(), REPRESENTATIONS_MAX);
    assert_eq!(calls.things.load(Ordering::Relaxed), 1);
    let answer = entities(&calls, json!(vec![by_id(1); REPRESENTATIONS_MAX + 1])).await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(answer["errors"][0]["message"], "one request has at most 1000 representations, not 1001");
    assert_eq!(calls.things.load(Ordering::Relaxed), 1, "nothing was loaded for it");
}

#[tokio::test]
async fn a_loader_belongs_to_one_request_and_batches_it() {
    let calls: Arc<Calls> = Arc::default();
    let services = small_services();
    let subgraph = builder(&services, &calls).finish(&services);
    let query = "{ things(first: 50) { nodes { number colour } } }";
    for (who, caller) in [("visitor", Caller::visitor()), ("user7", crate::testing::user(7))] {
        let answer = execute(&subgraph, &caller, query, json!({})).await;
        let last = &answer["data"]["things"]["nodes"][49];
        assert_eq!(*last, json!({ "number": 49, "colour": format!("colour 49 for {who}") }));
    }
    assert_eq!(calls.colours.load(Ordering::Relaxed), 2);
}
