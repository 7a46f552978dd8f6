//! Streamed lists in deferred fragments, and deferred fragments in and around streamed lists.

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{after, ok},
    streamed::{FIRST, check},
};
use expect_test::expect;
use hansa_query_planner::plan::{QueryPlan, Refusal, ShapeValue};

/// `{ me { name ... @defer { friends @stream(initialCount: 1) { name ... @defer { credit } } } } }`: a stream in a deferred
/// fragment, and deferred fragments in the stream.
fn in_each_other() -> QueryPlan {
    let friend = "{ id: ID! name: String }";
    let friends = format!("[User] stream 1 -> 2 is User #1 {friend} then -> 3 is User #2 {friend}");
    PlanText::new()
        .deferred_part(0, &[0])
        .streamed_part(1)
        .deferred_part(1, &[1])
        .deferred_part(2, &[2])
        .fragment("friends", None, &[1])
        .fragment("first", None, &[3])
        .fragment("later", None, &[4])
        .view(0, "Query", "me: User -> 1")
        .view_with(1, "User", &[0], "name: String friends: [User] -> 2 @1 stream 1 in 2 -> 3")
        .view_with(2, "User", &[1], "name: String credit: Int @3")
        .view_with(3, "User", &[2], "name: String credit: Int @4")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID! name: String } }")
        .entities("reviews", &[0], &[LookupText::users(1, &[0], &format!("row ( User {{ friends: {friends} }} )"))])
        .in_part(1)
        .entities("stock", &[1], &[LookupText::users(2, &[1], "row ( User { credit: Int } )")])
        .in_part(3)
        .entities("stock", &[1], &[LookupText::users(3, &[2], "row ( User { credit: Int } )")])
        .in_part(4)
        .build()
}

