//! Errors, missing entities and cancelled fetches where something is deferred.

use crate::{
    client::put_together,
    deferred::check,
    plan_text::{LookupText, PlanText},
    scripted::{Setting, block_on, ok, run_in_pieces},
    supergraph::SUPERGRAPH,
};
use expect_test::expect;
use hansa_executor::{
    ExecutionLimits, PreparedPlan, SubgraphRequest, SubgraphResponse, Transport, TransportError, execute_incrementally,
};
use std::{
    sync::atomic::{AtomicU32, Ordering},
    task::Poll,
};

#[test]
fn an_error_below_a_null_is_told_with_the_null() {
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Query", "me: User -> 1")
        .view(1, "User", "name: String home: Place -> 2")
        .view_with(2, "Place", &[0], "city: String zip: String @1")
        .root(
            "accounts",
            &[],
            "is Query { me: User -> 1 is User { name: String home: Place -> 2 is Place { city: String zip: String } } }",
        )
        .build();
    let errors = r#"[{"message":"no zip","path":["me","home","zip"]}]"#;
    let me = format!(r#"{{"data":{{"me":{{"name":"Ada","home":null}}}},"errors":{errors}}}"#);
    check(
        plan,
        vec![ok(me)],
        expect![[r#"
        {"data":{"me":{"name":"Ada","home":null}},"errors":[{"message":"no zip","path":["me","home","zip"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}],"hasNext":false}
    "#]],
    );
}

/// `{ me { credit ... @defer { age } } }`, where the age takes the credit.
#[test]
fn what_depends_on_an_entity_that_is_not_found_is_not_found() {
    let age = LookupText {
        key: "_entities",
        targets: &[0],
        representations: &["User { id* credit }"],
        shape: 1,
        selection: "row ( User { age: Int } )",
    };
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Query", "me: User -> 1")
        .view_with(1, "User", &[0], "credit: Int age: Int! @1")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID! } }")
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .entities("accounts", &[1], &[age])
        .in_part(1)
        .build();
    let me = r#"{"data":{"me":{"id":"1"}}}"#;
    check(
        plan,
        vec![ok(me), ok(r#"{"data":{"_entities":[null]}}"#)],
        expect![[r#"
        {"data":{"me":{"credit":null}},"pending":[{"id":"0","path":["me"]}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"an entity was not found where the schema allows no null","path":["me"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
}

/// One error stands at three places, and another in a later payload.
#[test]
fn places_of_errors_count_over_all_payloads() {
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Query", "users: [User] -> 1")
        .view_with(1, "User", &[0], "credit: Int age: Int @1")
        .root("accounts", &[], "is Query { users: [User] -> 1 is User #0 { id: ID! } }")
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .entities("accounts", &[0], &[LookupText::users(1, &[0], "row ( User { age: Int } )")])
        .in_part(1)
        .build();
    let users = r#"{"data":{"users":[{"id":"1"},{"id":"1"},{"id":"1"}]}}"#;
    let error = |field: &str| {
        let errors = format!(r#"[{{"message":"no {field}","path":["_entities",0,"{field}"]}}]"#);
        ok(format!(r#"{{"data":{{"_entities":[{{"{field}":null}}]}},"errors":{errors}}}"#))
    };
    let limits = ExecutionLimits { errors_max: 4, ..ExecutionLimits::default() };
    let setting = Setting { limits, ..Setting::default() };
    let pieces = run_in_pieces(plan, vec![ok(users), error("credit"), error("age")], &setting);
    put_together(&pieces.payloads);
    expect![[r#"
        {"data":{"users":[{"credit":null},{"credit":null},{"credit":null}]},"errors":[{"message":"no credit","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}},{"message":"no credit","path":["users",1,"credit"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}},{"message":"no credit","path":["users",2,"credit"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}],"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",1]},{"id":"2","path":["users",2]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"age":null},"errors":[{"message":"no age","path":["users",0,"age"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"2 more errors are not shown","extensions":{"code":"ERRORS_TRUNCATED"}}]},{"id":"1","data":{"age":null}},{"id":"2","data":{"age":null}}],"completed":[{"id":"0"},{"id":"1"},{"id":"2"}],"hasNext":false}"#]].assert_eq(&pieces.texts.join("\n"));
}

/// Answers fetch 0, and holds all others.
struct Holding {
    under_way: AtomicU32,
}

struct UnderWay<'t>(&'t AtomicU32);

impl<'t> UnderWay<'t> {
    fn new(count: &'t AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        UnderWay(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Transport for Holding {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        let _under_way = UnderWay::new(&self.under_way);
        let mut turn = 0;
        std::future::poll_fn(|context| {
            turn += 1;
            context.waker().wake_by_ref();
            if request.fetch.0 == 0 && turn > 3 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        Ok(SubgraphResponse { status: 200, body: r#"{"data":{"me":null}}"#.into() })
    }
}

/// `{ me { id ... @defer { age } } }`, where both come from fetches for the root, and there is nobody.
#[test]
fn a_fetch_that_nobody_waits_for_is_cancelled() {
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Query", "me: User! -> 1")
        .view_with(1, "User", &[0], "id: ID age: Int @1")
        .root("accounts", &[], "is Query { me: User -> 1 is User { id: ID } }")
        .root("stock", &[], "is Query { me: User -> 1 is User { age: Int } }")
        .in_part(1)
        .build();
    let plan = PreparedPlan::new(plan, &SUPERGRAPH);
    let transport = Holding { under_way: AtomicU32::new(0) };
    let setting = Setting::default();
    block_on(async {
        let mut execution = execute_incrementally(&plan, &SUPERGRAPH, &transport, setting.request());
        let payload = execution.next().await.expect("a payload");
        assert_eq!(put_together(&[payload]).data, serde_json::Value::Null);
        assert_eq!(transport.under_way.load(Ordering::Relaxed), 0);
        assert!(execution.next().await.is_none());
    });
}
