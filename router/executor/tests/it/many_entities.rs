//! Answers with very many entities that are missing take time in proportion to their number.

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{ok, run},
};
use hansa_query_planner::plan::QueryPlan;
use std::time::{Duration, Instant};

/// Each entity is asked about for two rows.
const ENTITIES: usize = 50_000;
/// Going through all rows for each entity takes many times as long, and the same in proportion to the number much less.
const LONG: Duration = Duration::from_secs(30);

/// Users from accounts, their credit from stock.
fn plan() -> QueryPlan {
    PlanText::new()
        .view(0, "Query", "users: [User!]! -> 1")
        .view(1, "User", "credit: Int")
        .root("accounts", &[], "is Query { users: [User!]! -> 1 is User #0 { id: ID! } }")
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .build()
}

fn run_with_all(item: &str) -> String {
    let users: Vec<String> = (0..ENTITIES).chain(0..ENTITIES).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let users = format!(r#"{{"data":{{"users":[{}]}}}}"#, users.join(","));
    let items = format!(r#"{{"data":{{"_entities":[{}]}}}}"#, vec![item; ENTITIES].join(","));
    let began = Instant::now();
    let response = run(plan(), vec![ok(users), ok(items)]).response;
    let took = began.elapsed();
    assert!(took < LONG, "{took:?}");
    assert_eq!(response.matches(r#"{"credit":null}"#).count(), 2 * ENTITIES);
    response
}

#[test]
fn null_entities() {
    assert!(!run_with_all("null").contains("errors"));
}

#[test]
fn entities_that_are_no_objects() {
    assert!(run_with_all("7").contains(r#""code":"ERRORS_TRUNCATED""#));
}
