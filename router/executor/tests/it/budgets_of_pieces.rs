//! All payloads of one request share its budgets.

use crate::{
    client::put_together,
    plan_text::{LookupText, PlanText},
    scripted::{Setting, after, ok, run_in_pieces},
};
use expect_test::{Expect, expect};
use hansa_executor::ExecutionLimits;
use hansa_query_planner::plan::QueryPlan;

/// `{ users @stream(initialCount: 1) { id } ... @defer { me { name } } }`
fn plan() -> QueryPlan {
    let users = "is Query { users: [User] stream 1 -> 1 is User { id: ID! } then -> 2 is User #0 { id: ID! } }";
    PlanText::new()
        .streamed_part(0)
        .deferred_part(0, &[0])
        .fragment("", None, &[2])
        .view_with(0, "Query", &[0], "users: [User] -> 1 stream 1 in 1 -> 2 me: User -> 3 @2")
        .view(1, "User", "id: ID")
        .view(2, "User", "id: ID credit: Int")
        .view(3, "User", "name: String")
        .root("accounts", &[], users)
        .root("accounts", &[], "is Query { me: User -> 3 is User { name: String } }")
        .in_part(2)
        .entities("stock", &[0], &[LookupText::users(2, &[0], "row ( User { credit: Int } )")])
        .in_part(1)
        .build()
}

