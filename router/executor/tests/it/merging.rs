//! Several fetches write at one position: the outcome is the same whoever answers first.

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{after, run},
};
use expect_test::{Expect, expect};
use hansa_query_planner::plan::QueryPlan;

/// Both accounts and stock give `me`.
fn two_sources(first: &str, second: &str, view: &str) -> QueryPlan {
    PlanText::new()
        .view(0, "Query", view)
        .view(1, "User", "name: String age: Int home: Place -> 2")
        .view(2, "Place", "city: String zip: String")
        .root("accounts", &[], first)
        .root("stock", &[], second)
        .build()
}

fn check_both_orders(plan: &QueryPlan, first: &str, second: &str, expected: &Expect) {
    for (first_turns, second_turns) in [(1, 9), (9, 1)] {
        let outcome = run(plan.clone(), vec![after(first_turns, first), after(second_turns, second)]);
        expected.assert_eq(&outcome.response);
    }
}

const ONE_USER: [&str; 3] = [
    "is Query { me: User -> 1 is User { name: String home: Place -> 2 is Place { city: String } } }",
    "is Query { me: User -> 1 is User { age: Int home: Place -> 2 is Place { zip: String } } }",
    "me: User -> 1",
];

#[test]
fn objects_are_merged_field_by_field() {
    let [first, second, view] = ONE_USER;
    check_both_orders(
        &two_sources(first, second, view),
        r#"{"data":{"me":{"name":"Ada","home":{"city":"Lübeck"}}}}"#,
        r#"{"data":{"me":{"age":3,"home":{"zip":"2"}}}}"#,
        &expect![[r#"{"data":{"me":{"name":"Ada","age":3,"home":{"city":"Lübeck","zip":"2"}}}}"#]],
    );
}

#[test]
fn an_object_wins_over_null() {
    let [first, second, view] = ONE_USER;
    check_both_orders(
        &two_sources(first, second, view),
        r#"{"data":{"me":{"name":"Ada","home":null}}}"#,
        r#"{"data":{"me":{"age":3,"home":{"zip":"2"}}}}"#,
        &expect![[r#"{"data":{"me":{"name":"Ada","age":3,"home":{"city":null,"zip":"2"}}}}"#]],
    );
}

#[test]
fn lists_are_merged_item_by_item() {
    check_both_orders(
        &two_sources(
            "is Query { users: [User] -> 1 is User { name: String } }",
            "is Query { users: [User] -> 1 is User { age: Int } }",
            "users: [User] -> 1",
        ),
        r#"{"data":{"users":[{"name":"Ada"},null,{"name":"Cy"},null]}}"#,
        r#"{"data":{"users":[{"age":1},{"age":2},null,null]}}"#,
        &expect![[
            r#"{"data":{"users":[{"name":"Ada","age":1,"home":null},{"name":null,"age":2,"home":null},{"name":"Cy","age":null,"home":null},null]}}"#
        ]],
    );
}

#[test]
fn lists_of_different_lengths_cancel_each_other() {
    let plan = two_sources(
        "is Query { users: [User] -> 1 is User { name: String } }",
        "is Query { users: [User] -> 1 is User { age: Int } }",
        "users: [User] -> 1",
    );
    for (first_turns, second_turns) in [(1, 9), (9, 1)] {
        let long = r#"{"data":{"users":[{"name":"Ada"},{"name":"Bo"}]}}"#;
        let short = r#"{"data":{"users":[{"age":1}]}}"#;
        let outcome = run(plan.clone(), vec![after(first_turns, long), after(second_turns, short)]);
        let (response, _) = outcome.response.split_once(",\"extensions\"").expect("an error");
        expect![[r#"{"data":{"users":null},"errors":[{"message":"subgraphs disagree about the length of a list","path":["users"]"#]]
            .assert_eq(response);
    }
}

#[test]
fn an_empty_list_stays_when_another_answer_is_broken() {
    let plan = two_sources(
        "is Query { users: [User] -> 1 is User { name: String } }",
        "is Query { users: [User] -> 1 is User { age: Int } }",
        "users: [User] -> 1",
    );
    for (first_turns, second_turns) in [(1, 9), (9, 1)] {
        let answers =
            vec![after(first_turns, r#"{"data":{"users":[]}}"#), after(second_turns, r#"{"data":{"users":[]}"#)];
        let outcome = run(plan.clone(), answers);
        expect![[r#"{"data":{"users":[]},"errors":[{"message":"a subgraph's answer is not JSON","extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#]]
            .assert_eq(&outcome.response);
    }
}

#[test]
fn an_object_that_one_answer_leaves_out_is_an_error() {
    let [first, second, view] = ONE_USER;
    check_both_orders(
        &two_sources(first, second, view),
        r#"{"data":{"me":{"name":"Ada","home":{"city":"Lübeck"}}}}"#,
        r#"{"data":{"other":1}}"#,
        &expect![[
            r#"{"data":{"me":{"name":"Ada","age":null,"home":{"city":"Lübeck","zip":null}}},"errors":[{"message":"a subgraph left out a field that it was asked for","path":["me"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#
        ]],
    );
}

/// Stock and reviews both give a user's home, stock the zip, which may not be null.
#[test]
fn an_entity_that_is_no_object_is_one_error_in_both_orders() {
    let lookup = |selection| LookupText {
        key: "_entities",
        targets: &[0],
        representations: &["User { id* }"],
        shape: 1,
        selection,
    };
    let plan = PlanText::new()
        .view(0, "Query", "me: User -> 1")
        .view(1, "User", "home: Place -> 2")
        .view(2, "Place", "city: String zip: String!")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID! } }")
        .entities("stock", &[0], &[lookup("row ( User { home: Place -> 2 is Place { zip: String } } )")])
        .entities("reviews", &[0], &[lookup("row ( User { home: Place -> 2 is Place { city: String } } )")])
        .build();
    for (first_turns, second_turns) in [(1, 9), (9, 1)] {
        let answers = vec![
            after(1, r#"{"data":{"me":{"id":"1"}}}"#),
            after(first_turns, r#"{"data":{"_entities":["odd"]}}"#),
            after(second_turns, r#"{"data":{"_entities":[{"home":{"city":"Lübeck"}}]}}"#),
        ];
        let outcome = run(plan.clone(), answers);
        expect![[r#"{"data":{"me":{"home":null}},"errors":[{"message":"a subgraph gave a value that is not an object","path":["me"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#]]
            .assert_eq(&outcome.response);
    }
}

#[test]
fn a_failed_fetch_does_not_hide_what_another_gives() {
    let [first, second, view] = ONE_USER;
    let plan = two_sources(first, second, view);
    for (first_turns, second_turns) in [(1, 9), (9, 1)] {
        let good = r#"{"data":{"me":{"name":"Ada","home":{"city":"Lübeck"}}}}"#;
        let outcome =
            run(plan.clone(), vec![after(first_turns, good), after(second_turns, "{\"data\":{\"me\":{\"age\":")]);
        expect![[r#"{"data":{"me":{"name":"Ada","age":null,"home":{"city":"Lübeck","zip":null}}},"errors":[{"message":"a subgraph's answer is not JSON","path":["me","age"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#]].assert_eq(&outcome.response);
    }
}

#[test]
fn fetches_start_when_what_they_wait_for_has_ended() {
    let plan = PlanText::new()
        .view(0, "Query", "a=a: Int b=b: Int c=c: Int d=d: Int")
        .root("accounts", &[], "is Query { a: Int }")
        .root("stock", &[], "is Query { b: Int }")
        .root("stock", &[0], "is Query { c: Int }")
        .root("reviews", &[1, 2], "is Query { d: Int }")
        .build();
    let answers = vec![
        after(3, r#"{"data":{"a":1}}"#),
        after(20, "nonsense"),
        after(3, r#"{"data":{"c":3}}"#),
        after(1, r#"{"data":{"d":4}}"#),
    ];
    let outcome = run(plan, answers);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\""}
        2: {"query":"query \"2\""}
        3: {"query":"query \"3\""}
    "#]]
    .assert_eq(&outcome.requests);
    let ends: Vec<u32> = outcome.execution.fetches.iter().map(|report| report.id.0).collect();
    assert_eq!(ends, [0, 2, 1, 3]);
    expect![[r#"{"data":{"a":1,"b":null,"c":3,"d":4},"errors":[{"message":"a subgraph's answer is not JSON","path":["b"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#]].assert_eq(&outcome.response);
}
