//! Arguments from contexts that take no null: nobody is asked without a value, and others are asked all the same.

use crate::{
    contexts::{plan, users},
    plan_text::{LookupText, PlanText},
    scripted::{Setting, ok, run, run_with},
    supergraph::SUPERGRAPH,
};
use apollo_compiler::{Name, ast::Type};
use expect_test::expect;
use hansa_federation::Wrapping;
use hansa_query_planner::plan::{
    ContextSource, ContextStep, ContextValue, ContextVariable, DocumentTemplate, FetchKind, LookupContexts,
    LookupTemplate, QueryPlan, SelectionValue, ShapeId, SlotId,
};
use std::sync::Arc;

fn of_type(ty: &str) -> QueryPlan {
    let mut plan = plan();
    let FetchKind::Entities(lookups) = &mut plan.fetches[1].kind else { panic!("an entity fetch") };
    let contexts = lookups[0].contexts.as_mut().expect("it reads from a context");
    let ty = Type::parse(ty, "type").expect("a type");
    contexts.variables[0].wrapping = Wrapping::of(&ty).expect("not that many lists");
    plan
}

#[test]
fn rows_without_a_value_are_not_asked_about() {
    let homes = users(&[("null", "\"1\""), ("\"Ada\"", "\"2\""), ("null", "\"3\"")]);
    let outcome = run(of_type("String!"), vec![ok(homes), ok(r#"{"data":{"_entities":[{"city":"b"}]}}"#)]);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"Place","zip":"2"}],"of":"Ada"}}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":null,"home":{"zip":"1","city":null}},{"name":"Ada","home":{"zip":"2","city":"b"}},{"name":null,"home":{"zip":"3","city":null}}]},"errors":[{"message":"a value from a context is null where a subgraph's argument takes no null","path":["users",0,"home","city"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD","service":"stock"}}]}"#]].assert_eq(&outcome.response);
}

#[test]
fn null_in_a_list_is_no_value_where_items_take_none() {
    let list = Wrapping::of(&Type::parse("[String]", "type").expect("a type")).expect("not that many lists");
    let plan = |ty| {
        let mut plan = of_type(ty);
        let FetchKind::Root(selection) = &mut plan.fetches[0].kind else { panic!("a root fetch") };
        let SelectionValue::Object(users) = &mut selection.variants[0].fields[0].value else { panic!("objects") };
        Arc::make_mut(users).variants[0].fields[0].wrapping = list;
        plan.shapes[1].variants[0].fields[0].wrapping = list;
        plan
    };
    let homes = || ok(users(&[(r#"["a",null]"#, "\"1\"")]));
    let outcome = run(plan("[String!]"), vec![homes()]);
    assert_eq!(outcome.requests.lines().count(), 1);
    assert!(outcome.response.contains("takes no null"));
    let outcome = run(plan("[String]!"), vec![homes(), ok(r#"{"data":{"_entities":[{"city":"a"}]}}"#)]);
    assert!(outcome.requests.contains(r#""of":["a",null]"#));
    assert!(outcome.response.contains(r#""city":"a""#));
}

#[test]
fn nobody_is_asked_when_no_row_has_a_value() {
    let outcome = run(of_type("String!"), vec![ok(users(&[("null", "\"1\"")]))]);
    expect![[r#"
        0: {"query":"query \"0\""}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":null,"home":{"zip":"1","city":null}}]},"errors":[{"message":"a value from a context is null where a subgraph's argument takes no null","path":["users",0,"home","city"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD","service":"stock"}}]}"#]].assert_eq(&outcome.response);
}

/// `home` of each of `users`, by what it is the home of, and the credit of `me`, both from stock; one client variable for each.
fn of_two_lookups() -> QueryPlan {
    let place = LookupText {
        key: "_entities0",
        targets: &[0],
        representations: &["Place { zip* }"],
        shape: 2,
        selection: "row ( Place { city: String } )",
    };
    let me = LookupText {
        key: "_entities1",
        targets: &[1],
        representations: &["User { id* }"],
        shape: 3,
        selection: "row ( User { credit: Int } )",
    };
    let home = "home: Place -> 2 is Place #0 { zip: String }";
    let mut plan = PlanText::new()
        .view(0, "Query", "users: [User!]! -> 1 me: User -> 3")
        .view(1, "User", "name: String home: Place -> 2")
        .view(2, "Place", "city: String")
        .view(3, "User", "credit: Int")
        .root(
            "accounts",
            &[],
            &format!(
                "is Query {{ users: [User!]! -> 1 is User {{ name: String {home} }} me: User -> 3 is User #1 {{ id: ID! }} }}"
            ),
        )
        .entities("stock", &[0], &[place, me])
        .build();
    let FetchKind::Entities(lookups) = &mut plan.fetches[1].kind else { panic!("an entity fetch") };
    lookups[0].contexts = Some(LookupContexts {
        path: vec![ContextStep { shape: ShapeId(1), slot: SlotId(1) }],
        variables: vec![ContextVariable {
            name: name("of"),
            wrapping: Wrapping::NON_NULL,
            sources: vec![ContextSource {
                step: 0,
                types: vec![SUPERGRAPH.type_id("User").expect("the type is there")],
                value: Some(ContextValue { slot: SlotId(0), variants: Vec::new() }),
            }],
        }],
    });
    let pieces = |text: &str| text.split('#').map(str::to_owned).collect();
    let lookup = |(definitions, field, variable)| LookupTemplate {
        definitions: pieces(definitions),
        field: pieces(field),
        variables: vec![name(variable)],
    };
    plan.fetches[1].variables = vec![name("in"), name("unit")];
    plan.fetches[1].template = Some(DocumentTemplate {
        lookups: [
            (
                "$representations#:[_Any!]!,$of#:String!",
                "_entities0#:_entities(representations:$representations#){...on Place{city(of:$of#,in:$in)}}",
                "in",
            ),
            (
                "$representations_1#:[_Any!]!",
                "_entities1#:_entities(representations:$representations_1#){...on User{credit(unit:$unit)}}",
                "unit",
            ),
        ]
        .map(lookup)
        .to_vec(),
        variables: vec![(name("in"), "$in:String".to_owned()), (name("unit"), "$unit:String".to_owned())],
    });
    plan
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

#[test]
fn a_lookup_without_rows_is_left_out() {
    let run = |users: &str, answer: &str| {
        let data = format!(r#"{{"data":{{"users":{users},"me":{{"id":"7"}}}}}}"#);
        let variables = vec![(name("in"), r#""x""#.into()), (name("unit"), r#""y""#.into())];
        run_with(of_two_lookups(), vec![ok(data), ok(answer)], &Setting { variables, ..Setting::default() })
    };
    let outcome = run("[]", r#"{"data":{"_entities1":[{"credit":3}]}}"#);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query($representations_1:[_Any!]!,$unit:String){_entities1:_entities(representations:$representations_1){...on User{credit(unit:$unit)}}}","variables":{"representations_1":[{"__typename":"User","id":"7"}],"in":"x","unit":"y"}}
    "#]].assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[],"me":{"credit":3}}}"#]].assert_eq(&outcome.response);
    // Nobody's name is known.
    let outcome = run(r#"[{"name":null,"home":{"zip":"1"}}]"#, r#"{"data":{"_entities1":[{"credit":3}]}}"#);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query($representations_1:[_Any!]!,$unit:String){_entities1:_entities(representations:$representations_1){...on User{credit(unit:$unit)}}}","variables":{"representations_1":[{"__typename":"User","id":"7"}],"in":"x","unit":"y"}}
    "#]].assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":null,"home":{"city":null}}],"me":{"credit":3}},"errors":[{"message":"a value from a context is null where a subgraph's argument takes no null","path":["users",0,"home","city"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD","service":"stock"}}]}"#]].assert_eq(&outcome.response);
    // All have rows.
    let answer = r#"{"data":{"_entities0":[{"city":"a"}],"_entities1":[{"credit":3}]}}"#;
    let outcome = run(r#"[{"name":"Ada","home":{"zip":"1"}}]"#, answer);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"Place","zip":"1"}],"of":"Ada","representations_1":[{"__typename":"User","id":"7"}],"in":"x","unit":"y"}}
    "#]].assert_eq(&outcome.requests);
    expect![[r#"{"data":{"users":[{"name":"Ada","home":{"city":"a"}}],"me":{"credit":3}}}"#]]
        .assert_eq(&outcome.response);
}
