//! Root fetches for rows below the root: one request, and all rows get its answer, or its errors.

use crate::{
    plan_text::PlanText,
    scripted::{Answer, ok, run, unavailable, with_status},
};
use expect_test::{Expect, expect};
use hansa_query_planner::plan::QueryPlan;

/// Root objects from accounts, with more of the root from stock.
fn plan() -> QueryPlan {
    PlanText::new()
        .view(0, "Query", "all: [Query] -> 1")
        .view(1, "Query", "kept: Int given: Int me: User -> 2")
        .view(2, "User", "name: String")
        .root("accounts", &[], "is Query { all: [Query] -> 1 is Query #0 { kept: Int } }")
        .root_below("stock", &[0], 0, (1, "is Query { given: Int me: User -> 2 is User { name: String } }"))
        .build()
}

const ROWS: &str = r#"{"data":{"all":[{"kept":1},null,{"kept":2}]}}"#;

fn check(answer: Answer, expected: &Expect) {
    let response = run(plan(), vec![ok(ROWS), answer]).response;
    expected.assert_eq(
        &response.replace("]},\"errors\":", "]},\n\"errors\":").replace("},{\"message\"", "},\n{\"message\""),
    );
}

#[test]
fn all_rows_get_one_answer() {
    let outcome = run(plan(), vec![ok(ROWS), ok(r#"{"data":{"given":7,"me":{"name":"Ada"}}}"#)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\""}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[
        r#"{"data":{"all":[{"kept":1,"given":7,"me":{"name":"Ada"}},null,{"kept":2,"given":7,"me":{"name":"Ada"}}]}}"#
    ]]
    .assert_eq(&outcome.response);
    let report = &outcome.execution.fetches[1];
    assert_eq!((report.entities, report.items), (1, 2));
}

#[test]
fn without_rows_nothing_is_asked() {
    for rows in [r#"{"data":{"all":[]}}"#, r#"{"data":{"all":[null]}}"#, r#"{"data":{"all":null}}"#] {
        let outcome = run(plan(), vec![ok(rows)]);
        assert_eq!(outcome.requests, "0: {\"query\":\"query \\\"0\\\"\"}\n");
        assert_eq!(outcome.response, rows);
    }
}

#[test]
fn rows_that_could_not_be_had_are_not_asked_for() {
    let outcome = run(plan(), vec![unavailable()]);
    expect![[r#"{"data":{"all":null},"errors":[{"message":"a subgraph cannot be reached","path":["all"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"accounts"}}]}"#]]
    .assert_eq(&outcome.response);
}

#[test]
fn a_failed_fetch_is_one_error() {
    let expected = |message: &str, code: &str| {
        format!(
            "{{\"data\":{{\"all\":[{{\"kept\":1,\"given\":null,\"me\":null}},null,{{\"kept\":2,\"given\":null,\"me\":null}}]}},\
             \"errors\":[{{\"message\":\"{message}\",\"path\":[\"all\",0,\"given\"],\
             \"extensions\":{{\"code\":\"{code}\",\"service\":\"stock\"}}}}]}}"
        )
    };
    let whole = r#"{"data":{"given":7,"me":{"name":"Ada"}}}"#;
    for cut in 0..whole.len() {
        let response = run(plan(), vec![ok(ROWS), ok(&whole[..cut])]).response;
        assert_eq!(response, expected("a subgraph's answer is not JSON", "DOWNSTREAM_INVALID_RESPONSE"), "{cut}");
    }
    for (answer, message, code) in [
        (unavailable(), "a subgraph cannot be reached", "DOWNSTREAM_UNAVAILABLE"),
        (with_status(1, 500, "oops"), "a subgraph answered with HTTP status 500", "DOWNSTREAM_SERVICE_ERROR"),
        (ok(r#"{"data":null}"#), "a subgraph's answer has neither data nor errors", "DOWNSTREAM_INVALID_RESPONSE"),
        (ok(r#"{"data":[7]}"#), "a subgraph's data is not an object", "DOWNSTREAM_INVALID_RESPONSE"),
        (ok(r#"{"errors":[{"message":"no"}]}"#), "no", "DOWNSTREAM_SERVICE_ERROR"),
    ] {
        assert_eq!(run(plan(), vec![ok(ROWS), answer]).response, expected(message, code));
    }
}

#[test]
fn an_error_stands_at_every_row_that_lacks_the_field() {
    check(
        ok(r#"{"data":{"given":null,"me":{"name":"Ada"}},"errors":[{"message":"sold out","path":["given"]}]}"#),
        &expect![[r#"
            {"data":{"all":[{"kept":1,"given":null,"me":{"name":"Ada"}},null,{"kept":2,"given":null,"me":{"name":"Ada"}}]},
            "errors":[{"message":"sold out","path":["all",0,"given"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}},
            {"message":"sold out","path":["all",2,"given"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}]}"#]],
    );
    // What is below is shared, and seen at each of the rows all the same.
    check(
        ok(r#"{"data":{"given":7,"me":{"name":null}},"errors":[{"message":"no name","path":["me","name"]}]}"#),
        &expect![[r#"
            {"data":{"all":[{"kept":1,"given":7,"me":{"name":null}},null,{"kept":2,"given":7,"me":{"name":null}}]},
            "errors":[{"message":"no name","path":["all",0,"me","name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}},
            {"message":"no name","path":["all",2,"me","name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}]}"#]],
    );
}

#[test]
fn values_that_are_not_what_they_should_be() {
    check(
        ok(r#"{"data":{"given":"x","me":{"name":"Ada"}}}"#),
        &expect![[r#"
        {"data":{"all":[{"kept":1,"given":null,"me":{"name":"Ada"}},null,{"kept":2,"given":null,"me":{"name":"Ada"}}]},
        "errors":[{"message":"a subgraph gave a value that is not an Int","path":["all",0,"given"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#]],
    );
    check(
        ok(r#"{"data":{"me":{"name":"Ada"}}}"#),
        &expect![[r#"
        {"data":{"all":[{"kept":1,"given":null,"me":{"name":"Ada"}},null,{"kept":2,"given":null,"me":{"name":"Ada"}}]},
        "errors":[{"message":"a subgraph left out a field that it was asked for","path":["all",0,"given"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#]],
    );
}

#[test]
fn the_last_data_counts() {
    check(
        ok(r#"{"data":{"given":1,"me":{"name":"Ada"}},"data":{"given":2,"me":null}}"#),
        &expect![[r#"{"data":{"all":[{"kept":1,"given":2,"me":null},null,{"kept":2,"given":2,"me":null}]}}"#]],
    );
}
