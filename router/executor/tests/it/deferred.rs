//! Deferred fragments: what comes when, and what becomes of errors and nulls.

use crate::{
    client::put_together,
    plan_text::{LookupText, PlanText},
    scripted::{Answer, Setting, after, ok, run_in_pieces, unavailable},
};
use expect_test::{Expect, expect};
use hansa_query_planner::plan::QueryPlan;

pub(crate) fn check(plan: QueryPlan, answers: Vec<Answer>, expected: Expect) {
    let introspection = vec![(apollo_compiler::name!("__schema"), r#"{"types":[]}"#.into())];
    let setting = Setting { introspection, ..Setting::default() };
    let pieces = run_in_pieces(plan, answers, &setting);
    expected.assert_eq(&(pieces.texts.join("\n") + "\n"));
    put_together(&pieces.payloads);
}

/// `{ me { id name ... @defer(label: "more") { credit home { city } } } }`
fn of_one_object() -> QueryPlan {
    PlanText::new()
        .deferred_part(0, &[0])
        .fragment("more", None, &[1])
        .view(0, "Query", "me: User -> 1")
        .view_with(1, "User", &[0], "id: ID name: String credit: Int @1 home: Place -> 2 @1")
        .view(2, "Place", "city: String!")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID! name: String } }")
        .entities(
            "stock",
            &[0],
            &[LookupText::users(1, &[0], "row ( User { credit: Int home: Place -> 2 is Place { city: String! } } )")],
        )
        .in_part(1)
        .build()
}

const ME: &str = r#"{"data":{"me":{"id":"1","name":"Ada"}}}"#;