fn check(limits: ExecutionLimits, expected: Expect) {
    let setting = Setting { limits, ..Setting::default() };
    let users = r#"{"data":{"users":[{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"}]}}"#;
    let me = format!(r#"{{"data":{{"me":{{"name":"{}"}}}}}}"#, "x".repeat(200));
    let credits = r#"{"data":{"_entities":[{"credit":"1"},{"credit":"2"},{"credit":"3"}]}}"#;
    let pieces = run_in_pieces(plan(), vec![ok(users), after(9, me), after(4, credits)], &setting);
    expected.assert_eq(&(pieces.texts.join("\n") + "\n"));
    put_together(&pieces.payloads);
}

#[test]
fn received_bytes() {
    check(
        ExecutionLimits { received_bytes_max: 200, ..ExecutionLimits::default() },
        expect![[r#"
        {"data":{"users":[{"id":"1"}]},"pending":[{"id":"0","path":[]},{"id":"1","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"1","items":[{"id":"2","credit":null},{"id":"3","credit":null},{"id":"4","credit":null}],"errors":[{"message":"a subgraph gave a value that is not an Int","path":["users",1,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}},{"message":"a subgraph gave a value that is not an Int","path":["users",2,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}},{"message":"a subgraph gave a value that is not an Int","path":["users",3,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}],"completed":[{"id":"1"}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"subgraphs answered with more data than one request may use","extensions":{"code":"RESPONSE_TOO_LARGE"}}]}],"hasNext":false}
    "#]],
    );
    check(
        ExecutionLimits { received_bytes_max: 60, ..ExecutionLimits::default() },
        expect![[r#"
        {"data":null,"errors":[{"message":"subgraphs answered with more data than one request may use","extensions":{"code":"RESPONSE_TOO_LARGE"}}],"hasNext":false}
    "#]],
    );
}

#[test]
fn response_bytes() {
    check(
        ExecutionLimits { response_bytes_max: 700, ..ExecutionLimits::default() },
        expect![[r#"
        {"data":{"users":[{"id":"1"}]},"pending":[{"id":"0","path":[]},{"id":"1","path":["users"]}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"the response is larger than allowed","extensions":{"code":"RESPONSE_TOO_LARGE"}}]},{"id":"1","errors":[{"message":"the response is larger than allowed","extensions":{"code":"RESPONSE_TOO_LARGE"}}]}],"hasNext":false}
    "#]],
    );
    check(
        ExecutionLimits { response_bytes_max: 200, ..ExecutionLimits::default() },
        expect![[r#"
            {"data":{"users":[{"id":"1"}]},"pending":[{"id":"0","path":[]},{"id":"1","path":["users"]}],"hasNext":true}
            {"completed":[{"id":"0","errors":[{"message":"the response is larger than allowed","extensions":{"code":"RESPONSE_TOO_LARGE"}}]},{"id":"1","errors":[{"message":"not delivered"}]}],"hasNext":false}
        "#]],
    );
    check(
        ExecutionLimits { response_bytes_max: 100, ..ExecutionLimits::default() },
        expect![[r#"
        {"data":null,"errors":[{"message":"the response is larger than allowed","extensions":{"code":"RESPONSE_TOO_LARGE"}}],"hasNext":false}
    "#]],
    );
}

#[test]
fn slots_and_notes() {
    check(
        ExecutionLimits { slots_max: 15, ..ExecutionLimits::default() },
        expect![[r#"
        {"data":null,"errors":[{"message":"subgraphs answered with more data than one request may use","extensions":{"code":"RESPONSE_TOO_LARGE"}}],"hasNext":false}
    "#]],
    );
    check(
        ExecutionLimits { slots_max: 2, ..ExecutionLimits::default() },
        expect![[r#"
        {"data":null,"errors":[{"message":"subgraphs answered with more data than one request may use","extensions":{"code":"RESPONSE_TOO_LARGE"}}],"hasNext":false}
    "#]],
    );
}

#[test]
fn notes_of_what_is_deferred() {
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Query", "users: [User] -> 1")
        .view_with(1, "User", &[0], "id: ID name: String @1")
        .root("accounts", &[], "is Query { users: [User] -> 1 is User { id: ID! name: String } }")
        .build();
    let users = vec![r#"{"id":"1","name":"Ada"}"#; 100].join(",");
    let run = |slots_max: usize| {
        let limits = ExecutionLimits { slots_max, ..ExecutionLimits::default() };
        let users = format!(r#"{{"data":{{"users":[{users}]}}}}"#);
        let pieces = run_in_pieces(plan.clone(), vec![ok(users)], &Setting { limits, ..Setting::default() });
        put_together(&pieces.payloads);
        pieces.texts
    };
    assert_eq!(run(2000).len(), 2);
    expect![[r#"{"data":null,"errors":[{"message":"the response is larger than allowed","extensions":{"code":"RESPONSE_TOO_LARGE"}}],"hasNext":false}"#]].assert_eq(&run(1000).join("\n"));
}

#[test]
fn errors() {
    check(
        ExecutionLimits { errors_max: 2, ..ExecutionLimits::default() },
        expect![[r#"
        {"data":{"users":[{"id":"1"}]},"pending":[{"id":"0","path":[]},{"id":"1","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"1","items":[{"id":"2","credit":null},{"id":"3","credit":null},{"id":"4","credit":null}],"errors":[{"message":"a subgraph gave a value that is not an Int","path":["users",1,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}},{"message":"a subgraph gave a value that is not an Int","path":["users",2,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}},{"message":"1 more errors are not shown","extensions":{"code":"ERRORS_TRUNCATED"}}]}],"completed":[{"id":"1"}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"me":{"name":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
    check(
        ExecutionLimits { errors_max: 0, ..ExecutionLimits::default() },
        expect![[r#"
        {"data":{"users":[{"id":"1"}]},"pending":[{"id":"0","path":[]},{"id":"1","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"1","items":[{"id":"2","credit":null},{"id":"3","credit":null},{"id":"4","credit":null}],"errors":[{"message":"3 more errors are not shown","extensions":{"code":"ERRORS_TRUNCATED"}}]}],"completed":[{"id":"1"}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"me":{"name":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

/// A hundred deferred fragments wait when the request ends.
fn broken_off(limits: ExecutionLimits) -> (usize, String) {
    let credit = LookupText::users(1, &[0], "row ( User { credit: Int } )");
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Query", "users: [User] -> 1")
        .view_with(1, "User", &[0], "id: ID credit: Int @1")
        .root("accounts", &[], "is Query { users: [User] -> 1 is User #0 { id: ID! } }")
        .entities("stock", &[0], &[credit])
        .in_part(1)
        .build();
    let users: Vec<String> = (0..100).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let users = format!(r#"{{"data":{{"users":[{}]}}}}"#, users.join(","));
    let setting = Setting { limits, ..Setting::default() };
    let mut pieces = run_in_pieces(plan, vec![ok(users), ok("x".repeat(5000))], &setting);
    put_together(&pieces.payloads);
    assert_eq!(pieces.payloads.len(), 2);
    assert_eq!(pieces.payloads[1].error_count, 100);
    (pieces.payloads[0].body.len(), pieces.texts.remove(1))
}

const SPENT: &str = "subgraphs answered with more data than one request may use";
const IN_SHORT: &str = r#""errors":[{"message":"not delivered"}]"#;

#[test]
fn errors_of_what_is_broken_off() {
    for (errors_max, told) in [(1, 1), (3, 3), (1000, 100)] {
        let limits = ExecutionLimits { received_bytes_max: 5000, errors_max, ..ExecutionLimits::default() };
        let (_, last) = broken_off(limits);
        assert_eq!((last.matches(SPENT).count(), last.matches(IN_SHORT).count()), (told, 100 - told));
    }
}

#[test]
fn bytes_of_what_is_broken_off() {
    let limits = |response_bytes_max| ExecutionLimits {
        received_bytes_max: 5000,
        response_bytes_max,
        ..ExecutionLimits::default()
    };
    let (first_bytes, _) = broken_off(limits(1 << 20));
    let (_, last) = broken_off(limits(first_bytes + 8_000));
    let told = last.matches(SPENT).count();
    assert!(told > 1 && told < 100, "{told}");
    assert!(last.len() <= 8_000, "{}", last.len());
    // Too few bytes for all.
    let (_, last) = broken_off(limits(first_bytes));
    assert_eq!((last.matches(SPENT).count(), last.matches(IN_SHORT).count()), (1, 99));
}
