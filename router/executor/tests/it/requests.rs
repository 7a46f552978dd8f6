//! What is sent, and what is given from elsewhere.

use crate::{
    plan_text::PlanText,
    scripted::{Setting, ok, run, run_prepared, run_with},
    supergraph::SUPERGRAPH,
};
use apollo_compiler::name;
use bytes::Bytes;
use expect_test::expect;
use hansa_executor::PreparedPlan;

#[test]
fn variables_that_the_client_gave_are_sent() {
    let plan = PlanText::new()
        .view(0, "Query", "me=a: Int")
        .root_with_variables("accounts", &[], &["first", "absent", "name"], "is Query { a: Int }")
        .build();
    let setting = Setting {
        variables: vec![
            (name!("name"), Bytes::from_static(b"\"A\\\"\"")),
            (name!("unused"), Bytes::from_static(b"1")),
            (name!("first"), Bytes::from_static(b"[1, null]")),
        ],
        ..Setting::default()
    };
    let outcome = run_with(plan, vec![ok(r#"{"data":{"a":1}}"#)], &setting);
    expect![[r#"
        0: {"query":"query \"0\"","variables":{"first":[1, null],"name":"A\""}}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"me":1}}"#]].assert_eq(&outcome.response);
}

#[test]
fn introspection_is_spliced_in() {
    let plan = PlanText::new().view(0, "Query", "__typename __schema").build();
    let setting = Setting {
        introspection: vec![(name!("__schema"), Bytes::from_static(b"{\"types\":[]}"))],
        ..Setting::default()
    };
    let outcome = run_with(plan, vec![], &setting);
    expect![[r#"{"data":{"__typename":"Query","__schema":{"types":[]}}}"#]].assert_eq(&outcome.response);
}

#[test]
fn mutations_are_marked_and_run_in_order() {
    let plan = PlanText::mutation()
        .view(0, "Mutation", "__typename a=a: Int b=b: Int")
        .root("accounts", &[], "is Mutation { a: Int }")
        .root("accounts", &[0], "is Mutation { b: Int }")
        .build();
    let outcome = run(plan, vec![ok(r#"{"data":{"a":1}}"#), ok(r#"{"data":{"b":2}}"#)]);
    expect![[r#"{"data":{"__typename":"Mutation","a":1,"b":2}}"#]].assert_eq(&outcome.response);
}

#[test]
fn a_prepared_plan_serves_many_requests_and_weighs_something() {
    let plan = PlanText::new().view(0, "Query", "a=a: Int").root("accounts", &[], "is Query { a: Int }").build();
    let plan = PreparedPlan::new(plan, &SUPERGRAPH);
    assert!(plan.weight_bytes() > 500);
    assert_eq!(plan.plan().fetches.len(), 1);
    for number in [1, 22, 3] {
        let answers = vec![ok(format!("{{\"data\":{{\"a\":{number}}}}}"))];
        let outcome = run_prepared(&plan, answers, &Setting::default());
        assert_eq!(outcome.response, format!("{{\"data\":{{\"a\":{number}}}}}"));
    }
}

#[test]
fn large_answers_are_read_where_waiting_is_allowed() {
    let plan = || PlanText::new().view(0, "Query", "a: String").root("accounts", &[], "is Query { a: String }").build();
    for (size, long_runs) in [(1 << 19, 0), (1 << 20, 2)] {
        let outcome = run(plan(), vec![ok(format!("{{\"data\":{{\"a\":\"{}\"}}}}", "x".repeat(size)))]);
        assert_eq!(outcome.long_runs, long_runs);
        assert_eq!(outcome.response.len(), size + "{\"data\":{\"a\":\"\"}}".len());
    }
}
