//! Entity fetches: whom they ask about, how often, and where the answers go.

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{ok, run, unavailable},
};
use expect_test::expect;
use hansa_query_planner::plan::QueryPlan;

/// Users from accounts, their credit from stock.
fn credit_plan() -> QueryPlan {
    PlanText::new()
        .view(0, "Query", "users: [User!]! -> 1")
        .view(1, "User", "name: String credit: Int")
        .root("accounts", &[], "is Query { users: [User!]! -> 1 is User #0 { id: ID! name: String } }")
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .build()
}

#[test]
fn equal_entities_are_asked_for_once_and_written_everywhere() {
    let users = r#"{"data":{"users":[{"id":"1","name":"Ada"},{"id":2,"name":"Bo"},{"id":"1","name":"Ada"},{"id":"2","name":"Bo"}]}}"#;
    let credit = r#"{"data":{"_entities":[{"credit":7},{"credit":9}]}}"#;
    let outcome = run(credit_plan(), vec![ok(users), ok(credit)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"User","id":"1"},{"__typename":"User","id":"2"}]}}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":"Ada","credit":7},{"name":"Bo","credit":9},{"name":"Ada","credit":7},{"name":"Bo","credit":9}]}}"#]]
        .assert_eq(&outcome.response);
    let report = &outcome.execution.fetches[1];
    assert_eq!((report.entities, report.items), (2, 4));
}

