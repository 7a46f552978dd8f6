//! Several deferred fragments: one within another, and fragments that share fields.

use crate::{
    deferred::check,
    plan_text::{LookupText, PlanText},
    scripted::{after, ok},
};
use expect_test::expect;
use hansa_query_planner::plan::QueryPlan;

/// `{ me { id ... @defer(label: "a") { name ... @defer(label: "b") { credit } } } }`; names come from a fetch of their own.
fn nested() -> QueryPlan {
    PlanText::new()
        .deferred_part(0, &[0])
        .deferred_part(0, &[1])
        .fragment("a", None, &[1])
        .fragment("b", Some(0), &[2])
        .view(0, "Query", "me: User -> 1")
        .view_with(1, "User", &[0, 1], "id: ID name: String @1 credit: Int @2")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID! } }")
        .entities("accounts", &[0], &[LookupText::users(1, &[0], "row ( User { name: String } )")])
        .in_part(1)
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .in_part(2)
        .build()
}

#[test]
fn a_fragment_within_another_is_pending_when_that_is_complete() {
    let me = || ok(r#"{"data":{"me":{"id":"1"}}}"#);
    let name = r#"{"data":{"_entities":[{"name":"Ada"}]}}"#;
    let credit = r#"{"data":{"_entities":[{"credit":7}]}}"#;
    check(
        nested(),
        vec![me(), after(5, name), after(9, credit)],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":["me"],"label":"a"}],"hasNext":true}
        {"pending":[{"id":"1","path":["me"],"label":"b"}],"incremental":[{"id":"0","data":{"name":"Ada"}}],"completed":[{"id":"0"}],"hasNext":true}
        {"incremental":[{"id":"1","data":{"credit":7}}],"completed":[{"id":"1"}],"hasNext":false}
    "#]],
    );
    // The inner one has everything, and waits.
    check(
        nested(),
        vec![me(), after(9, name), after(5, credit)],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":["me"],"label":"a"}],"hasNext":true}
        {"pending":[{"id":"1","path":["me"],"label":"b"}],"incremental":[{"id":"0","data":{"name":"Ada"}},{"id":"1","data":{"credit":7}}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn a_fragment_within_one_that_fails_is_never_pending() {
    let mut plan = nested();
    plan.shapes[1].variants[0].fields[1].wrapping = hansa_federation::Wrapping::NON_NULL;
    let name = r#"{"data":{"_entities":[{"name":null}]}}"#;
    let credit = r#"{"data":{"_entities":[{"credit":7}]}}"#;
    check(
        plan,
        vec![ok(r#"{"data":{"me":{"id":"1"}}}"#), after(5, name), ok(credit)],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":["me"],"label":"a"}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"a value is missing where the schema allows no null","path":["me","name"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
}

/// `{ me { id } ... @defer(label: "a") { me { name credit } } ... @defer(label: "b") { me { name home { city } } } }`
fn overlapping(name: &str) -> QueryPlan {
    PlanText::new()
        .deferred_part(0, &[0, 1])
        .deferred_part(0, &[0])
        .deferred_part(0, &[1])
        .fragment("a", None, &[1, 2])
        .fragment("b", None, &[1, 3])
        .view_with(0, "Query", &[0, 1], "me: User -> 1")
        .view(1, "User", &format!("id: ID name: {name} @1 credit: Int @2 home: Place -> 2 @3"))
        .view(2, "Place", "city: String")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID! } }")
        .entities("accounts", &[0], &[LookupText::users(1, &[0], "row ( User { name: String } )")])
        .in_part(1)
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .in_part(2)
        .entities(
            "stock",
            &[0],
            &[LookupText::users(1, &[0], "row ( User { home: Place -> 2 is Place { city: String } } )")],
        )
        .in_part(3)
        .build()
}

#[test]
fn what_two_fragments_share_comes_with_the_one_that_is_complete_first() {
    let me = || ok(r#"{"data":{"me":{"id":"1"}}}"#);
    let name = || ok(r#"{"data":{"_entities":[{"name":"Ada"}]}}"#);
    let credit = r#"{"data":{"_entities":[{"credit":7}]}}"#;
    let home = r#"{"data":{"_entities":[{"home":{"city":"Ulm"}}]}}"#;
    let answers = || vec![me(), name(), after(5, credit), after(9, home)];
    check(
        overlapping("String"),
        answers(),
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":[],"label":"a"},{"id":"1","path":[],"label":"b"}],"hasNext":true}
        {"incremental":[{"id":"0","subPath":["me"],"data":{"name":"Ada"}},{"id":"0","subPath":["me"],"data":{"credit":7}}],"completed":[{"id":"0"}],"hasNext":true}
        {"incremental":[{"id":"1","subPath":["me"],"data":{"home":{"city":"Ulm"}}}],"completed":[{"id":"1"}],"hasNext":false}
    "#]],
    );
    let answers = || vec![me(), name(), after(9, credit), after(5, home)];
    check(
        overlapping("String"),
        answers(),
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":[],"label":"a"},{"id":"1","path":[],"label":"b"}],"hasNext":true}
        {"incremental":[{"id":"0","subPath":["me"],"data":{"name":"Ada"}},{"id":"1","subPath":["me"],"data":{"home":{"city":"Ulm"}}}],"completed":[{"id":"1"}],"hasNext":true}
        {"incremental":[{"id":"0","subPath":["me"],"data":{"credit":7}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
    let name = || ok(r#"{"data":{"_entities":[{"name":null}]}}"#);
    let answers = || vec![me(), name(), after(9, credit), after(5, home)];
    check(
        overlapping("String!"),
        answers(),
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":[],"label":"a"},{"id":"1","path":[],"label":"b"}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"a value is missing where the schema allows no null","path":["me","name"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]},{"id":"1","errors":[{"message":"a value is missing where the schema allows no null","path":["me","name"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
}

#[test]
fn a_fragment_without_fields_of_its_own_is_passed_over() {
    let plan = PlanText::new()
        .deferred_part(0, &[1])
        .fragment("a", None, &[])
        .fragment("b", Some(0), &[1])
        .view(0, "Query", "me: User -> 1")
        .view_with(1, "User", &[0, 1], "id: ID credit: Int @1")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID! } }")
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .in_part(1)
        .build();
    let credit = r#"{"data":{"_entities":[{"credit":7}]}}"#;
    check(
        plan,
        vec![ok(r#"{"data":{"me":{"id":"1"}}}"#), ok(credit)],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":["me"],"label":"b"}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"credit":7}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

/// `{ users { id } ... @defer(label: "a") { users { age home { ... @defer(label: "b") { zip } } } } }`
#[test]
fn a_fragment_is_delivered_whole_or_not_at_all() {
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .deferred_part(1, &[1])
        .fragment("a", None, &[1])
        .fragment("b", Some(0), &[2])
        .view_with(0, "Query", &[0], "users: [User] -> 1")
        .view(1, "User", "id: ID age: Int! @1 home: Place -> 2 @1")
        .view_with(2, "Place", &[1], "zip: String @2")
        .root("accounts", &[], "is Query { users: [User] -> 1 is User #0 { id: ID! } }")
        .entities(
            "stock",
            &[0],
            &[LookupText::users(1, &[0], "row ( User { age: Int home: Place -> 2 is Place { zip: String } } )")],
        )
        .in_part(1)
        .build();
    let users = || ok(r#"{"data":{"users":[{"id":"1"},{"id":"2"}]}}"#);
    let whole = r#"{"data":{"_entities":[{"age":7,"home":{"zip":"1"}},{"age":8,"home":null}]}}"#;
    check(
        plan.clone(),
        vec![users(), ok(whole)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},{"id":"2"}]},"pending":[{"id":"0","path":[],"label":"a"}],"hasNext":true}
        {"pending":[{"id":"1","path":["users",0,"home"],"label":"b"}],"incremental":[{"id":"0","subPath":["users",0],"data":{"age":7,"home":{}}},{"id":"0","subPath":["users",1],"data":{"age":8,"home":null}},{"id":"1","data":{"zip":"1"}}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}
    "#]],
    );
    let errors = r#"[{"message":"no zip","path":["_entities",0,"home","zip"]}]"#;
    let half = r#"[{"age":7,"home":{"zip":null}},{"age":null,"home":{"zip":"2"}}]"#;
    let half = format!(r#"{{"data":{{"_entities":{half}}},"errors":{errors}}}"#);
    check(
        plan,
        vec![users(), ok(half)],
        expect![[r#"
        {"data":{"users":[{"id":"1"},{"id":"2"}]},"pending":[{"id":"0","path":[],"label":"a"}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"a value is missing where the schema allows no null","path":["users",1,"age"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
}

#[test]
fn what_is_shared_with_a_fragment_that_fails_is_delivered_for_the_other() {
    let mut plan = overlapping("String");
    plan.shapes[1].variants[0].fields[2].wrapping = hansa_federation::Wrapping::NON_NULL;
    let me = ok(r#"{"data":{"me":{"id":"1"}}}"#);
    let name = ok(r#"{"data":{"_entities":[{"name":"Ada"}]}}"#);
    let credit = ok(r#"{"data":{"_entities":[{"credit":null}]}}"#);
    let home = after(9, r#"{"data":{"_entities":[{"home":{"city":"Ulm"}}]}}"#);
    check(
        plan,
        vec![me, name, credit, home],
        expect![[r#"
        {"data":{"me":{"id":"1"}},"pending":[{"id":"0","path":[],"label":"a"},{"id":"1","path":[],"label":"b"}],"hasNext":true}
        {"incremental":[{"id":"1","subPath":["me"],"data":{"name":"Ada"}}],"completed":[{"id":"0","errors":[{"message":"a value is missing where the schema allows no null","path":["me","credit"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":true}
        {"incremental":[{"id":"1","subPath":["me"],"data":{"home":{"city":"Ulm"}}}],"completed":[{"id":"1"}],"hasNext":false}
    "#]],
    );
}
