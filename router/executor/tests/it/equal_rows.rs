//! Rows of one entity of which nothing else is known share what is known of it, and are asked about once.

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{ok, run, unavailable},
};
use expect_test::{Expect, expect};
use hansa_query_planner::plan::QueryPlan;

/// Credit by id, then names by id and credit.
fn plan(of_root: &str) -> QueryPlan {
    let by_credit = LookupText {
        key: "_entities",
        targets: &[0],
        representations: &["User { id* credit }"],
        shape: 1,
        selection: "row ( User { name: String age: Int! } )",
    };
    PlanText::new()
        .view(0, "Query", "users: [User] -> 1")
        .view(1, "User", "role: Role likes: Int credit: Int name: String age: Int!")
        .root("accounts", &[], &format!("is Query {{ users: [User] -> 1 is User #0 {{ id: ID! {of_root} }} }}"))
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { likes: Int credit: Int } )")])
        .entities("accounts", &[1], &[by_credit])
        .build()
}

const USERS: &str = r#"{"data":{"users":[{"id":"1"},{"id":"2"},{"id":"1"},null,{"id":1},{"id":"3"},{"id":"2"}]}}"#;
const STOCK: &str =
    r#"{"data":{"_entities":[{"likes":1,"credit":10},{"likes":2,"credit":20},{"likes":3,"credit":30}]}}"#;
const NAMES: &str = r#"{"data":{"_entities":[{"name":"Ada","age":1},{"name":"Bo","age":2},{"name":"Cy","age":3}]}}"#;

fn check(stock: &str, names: &str, expected: &Expect) {
    expected.assert_eq(&run(plan(""), vec![ok(USERS), ok(stock), ok(names)]).response);
}

#[test]
fn they_are_asked_about_once_by_every_fetch() {
    let outcome = run(plan(""), vec![ok(USERS), ok(STOCK), ok(NAMES)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"User","id":"1"},{"__typename":"User","id":"2"},{"__typename":"User","id":"3"}]}}
        2: {"query":"query \"2\"","variables":{"representations":[{"__typename":"User","id":"1","credit":10},{"__typename":"User","id":"2","credit":20},{"__typename":"User","id":"3","credit":30}]}}
    "#]].assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},{"role":null,"likes":2,"credit":20,"name":"Bo","age":2},{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},null,{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},{"role":null,"likes":3,"credit":30,"name":"Cy","age":3},{"role":null,"likes":2,"credit":20,"name":"Bo","age":2}]}}"#]].assert_eq(&outcome.response);
    let counts = |fetch: usize| (outcome.execution.fetches[fetch].entities, outcome.execution.fetches[fetch].items);
    assert_eq!([counts(1), counts(2)], [(3, 6), (3, 6)]);
}

#[test]
fn they_are_apart_together() {
    let stock = r#"{"data":{"_entities":[{"credit":10,"likes":1},{"likes":2,"credit":20},{"likes":"x","credit":30}]}}"#;
    let names = r#"{"data":{"_entities":[{"name":"Ada","age":1},{"age":2,"name":"Bo"},{"age":3}]}}"#;
    check(
        stock,
        names,
        &expect![[
            r#"{"data":{"users":[{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},{"role":null,"likes":2,"credit":20,"name":"Bo","age":2},{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},null,{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},{"role":null,"likes":null,"credit":30,"name":null,"age":3},{"role":null,"likes":2,"credit":20,"name":"Bo","age":2}]},"errors":[{"message":"a subgraph gave a value that is not an Int","path":["users",5,"likes"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}},{"message":"a subgraph left out a field that it was asked for","path":["users",5,"name"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}"#
        ]],
    );
}

#[test]
fn they_fail_together() {
    let names = r#"{"data":{"_entities":[{"name":"Ada","age":1},null,{"name":"Cy","age":null}]},"errors":[{"message":"no","path":["_entities",1]}]}"#;
    check(
        STOCK,
        names,
        &expect![[
            r#"{"data":{"users":[{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},null,{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},null,{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},null,null]},"errors":[{"message":"no","path":["users",1],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"no","path":["users",6],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"a value is missing where the schema allows no null","path":["users",5,"age"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
    let broken = r#"{"data":{"_entities":[{"age":1,"name":"Ada"},{"name":"Bo","age":2},{"name":"Cy""#;
    check(
        STOCK,
        broken,
        &expect![[
            r#"{"data":{"users":[null,null,null,null,null,null,null]},"errors":[{"message":"a subgraph's answer is not JSON","path":["users",0,"name"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}"#
        ]],
    );
    expect![[r#"{"data":{"users":[null,null,null,null,null,null,null]},"errors":[{"message":"a subgraph cannot be reached","path":["users",0,"name"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"accounts"}}]}"#]].assert_eq(&run(plan(""), vec![ok(USERS), ok(STOCK), unavailable()]).response);
}

#[test]
fn they_are_not_found_together() {
    let stock = r#"{"data":{"_entities":[null,{"likes":2,"credit":20},null]}}"#;
    let names = r#"{"data":{"_entities":[{"name":"Bo","age":2}]}}"#;
    check(
        stock,
        names,
        &expect![[
            r#"{"data":{"users":[null,{"role":null,"likes":2,"credit":20,"name":"Bo","age":2},null,null,null,null,{"role":null,"likes":2,"credit":20,"name":"Bo","age":2}]}}"#
        ]],
    );
}

#[test]
fn the_last_data_counts_for_all() {
    let stock = r#"{"data":{"_entities":[{"credit":1,"likes":1},{"likes":2,"credit":2},{"likes":3,"credit":3}]},"data":{"_entities":[{"likes":1,"credit":10},{"likes":2,"credit":20},{"credit":30,"likes":3}]}}"#;
    let names = r#"{"data":{"_entities":[{"age":9,"name":"x"},{"name":"x","age":9},{"name":"x","age":9}]},"data":{"_entities":[{"name":"Ada","age":1},{"name":"Bo","age":2},{"age":3,"name":"Cy"}]}}"#;
    check(
        stock,
        names,
        &expect![[
            r#"{"data":{"users":[{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},{"role":null,"likes":2,"credit":20,"name":"Bo","age":2},{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},null,{"role":null,"likes":1,"credit":10,"name":"Ada","age":1},{"role":null,"likes":3,"credit":30,"name":"Cy","age":3},{"role":null,"likes":2,"credit":20,"name":"Bo","age":2}]}}"#
        ]],
    );
}

#[test]
fn rows_that_differ_stay_apart() {
    let users = r#"{"data":{"users":[{"id":"1","role":"ADMIN"},{"id":"1","role":"VISITOR"},{"id":"1","role":null}]}}"#;
    let stock = r#"{"data":{"_entities":[{"likes":1,"credit":10}]}}"#;
    let names = r#"{"data":{"_entities":[{"name":"Ada","age":1}]}}"#;
    let outcome = run(plan("role: Role"), vec![ok(users), ok(stock), ok(names)]);
    expect![[r#"{"data":{"users":[{"role":"ADMIN","likes":1,"credit":10,"name":"Ada","age":1},{"role":"VISITOR","likes":1,"credit":10,"name":"Ada","age":1},{"role":null,"likes":1,"credit":10,"name":"Ada","age":1}]}}"#]].assert_eq(&outcome.response);
}