#[test]
fn nothing_to_ask_means_no_request() {
    let outcome = run(credit_plan(), vec![ok(r#"{"data":{"users":[]}}"#)]);
    expect![[r#"
        0: {"query":"query \"0\""}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[]}}"#]].assert_eq(&outcome.response);
}

#[test]
fn entities_without_keys_are_left_out() {
    let users = r#"{"data":{"users":[{"id":null,"name":"Ada"},{"id":"2","name":"Bo"}]}}"#;
    let outcome = run(credit_plan(), vec![ok(users), ok(r#"{"data":{"_entities":[{"credit":9}]}}"#)]);
    expect![[r#"{"data":{"users":[{"name":"Ada","credit":null},{"name":"Bo","credit":9}]}}"#]]
        .assert_eq(&outcome.response);
}

#[test]
fn unknown_entities_are_null_without_an_error() {
    let users = r#"{"data":{"users":[{"id":"1","name":"Ada"},{"id":"2","name":"Bo"}]}}"#;
    let outcome = run(credit_plan(), vec![ok(users), ok(r#"{"data":{"_entities":[null,{"credit":9}]}}"#)]);
    expect![[r#"{"data":{"users":[{"name":"Ada","credit":null},{"name":"Bo","credit":9}]}}"#]]
        .assert_eq(&outcome.response);
}

#[test]
fn a_failed_fetch_is_one_error_and_the_rest_is_kept() {
    let users = r#"{"data":{"users":[{"id":"1","name":"Ada"},{"id":"2","name":"Bo"}]}}"#;
    let outcome = run(credit_plan(), vec![ok(users), unavailable()]);
    expect![[r#"{"data":{"users":[{"name":"Ada","credit":null},{"name":"Bo","credit":null}]},"errors":[{"message":"a subgraph cannot be reached","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"stock"}}]}"#]].assert_eq(&outcome.response);
}

#[test]
fn more_or_fewer_entities_than_asked_for_count_for_nothing() {
    let users = r#"{"data":{"users":[{"id":"1","name":"Ada"},{"id":"2","name":"Bo"}]}}"#;
    let fewer = run(credit_plan(), vec![ok(users), ok(r#"{"data":{"_entities":[{"credit":1}]}}"#)]);
    expect![[r#"{"data":{"users":[{"name":"Ada","credit":null},{"name":"Bo","credit":null}]},"errors":[{"message":"a subgraph answered with fewer entities than it was asked for","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#]].assert_eq(&fewer.response);
    let more = r#"{"data":{"_entities":[{"credit":1},{"credit":2},{"credit":3}]}}"#;
    let more = run(credit_plan(), vec![ok(users), ok(more)]);
    expect![[r#"{"data":{"users":[{"name":"Ada","credit":null},{"name":"Bo","credit":null}]},"errors":[{"message":"a subgraph answered with more entities than it was asked for","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#]].assert_eq(&more.response);
}

/// Credit needs the home's city: a requirement that accounts gives and the client did not ask for.
fn requires_plan(credit: &str) -> QueryPlan {
    PlanText::new()
        .view(0, "Query", "users: [User!]! -> 1")
        .view(1, "User", &format!("name: String credit: {credit}"))
        .root("accounts", &[], "is Query { users: [User!]! -> 1 is User #0 #1 { id: ID! name: String } }")
        .entities(
            "reviews",
            &[0],
            &[LookupText::users(
                1,
                &[0],
                "row ( User { home: Place -> 2 is Place { city: String zip: String } age: Int } )",
            )],
        )
        .entities(
            "stock",
            &[1],
            &[LookupText {
                key: "_entities",
                targets: &[1],
                representations: &["User { id* age home -> 2 ( typename Place { city zip } ) }"],
                shape: 1,
                selection: "row ( User { credit: Int } )",
            }],
        )
        .build()
}

#[test]
fn requirements_are_sent_along() {
    let users = r#"{"data":{"users":[{"id":"1","name":"Ada"},{"id":"2","name":"Bo"}]}}"#;
    let homes = r#"{"data":{"_entities":[{"home":{"city":"Lübeck","zip":null},"age":null},{"home":null,"age":3}]}}"#;
    let credit = r#"{"data":{"_entities":[{"credit":7},{"credit":9}]}}"#;
    let outcome = run(requires_plan("Int"), vec![ok(users), ok(homes), ok(credit)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"User","id":"1"},{"__typename":"User","id":"2"}]}}
        2: {"query":"query \"2\"","variables":{"representations":[{"__typename":"User","id":"1","age":null,"home":{"__typename":"Place","city":"Lübeck","zip":null}},{"__typename":"User","id":"2","age":3,"home":null}]}}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":"Ada","credit":7},{"name":"Bo","credit":9}]}}"#]]
        .assert_eq(&outcome.response);
}

#[test]
fn a_failed_requirement_is_the_only_error_of_what_needs_it() {
    let users = r#"{"data":{"users":[{"id":"1","name":"Ada"},{"id":"2","name":"Bo"}]}}"#;
    let outcome = run(requires_plan("Int!"), vec![ok(users), unavailable()]);
    expect![[r#"{"data":null,"errors":[{"message":"a subgraph cannot be reached","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"reviews"}}]}"#]].assert_eq(&outcome.response);
}

#[test]
fn two_lookups_share_one_request() {
    let lookup = |key, target, shape| LookupText {
        key,
        targets: target,
        representations: &["User { id* }"],
        shape,
        selection: "row ( User { credit: Int } )",
    };
    let plan = PlanText::new()
        .view(0, "Query", "me: User -> 1 users: [User!]! -> 2")
        .view(1, "User", "credit: Int")
        .view(2, "User", "credit: Int")
        .root(
            "accounts",
            &[],
            "is Query { me: User -> 1 is User #0 { id: ID! } users: [User!]! -> 2 is User #1 { id: ID! } }",
        )
        .entities("stock", &[0], &[lookup("a", &[0], 1), lookup("b", &[1], 2)])
        .build();
    let users = r#"{"data":{"me":null,"users":[{"id":"2"}]}}"#;
    let outcome = run(plan, vec![ok(users), ok(r#"{"data":{"b":[{"credit":9}],"a":[]}}"#)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[],"representations_1":[{"__typename":"User","id":"2"}]}}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"me":null,"users":[{"credit":9}]}}"#]].assert_eq(&outcome.response);
}

#[test]
fn what_an_entity_brings_can_be_asked_further_about_at_every_place() {
    let lookup = |targets, selection| LookupText {
        key: "_entities",
        targets,
        representations: &["User { id* }"],
        shape: 1,
        selection,
    };
    let plan = PlanText::new()
        .view(0, "Query", "users: [User!]! -> 1")
        .view(1, "User", "likes: Int credit: Int")
        .root("accounts", &[], "is Query { users: [User!]! -> 1 is User #0 { id: ID! } }")
        .entities("reviews", &[0], &[lookup(&[0], "row ( User #1 { likes: Int } )")])
        .entities("stock", &[1], &[lookup(&[1, 0], "row ( User { credit: Int } )")])
        .build();
    let users = r#"{"data":{"users":[{"id":"1"},{"id":"1"}]}}"#;
    let answers =
        vec![ok(users), ok(r#"{"data":{"_entities":[{"likes":3}]}}"#), ok(r#"{"data":{"_entities":[{"credit":4}]}}"#)];
    let outcome = run(plan, answers);
    expect![[r#"{"data":{"users":[{"likes":3,"credit":4},{"likes":3,"credit":4}]}}"#]].assert_eq(&outcome.response);
}
