//! Values from contexts: one request with a field for each of them, and rows that are kept apart.

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{Setting, ok, run, run_with},
    supergraph::SUPERGRAPH,
};
use apollo_compiler::Name;
use expect_test::expect;
use hansa_executor::ExecutionLimits;
use hansa_federation::Wrapping;
use hansa_query_planner::plan::{
    ContextSource, ContextStep, ContextValue, ContextVariable, DocumentTemplate, FetchKind, LookupContexts,
    LookupTemplate, QueryPlan, ShapeId, SlotId,
};

/// Users from accounts. `home` of each from stock, by its zip, with the name of the user it is the home of.
pub(crate) fn plan() -> QueryPlan {
    let mut plan = PlanText::new()
        .view(0, "Query", "users: [User!]! -> 1")
        .view(1, "User", "name: String home: Place -> 2")
        .view(2, "Place", "zip: String city: String")
        .root(
            "accounts",
            &[],
            "is Query { users: [User!]! -> 1 is User { name: String home: Place -> 2 is Place #0 { zip: String } } }",
        )
        .entities(
            "stock",
            &[0],
            &[LookupText {
                key: "_entities",
                targets: &[0],
                representations: &["Place { zip* }"],
                shape: 2,
                selection: "row ( Place { city: String } )",
            }],
        )
        .build();
    let FetchKind::Entities(lookups) = &mut plan.fetches[1].kind else { panic!("an entity fetch") };
    let value = ContextValue { slot: SlotId(0), variants: Vec::new() };
    let user = SUPERGRAPH.type_id("User").expect("the type is there");
    lookups[0].contexts = Some(LookupContexts {
        path: vec![ContextStep { shape: ShapeId(1), slot: SlotId(1) }],
        variables: vec![ContextVariable {
            name: Name::new("of").expect("a name"),
            wrapping: Wrapping::NULLABLE,
            sources: vec![ContextSource { step: 0, types: vec![user], value: Some(value) }],
        }],
    });
    let pieces = |text: &str| text.split('#').map(str::to_owned).collect();
    plan.fetches[1].template = Some(DocumentTemplate {
        lookups: vec![LookupTemplate {
            definitions: pieces("$representations#:[_Any!]!,$of#:String"),
            field: pieces(
                "_entities#:_entities(representations:$representations#){...on Place{city(of:$of#,in:\"x\")}}",
            ),
            variables: Vec::new(),
        }],
        variables: Vec::new(),
    });
    plan
}