#[test]
fn fields_of_an_object_come_when_their_fetch_has_ended() {
    let more = r#"{"data":{"_entities":[{"credit":7,"home":{"city":"Ulm"}}]}}"#;
    check(
        of_one_object(),
        vec![ok(ME), after(5, more)],
        expect![[r#"
        {"data":{"me":{"id":"1","name":"Ada"}},"pending":[{"id":"0","path":["me"],"label":"more"}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7,"home":{"city":"Ulm"}}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

/// `{ users { id ... @defer { credit } } }`
fn of_a_list(credit: &str) -> QueryPlan {
    PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Query", "users: [User] -> 1")
        .view_with(1, "User", &[0], &format!("id: ID credit: {credit} @1"))
        .root("accounts", &[], "is Query { users: [User] -> 1 is User #0 { id: ID! } }")
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .in_part(1)
        .build()
}

const USERS: &str = r#"{"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"}]}}"#;

/// The error is about a deferred field, but null has cost its object: nobody would hear of it later.
#[test]
fn an_error_is_told_at_once_where_nothing_comes_later() {
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Query", "me: User -> 1")
        .view_with(1, "User", &[0], "id: ID @1 credit: Int!")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID } }")
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .build();
    check(
        plan,
        vec![ok(r#"{"data":{"me":{"id":true}}}"#)],
        expect![[r#"
        {"data":{"me":null},"errors":[{"message":"a subgraph gave a value that is not an ID","extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}],"hasNext":false}
    "#]],
    );
}

#[test]
fn each_row_of_a_list_has_its_own_fragment() {
    let credit = r#"{"data":{"_entities":[{"credit":7},{"credit":8}]}}"#;
    check(
        of_a_list("Int!"),
        vec![ok(USERS), ok(credit)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"}]},"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",2]},{"id":"2","path":["users",3]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7}},{"id":"1","data":{"credit":8}},{"id":"2","data":{"credit":7}}],"completed":[{"id":"0"},{"id":"1"},{"id":"2"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn null_where_none_may_be_costs_the_fragment_of_its_row() {
    let credit = r#"{"data":{"_entities":[{"credit":7},{"credit":null}]}}"#;
    check(
        of_a_list("Int!"),
        vec![ok(USERS), ok(credit)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"}]},"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",2]},{"id":"2","path":["users",3]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7}},{"id":"2","data":{"credit":7}}],"completed":[{"id":"0"},{"id":"2"},{"id":"1","errors":[{"message":"a value is missing where the schema allows no null","path":["users",2,"credit"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
    let lost = r#"{"data":{"_entities":[{"credit":7},null]},"errors":[{"message":"lost","path":["_entities",1]}]}"#;
    check(
        of_a_list("Int!"),
        vec![ok(USERS), ok(lost)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"}]},"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",2]},{"id":"2","path":["users",3]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7}},{"id":"2","data":{"credit":7}}],"completed":[{"id":"0"},{"id":"2"},{"id":"1","errors":[{"message":"lost","path":["users",2],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}]}],"hasNext":false}
    "#]],
    );
    check(
        of_a_list("Int!"),
        vec![ok(USERS), unavailable()],
        expect![[r#"
        {"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"}]},"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",2]},{"id":"2","path":["users",3]}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"a subgraph cannot be reached","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"stock"}}]},{"id":"1","errors":[{"message":"what was deferred here is missing, and another error says why","path":["users",2],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]},{"id":"2","errors":[{"message":"what was deferred here is missing, and another error says why","path":["users",3],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
}

#[test]
fn an_entity_that_is_not_found_is_an_error_only_where_a_field_is_required() {
    let credit = r#"{"data":{"_entities":[{"credit":7},null]}}"#;
    check(
        of_a_list("Int"),
        vec![ok(USERS), ok(credit)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"}]},"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",2]},{"id":"2","path":["users",3]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7}},{"id":"1","data":{"credit":null}},{"id":"2","data":{"credit":7}}],"completed":[{"id":"0"},{"id":"1"},{"id":"2"}],"hasNext":false}
    "#]],
    );
    check(
        of_a_list("Int!"),
        vec![ok(USERS), ok(credit)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"}]},"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",2]},{"id":"2","path":["users",3]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7}},{"id":"2","data":{"credit":7}}],"completed":[{"id":"0"},{"id":"2"},{"id":"1","errors":[{"message":"an entity was not found where the schema allows no null","path":["users",2],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
}

/// `{ id: me { id } ... @defer { me { name } __schema }  }`; the name comes with the first fetch, and late.
fn at_the_root() -> QueryPlan {
    PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view_with(0, "Query", &[0], "me: User -> 1 __schema @1 users: [User!]! -> 2 @1 __typename @1")
        .view(1, "User", "id: ID name: String @1")
        .view(2, "User", "name: String __typename")
        .root("accounts", &[], "is Query { me: User -> 1 is User { id: ID name: String } }")
        .root("reviews", &[], "is Query { users: [User!]! -> 2 is User { name: String } }")
        .in_part(1)
        .build()
}

#[test]
fn fields_of_the_root_and_introspection_are_deferred_too() {
    let me = r#"{"data":{"me":{"id":"1","name":"Ada"}}}"#;
    let users = after(5, r#"{"data":{"users":[{"name":"Ada"}]}}"#);
    check(
        at_the_root(),
        vec![ok(me), users],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":[]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"__schema":{"types":[]},"users":[{"name":"Ada","__typename":"User"}],"__typename":"Query"}},{"id":"0","subPath":["me"],"data":{"name":"Ada"}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn payloads_report_the_fetches_that_ended_before_them() {
    let more = r#"{"data":{"_entities":[{"credit":7,"home":null}]}}"#;
    let pieces = run_in_pieces(of_one_object(), vec![ok(ME), after(5, more)], &Setting::default());
    let fetches = pieces.payloads.iter().map(|payload| payload.fetches.iter().map(|fetch| fetch.id.0).collect());
    assert_eq!(fetches.collect::<Vec<Vec<u32>>>(), [[0], [1]]);
}

#[test]
fn an_error_is_told_where_its_field_is_delivered() {
    let me = r#"{"data":{"me":{"id":"1","name":null}},"errors":[{"message":"no name","path":["me","name"]}]}"#;
    let users = || after(5, r#"{"data":{"users":[]}}"#);
    check(
        at_the_root(),
        vec![ok(me), users()],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":[]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"__schema":{"types":[]},"users":[],"__typename":"Query"}},{"id":"0","subPath":["me"],"data":{"name":null},"errors":[{"message":"no name","path":["me","name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}]}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
    // Nobody sees what it is about: it comes with the fetch.
    let users = r#"{"data":{"users":[]},"errors":[{"message":"odd","path":["unknown"]},{"message":"pathless"}]}"#;
    check(
        at_the_root(),
        vec![ok(ME), after(5, users)],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":[]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"__schema":{"types":[]},"users":[],"__typename":"Query"},"errors":[{"message":"odd","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"reviews"}},{"message":"pathless","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"reviews"}}]},{"id":"0","subPath":["me"],"data":{"name":"Ada"}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn what_is_late_only_in_the_response_comes_at_once_when_it_is_there() {
    // The deferred fetch was there first.
    let users = r#"{"data":{"users":[]}}"#;
    check(
        at_the_root(),
        vec![after(9, ME), ok(users)],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":[]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"__schema":{"types":[]},"users":[],"__typename":"Query"}},{"id":"0","subPath":["me"],"data":{"name":"Ada"}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn nothing_is_deferred_in_what_becomes_null() {
    let mut plan = of_a_list("Int");
    plan.shapes[1].variants[0].fields[0].wrapping = hansa_federation::Wrapping::NON_NULL;
    let users = r#"{"data":{"users":[{"id":"1"},{"id":null},{"id":"2"}]}}"#;
    let credit = r#"{"data":{"_entities":[{"credit":7},{"credit":8}]}}"#;
    check(
        plan,
        vec![ok(users), ok(credit)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},null,{"id":"2"}]},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",1,"id"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}],"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",2]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7}},{"id":"1","data":{"credit":8}}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn refused_fields_are_told_once() {
    use hansa_query_planner::plan::{Refusal, ShapeValue};
    let mut plan = of_a_list("Int");
    plan.shapes[1].variants[0].fields[1].value = ShapeValue::Refused(Refusal::Forbidden);
    check(
        plan,
        vec![ok(USERS), ok(r#"{"data":{"_entities":[{"credit":7},{"credit":8}]}}"#)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"}]},"pending":[{"id":"0","path":["users",0]},{"id":"1","path":["users",2]},{"id":"2","path":["users",3]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":null},"errors":[{"message":"this field needs scopes that the caller does not have","path":["users",0,"credit"],"extensions":{"code":"FORBIDDEN"}}]},{"id":"1","data":{"credit":null}},{"id":"2","data":{"credit":null}}],"completed":[{"id":"0"},{"id":"1"},{"id":"2"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn mutations_have_deferred_parts_too() {
    let plan = PlanText::mutation()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view(0, "Mutation", "rename: User -> 1")
        .view_with(1, "User", &[0], "name: String credit: Int @1")
        .root("accounts", &[], "is Mutation { rename: User -> 1 is User #0 { id: ID! name: String } }")
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .in_part(1)
        .build();
    let renamed = r#"{"data":{"rename":{"id":"1","name":"Ida"}}}"#;
    check(
        plan,
        vec![ok(renamed), ok(r#"{"data":{"_entities":[{"credit":7}]}}"#)],
        expect![[r#"
        {"data":{"rename":{"name":"Ida"}},"pending":[{"id":"0","path":["rename"]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn nothing_is_pending_where_the_object_is_null() {
    check(
        of_one_object(),
        vec![ok(r#"{"data":{"me":null}}"#)],
        expect![[r#"
        {"data":{"me":null},"hasNext":false}
    "#]],
    );
}

#[test]
fn a_failed_fetch_costs_its_part_only() {
    check(
        of_one_object(),
        vec![ok(ME), unavailable()],
        expect![[r#"
        {"data":{"me":{"id":"1","name":"Ada"}},"pending":[{"id":"0","path":["me"],"label":"more"}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":null,"home":null},"errors":[{"message":"a subgraph cannot be reached","path":["me","credit"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"stock"}}]}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}