#[test]
fn streams_and_fragments_are_in_each_other() {
    let me = || ok(r#"{"data":{"me":{"id":"1","name":"Ada"}}}"#);
    let friends = r#"[{"id":"2","name":"Bob"},{"id":"3","name":"Cleo"},{"id":"4","name":"Dan"}]"#;
    let friends = format!(r#"{{"data":{{"_entities":[{{"friends":{friends}}}]}}}}"#);
    let friends = || after(5, friends.clone());
    let later = r#"{"data":{"_entities":[{"credit":3},{"credit":4}]}}"#;
    check(
        in_each_other(),
        vec![me(), friends(), after(9, FIRST), after(5, later)],
        expect![[r#"
        {"data":{"me":{"name":"Ada"}},"pending":[{"id":"0","path":["me"],"label":"friends"}],"hasNext":true}
        {"pending":[{"id":"1","path":["me","friends"]},{"id":"2","path":["me","friends",0],"label":"first"},{"id":"3","path":["me","friends",1],"label":"later"},{"id":"4","path":["me","friends",2],"label":"later"}],"incremental":[{"id":"0","data":{"friends":[{"name":"Bob"}]}},{"id":"1","items":[{"name":"Cleo"},{"name":"Dan"}]}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":true}
        {"incremental":[{"id":"3","data":{"credit":3}},{"id":"4","data":{"credit":4}}],"completed":[{"id":"3"},{"id":"4"}],"hasNext":true}
        {"incremental":[{"id":"2","data":{"credit":1}}],"completed":[{"id":"2"}],"hasNext":false}
    "#]],
    );
    check(
        in_each_other(),
        vec![me(), friends(), after(5, FIRST), after(9, later)],
        expect![[r#"
        {"data":{"me":{"name":"Ada"}},"pending":[{"id":"0","path":["me"],"label":"friends"}],"hasNext":true}
        {"pending":[{"id":"1","path":["me","friends"]},{"id":"2","path":["me","friends",0],"label":"first"},{"id":"3","path":["me","friends",1],"label":"later"},{"id":"4","path":["me","friends",2],"label":"later"}],"incremental":[{"id":"0","data":{"friends":[{"name":"Bob"}]}},{"id":"1","items":[{"name":"Cleo"},{"name":"Dan"}]}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":true}
        {"incremental":[{"id":"2","data":{"credit":1}}],"completed":[{"id":"2"}],"hasNext":true}
        {"incremental":[{"id":"3","data":{"credit":3}},{"id":"4","data":{"credit":4}}],"completed":[{"id":"3"},{"id":"4"}],"hasNext":false}
    "#]],
    );
}

/// `{ users @stream(initialCount: 1) { name } ... @defer { users @stream(initialCount: 1) { credit } } }`
fn with_a_fragment_around() -> QueryPlan {
    let users = "[User] stream 1 -> 1 is User #0 { id: ID! } then -> 2 is User #1 { id: ID! }";
    PlanText::new()
        .streamed_part(0)
        .deferred_part(0, &[0])
        .deferred_part(1, &[0])
        .fragment("credits", None, &[2, 3])
        .view_with(0, "Query", &[0], "users: [User] -> 1 stream 1 in 1 -> 2")
        .view(1, "User", "id: ID credit: Int @2")
        .view(2, "User", "id: ID name: String credit: Int @3")
        .root("accounts", &[], &format!("is Query {{ users: {users} }}"))
        .entities("accounts", &[0], &[LookupText::users(2, &[1], "row ( User { name: String } )")])
        .in_part(1)
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .in_part(2)
        .entities("stock", &[0], &[LookupText::users(2, &[1], "row ( User { credit: Int } )")])
        .in_part(3)
        .build()
}

#[test]
fn a_fragment_around_a_stream_waits_for_it() {
    let users = || ok(r#"{"data":{"users":[{"id":"1"},{"id":"2"}]}}"#);
    let name = r#"{"data":{"_entities":[{"name":"Bob"}]}}"#;
    let second = r#"{"data":{"_entities":[{"credit":2}]}}"#;
    let answers = vec![users(), after(9, name), ok(FIRST), ok(second)];
    check(
        with_a_fragment_around(),
        answers,
        expect![[r#"
        {"data":{"users":[{"id":"1"}]},"pending":[{"id":"0","path":[],"label":"credits"},{"id":"1","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"1","items":[{"id":"2","name":"Bob"}]},{"id":"0","subPath":["users",0],"data":{"credit":1}},{"id":"0","subPath":["users",1],"data":{"credit":2}}],"completed":[{"id":"1"},{"id":"0"}],"hasNext":false}
    "#]],
    );
    let answers = vec![users(), ok(name), ok(FIRST), after(9, second)];
    check(
        with_a_fragment_around(),
        answers,
        expect![[r#"
        {"data":{"users":[{"id":"1"}]},"pending":[{"id":"0","path":[],"label":"credits"},{"id":"1","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"1","items":[{"id":"2","name":"Bob"}]}],"completed":[{"id":"1"}],"hasNext":true}
        {"incremental":[{"id":"0","subPath":["users",0],"data":{"credit":1}},{"id":"0","subPath":["users",1],"data":{"credit":2}}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

/// `{ ... @defer(label: "a") { users @stream { name } } ... @defer(label: "b") { users @stream { credit } } }`
#[test]
fn a_fragment_that_a_stream_brings_more_for_begins_again() {
    let plan = PlanText::new()
        .deferred_part(0, &[0, 1])
        .streamed_part(1)
        .deferred_part(2, &[0])
        .deferred_part(2, &[1])
        .fragment("a", None, &[1, 3])
        .fragment("b", None, &[1, 4])
        .view_with(0, "Query", &[0, 1], "users: [User] -> 1 @1 stream 0 in 2 -> 1")
        .view(1, "User", "name: String @3 credit: Int @4")
        .root("accounts", &[], "is Query { users: [User] stream 0 -> 1 is User { name: String credit: Int } }")
        .in_part(1)
        .build();
    let users = r#"{"data":{"users":[{"name":"Ada","credit":1},{"name":"Bob","credit":null}]}}"#;
    check(
        plan,
        vec![ok(users)],
        expect![[r#"
            {"data":{},"pending":[{"id":"0","path":[],"label":"a"},{"id":"1","path":[],"label":"b"}],"hasNext":true}
            {"pending":[{"id":"2","path":["users"]},{"id":"3","path":[],"label":"a"},{"id":"4","path":[],"label":"b"}],"incremental":[{"id":"0","data":{"users":[]}},{"id":"2","items":[{},{}]},{"id":"3","subPath":["users",0],"data":{"name":"Ada"}},{"id":"3","subPath":["users",1],"data":{"name":"Bob"}},{"id":"4","subPath":["users",0],"data":{"credit":1}},{"id":"4","subPath":["users",1],"data":{"credit":null}}],"completed":[{"id":"0"},{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"}],"hasNext":false}
        "#]],
    );
}

/// `{ users @stream(initialCount: 1) { id ... @defer { credit name } } }`, where the first has no name, and nobody may see
/// credits.
#[test]
fn a_refusal_that_went_with_a_failed_fragment_is_told_again() {
    let users = "[User] stream 1 -> 1 is User { id: ID! name: String } then -> 1 is User { id: ID! name: String }";
    let mut plan = PlanText::new()
        .streamed_part(0)
        .deferred_part(0, &[0])
        .fragment("", None, &[2])
        .view(0, "Query", "users: [User] -> 1 stream 1 in 1 -> 1")
        .view_with(1, "User", &[0], "id: ID credit: Int @2 name: String! @2")
        .view(2, "User", "id: ID")
        .root("accounts", &[], &format!("is Query {{ users: {users} }}"))
        .root("accounts", &[], "is Query { me: User -> 2 is User { id: ID! } }")
        .in_part(1)
        .build();
    plan.shapes[1].variants[0].fields[1].value = ShapeValue::Refused(Refusal::Forbidden);
    let users = r#"[{"id":"1","name":null},{"id":"2","name":"Bob"},{"id":"3","name":"Cleo"}]"#;
    let users = format!(r#"{{"data":{{"users":{users}}}}}"#);
    check(
        plan,
        vec![ok(users), after(9, r#"{"data":{"me":null}}"#)],
        expect![[r#"
        {"data":{"users":[{"id":"1"}]},"pending":[{"id":"0","path":["users"]},{"id":"1","path":["users",0]}],"hasNext":true}
        {"completed":[{"id":"1","errors":[{"message":"this field needs scopes that the caller does not have","path":["users",0,"credit"],"extensions":{"code":"FORBIDDEN"}},{"message":"a value is missing where the schema allows no null","path":["users",0,"name"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":true}
        {"pending":[{"id":"2","path":["users",1]},{"id":"3","path":["users",2]}],"incremental":[{"id":"0","items":[{"id":"2"},{"id":"3"}]},{"id":"2","data":{"credit":null,"name":"Bob"},"errors":[{"message":"this field needs scopes that the caller does not have","path":["users",1,"credit"],"extensions":{"code":"FORBIDDEN"}}]},{"id":"3","data":{"credit":null,"name":"Cleo"}}],"completed":[{"id":"0"},{"id":"2"},{"id":"3"}],"hasNext":false}
    "#]],
    );
}