pub(crate) fn users(homes: &[(&str, &str)]) -> String {
    let user = |(name, zip): &(&str, &str)| format!(r#"{{"name":{name},"home":{{"zip":{zip}}}}}"#);
    let users: Vec<String> = homes.iter().map(user).collect();
    format!(r#"{{"data":{{"users":[{}]}}}}"#, users.join(","))
}

#[test]
fn one_value_needs_no_other_document() {
    let homes = users(&[("\"Ada\"", "\"1\""), ("\"Ada\"", "\"2\""), ("\"Ada\"", "\"1\"")]);
    let outcome = run(plan(), vec![ok(homes), ok(r#"{"data":{"_entities":[{"city":"a"},{"city":"b"}]}}"#)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"Place","zip":"1"},{"__typename":"Place","zip":"2"}],"of":"Ada"}}
    "#]].assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":"Ada","home":{"zip":"1","city":"a"}},{"name":"Ada","home":{"zip":"2","city":"b"}},{"name":"Ada","home":{"zip":"1","city":"a"}}]}}"#]].assert_eq(&outcome.response);
}

#[test]
fn each_value_has_a_field_of_its_own() {
    let homes = users(&[("\"Ada\"", "\"1\""), ("null", "\"1\""), ("\"Bo\"", "null"), ("\"Ada\"", "\"1\"")]);
    let places = r#"{"data":{"_entities_2":[],"other":1,"_entities":[{"city":"a"}],"_entities_1":[null]},
        "errors":[{"message":"no","path":["_entities_1",0,"city"]}]}"#;
    let outcome = run(plan(), vec![ok(homes), ok(places)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query($representations:[_Any!]!,$of:String,$representations_1:[_Any!]!,$of_1:String){_entities:_entities(representations:$representations){...on Place{city(of:$of,in:\"x\")}} _entities_1:_entities(representations:$representations_1){...on Place{city(of:$of_1,in:\"x\")}}}","variables":{"representations":[{"__typename":"Place","zip":"1"}],"of":"Ada","representations_1":[{"__typename":"Place","zip":"1"}],"of_1":null}}
    "#]].assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":"Ada","home":{"zip":"1","city":"a"}},{"name":null,"home":{"zip":"1","city":null}},{"name":"Bo","home":{"zip":null,"city":null}},{"name":"Ada","home":{"zip":"1","city":"a"}}]},"errors":[{"message":"no","path":["users",1,"home","city"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}]}"#]].assert_eq(&outcome.response);
}

#[test]
fn a_value_that_failed_is_not_asked_with() {
    let homes = users(&[("7", "\"1\""), ("\"Ada\"", "\"1\"")]);
    let outcome = run(plan(), vec![ok(homes), ok(r#"{"data":{"_entities":[{"city":"a"}]}}"#)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"Place","zip":"1"}],"of":"Ada"}}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":null,"home":{"zip":"1","city":null}},{"name":"Ada","home":{"zip":"1","city":"a"}}]},"errors":[{"message":"a subgraph gave a value that is not a String","path":["users",0,"name"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}"#]].assert_eq(&outcome.response);
}

#[test]
fn too_many_values_are_one_error() {
    let names: Vec<String> = (0..10_000).map(|index| format!("\"{index}\"")).collect();
    let homes: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "\"1\"")).collect();
    let outcome = run(plan(), vec![ok(users(&homes))]);
    let errors = outcome.response.split(r#""errors":"#).nth(1).unwrap_or_default();
    expect![[r#"[{"message":"a subgraph would have to be asked with more values from contexts than one request may send","path":["users",0,"home","city"],"extensions":{"code":"TOO_MANY_CONTEXT_VALUES","service":"stock"}}]}"#]].assert_eq(errors);
    assert_eq!(outcome.requests.lines().count(), 1);
    assert!(outcome.response.contains(r#"{"name":"9999","home":{"zip":"1","city":null}}"#));
}

#[test]
fn values_that_are_too_large_are_one_error() {
    let homes: Vec<(String, &str)> =
        (0..3).map(|index| (format!("\"{index}{}\"", "x".repeat(12 << 20)), "\"1\"")).collect();
    let homes: Vec<(&str, &str)> = homes.iter().map(|(name, zip)| (name.as_str(), *zip)).collect();
    let outcome = run(plan(), vec![ok(users(&homes))]);
    assert_eq!(outcome.requests.lines().count(), 1);
    assert!(outcome.response.contains(r#""code":"TOO_MANY_CONTEXT_VALUES""#));
}

/// Users from accounts; what stock knows of them has objects of its own for each.
fn homes_plan() -> QueryPlan {
    let mut plan = PlanText::new()
        .view(0, "Query", "users: [User!]! -> 1")
        .view(1, "User", "name: String home: Place -> 2")
        .view(2, "Place", "zip: String city: String")
        .root("accounts", &[], "is Query { users: [User!]! -> 1 is User #0 { id: ID! name: String } }")
        .entities(
            "stock",
            &[0],
            &[LookupText::users(1, &[0], "row ( User { home: Place -> 2 is Place { zip: String city: String } } )")],
        )
        .build();
    let FetchKind::Entities(lookups) = &mut plan.fetches[1].kind else { panic!("an entity fetch") };
    lookups[0].keeps_rows_apart = true;
    plan
}

const SAME_USERS: &str =
    r#"{"data":{"users":[{"id":"1","name":"Ada"},{"id":"1","name":"Ada"},{"id":"1","name":"Ada"}]}}"#;

#[test]
fn an_error_in_what_was_copied_is_shown_at_each_place() {
    let home = r#"{"data":{"_entities":[{"home":{"zip":"1","city":null}}]},"errors":[{"message":"no","path":["_entities",0,"home","city"]}]}"#;
    let outcome = run(homes_plan(), vec![ok(SAME_USERS), ok(home)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"User","id":"1"}]}}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":"Ada","home":{"zip":"1","city":null}},{"name":"Ada","home":{"zip":"1","city":null}},{"name":"Ada","home":{"zip":"1","city":null}}]},"errors":[{"message":"no","path":["users",0,"home","city"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}},{"message":"no","path":["users",1,"home","city"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}},{"message":"no","path":["users",2,"home","city"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}]}"#]].assert_eq(&outcome.response);
}

#[test]
fn copies_are_within_the_budget() {
    let home = r#"{"data":{"_entities":[{"home":{"zip":"1","city":"a"}}]}}"#;
    let run = |slots_max| {
        let limits = ExecutionLimits { slots_max, ..ExecutionLimits::default() };
        run_with(homes_plan(), vec![ok(SAME_USERS), ok(home)], &Setting { limits, ..Setting::default() }).response
    };
    let enough = (1..100).find(|slots_max| !run(*slots_max).contains("RESPONSE_TOO_LARGE"));
    expect!["Some(26)"].assert_eq(&format!("{enough:?}"));
    expect![[r#"{"data":{"users":[{"name":"Ada","home":{"zip":"1","city":"a"}},{"name":"Ada","home":{"zip":"1","city":"a"}},{"name":"Ada","home":{"zip":"1","city":"a"}}]}}"#]].assert_eq(&run(1000));
}
