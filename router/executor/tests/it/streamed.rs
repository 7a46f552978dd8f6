//! Streamed lists: the first items come at once, the others in a piece of their own.

use crate::{
    client::put_together,
    plan_text::{LookupText, PlanText},
    scripted::{Answer, Setting, after, ok, run_in_pieces, unavailable},
};
use expect_test::{Expect, expect};
use hansa_query_planner::plan::QueryPlan;

pub(crate) fn check(plan: QueryPlan, answers: Vec<Answer>, expected: Expect) {
    check_with(&Setting::default(), plan, answers, expected);
}

fn check_with(setting: &Setting, plan: QueryPlan, answers: Vec<Answer>, expected: Expect) {
    let pieces = run_in_pieces(plan, answers, setting);
    expected.assert_eq(&(pieces.texts.join("\n") + "\n"));
    put_together(&pieces.payloads);
}

/// `{ users @stream(initialCount: 1) { name credit } }`
fn of_users(count: &str, users: &str) -> QueryPlan {
    let read = format!("{users} stream {count} -> 1 is User #0 {{ id: ID! name: String }}");
    let read = format!("is Query {{ users: {read} then -> 2 is User #1 {{ id: ID! name: String }} }}");
    PlanText::new()
        .streamed_part(0)
        .view(0, "Query", &format!("users: {users} -> 1 stream {count} in 1 -> 2"))
        .view(1, "User", "name: String credit: Int")
        .view(2, "User", "name: String credit: Int!")
        .root("accounts", &[], &read)
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .entities("stock", &[0], &[LookupText::users(2, &[1], "row ( User { credit: Int } )")])
        .in_part(1)
        .build()
}

const USERS: &str =
    r#"{"data":{"users":[{"id":"1","name":"Ada"},{"id":"2","name":"Bob"},null,{"id":"1","name":"Ada"}]}}"#;
pub(crate) const FIRST: &str = r#"{"data":{"_entities":[{"credit":1}]}}"#;

#[test]
fn later_items_are_fetched_for_on_their_own() {
    let rest = r#"{"data":{"_entities":[{"credit":2},{"credit":1}]}}"#;
    let answers = || vec![ok(USERS), ok(FIRST), after(9, rest)];
    check(
        of_users("1", "[User]"),
        answers(),
        expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":1}]},"pending":[{"id":"0","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"name":"Bob","credit":2},null,{"name":"Ada","credit":1}]}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
    let setting = Setting { variables: vec![(apollo_compiler::name!("n"), "1".into())], ..Setting::default() };
    let pieces = run_in_pieces(of_users("$n", "[User]"), answers(), &setting);
    let constant = run_in_pieces(of_users("1", "[User]"), answers(), &setting);
    assert_eq!(pieces.texts, constant.texts);
    assert_eq!(pieces.requests, constant.requests);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"User","id":"1"}]}}
        2: {"query":"query \"2\"","variables":{"representations":[{"__typename":"User","id":"2"},{"__typename":"User","id":"1"}]}}
    "#]].assert_eq(&pieces.requests);
}

#[test]
fn a_list_that_is_short_enough_comes_whole() {
    let entities = r#"{"data":{"_entities":[{"credit":1},{"credit":2}]}}"#;
    let answers = || vec![ok(USERS), ok(entities)];
    check(
        of_users("4", "[User]"),
        answers(),
        expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":1},{"name":"Bob","credit":2},null,{"name":"Ada","credit":1}]},"hasNext":false}
    "#]],
    );
    check(
        of_users("4000000000", "[User]"),
        answers(),
        expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":1},{"name":"Bob","credit":2},null,{"name":"Ada","credit":1}]},"hasNext":false}
    "#]],
    );
    check(
        of_users("1", "[User]"),
        vec![ok(r#"{"data":{"users":null}}"#)],
        expect![[r#"
        {"data":{"users":null},"hasNext":false}
    "#]],
    );
    check(
        of_users("0", "[User]"),
        vec![ok(r#"{"data":{"users":[]}}"#)],
        expect![[r#"
        {"data":{"users":[]},"hasNext":false}
    "#]],
    );
}

#[test]
fn no_items_come_at_once() {
    let rest = r#"{"data":{"_entities":[{"credit":1},{"credit":2}]}}"#;
    check(
        of_users("0", "[User]"),
        vec![ok(USERS), ok(FIRST), ok(rest)],
        expect![[r#"
        {"data":{"users":[]},"pending":[{"id":"0","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"name":"Ada","credit":1},{"name":"Bob","credit":2},null,{"name":"Ada","credit":1}]}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
    // A negative number is refused before; here it is none.
    let variables = vec![(apollo_compiler::name!("n"), "-3".into())];
    let setting = Setting { variables, ..Setting::default() };
    check_with(
        &setting,
        of_users("$n", "[User]"),
        vec![ok(USERS), ok(FIRST), ok(rest)],
        expect![[r#"
        {"data":{"users":[]},"pending":[{"id":"0","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"name":"Ada","credit":1},{"name":"Bob","credit":2},null,{"name":"Ada","credit":1}]}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

#[test]
fn null_where_none_may_be_costs_the_rest_of_the_list() {
    let rest = r#"{"data":{"_entities":[{"credit":null},{"credit":1}]}}"#;
    check(
        of_users("1", "[User]"),
        vec![ok(USERS), ok(FIRST), ok(rest)],
        expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":1}]},"pending":[{"id":"0","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[null,null,{"name":"Ada","credit":1}],"errors":[{"message":"a value is missing where the schema allows no null","path":["users",1,"credit"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
    check(
        of_users("1", "[User!]"),
        vec![ok(USERS), ok(FIRST), ok(rest)],
        expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":1}]},"pending":[{"id":"0","path":["users"]}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"a value is missing where the schema allows no null","path":["users",1,"credit"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
    check(
        of_users("1", "[User!]"),
        vec![ok(USERS), ok(FIRST), unavailable()],
        expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":1}]},"pending":[{"id":"0","path":["users"]}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"a subgraph cannot be reached","path":["users",1,"credit"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"stock"}}]}],"hasNext":false}
    "#]],
    );
    let none = r#"{"data":{"users":[null,{"id":"2","name":"Bob"}]}}"#;
    check(
        of_users("1", "[User!]"),
        vec![ok(none), ok(FIRST), ok(rest)],
        expect![[r#"
        {"data":{"users":null},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",0],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}],"hasNext":false}
    "#]],
    );
}

#[test]
fn errors_are_told_with_their_items() {
    let errors = r#"[{"message":"first","path":["users",0,"name"]},{"message":"later","path":["users",1,"name"]},
        {"message":"no user","path":["users",2]}]"#;
    let users = r#"[{"id":"1","name":null},{"id":"2","name":null},null,{"id":"3","name":7}]"#;
    let users = format!(r#"{{"data":{{"users":{users}}},"errors":{errors}}}"#);
    let rest = r#"{"data":{"_entities":[{"credit":2},{"credit":3}]}}"#;
    check(
        of_users("1", "[User]"),
        vec![ok(users), ok(FIRST), ok(rest)],
        expect![[r#"
        {"data":{"users":[{"name":null,"credit":1}]},"errors":[{"message":"first","path":["users",0,"name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}],"pending":[{"id":"0","path":["users"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"name":null,"credit":2},null,{"name":null,"credit":3}],"errors":[{"message":"later","path":["users",1,"name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"no user","path":["users",2],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"a subgraph gave a value that is not a String","path":["users",3,"name"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

/// The list is null because of a later item.
#[test]
fn errors_of_items_are_told_at_once_where_there_is_no_list() {
    let users = r#"{"data":{"users":null},"errors":[{"message":"lost","path":["users",3,"name"]}]}"#;
    check(
        of_users("1", "[User!]"),
        vec![ok(users)],
        expect![[r#"
            {"data":{"users":null},"errors":[{"message":"lost","path":["users",3,"name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}],"hasNext":false}
        "#]],
    );
}

/// `{ me { tags @stream(initialCount: 2) roles @stream } }`
fn of_leaves(tag: &str) -> QueryPlan {
    PlanText::new()
        .streamed_part(0)
        .streamed_part(0)
        .view(0, "Query", "me: User -> 1")
        .view(1, "User", &format!("tags: [{tag}] stream 2 in 1 roles: [[Role]] stream 0 in 2"))
        .root(
            "accounts",
            &[],
            &format!("is Query {{ me: User -> 1 is User {{ tags: [{tag}] stream 2 roles: [[Role]] stream 0 }} }}"),
        )
        .build()
}

#[test]
fn lists_of_leaves_are_cut_too() {
    let me = r#"{"data":{"me":{"tags":["a","b","c",null,"d"],"roles":[["ADMIN","AUDITOR"],null,[]]}}}"#;
    check(
        of_leaves("String"),
        vec![ok(me)],
        expect![[r#"
        {"data":{"me":{"tags":["a","b"],"roles":[]}},"pending":[{"id":"0","path":["me","tags"]},{"id":"1","path":["me","roles"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":["c",null,"d"]},{"id":"1","items":[["ADMIN",null],null,[]],"errors":[{"message":"a subgraph gave an enum value that is not part of the API","path":["me","roles",0,1],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE"}}]}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}
    "#]],
    );
    let me = r#"{"data":{"me":{"tags":["a","b","c",null,"d"],"roles":[]}}}"#;
    check(
        of_leaves("String!"),
        vec![ok(me)],
        expect![[r#"
        {"data":{"me":{"tags":["a","b"],"roles":[]}},"pending":[{"id":"0","path":["me","tags"]}],"hasNext":true}
        {"completed":[{"id":"0","errors":[{"message":"a value is missing where the schema allows no null","path":["me","tags",3],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}],"hasNext":false}
    "#]],
    );
    let me = r#"{"data":{"me":{"tags":["a",1,"c",2,"d"],"roles":3}}}"#;
    check(
        of_leaves("String"),
        vec![ok(me)],
        expect![[r#"
        {"data":{"me":{"tags":["a",null],"roles":null}},"errors":[{"message":"a subgraph gave a value that is not a String","path":["me","tags",1],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph gave a value that is not a list","path":["me","roles"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}],"pending":[{"id":"0","path":["me","tags"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":["c",null,"d"],"errors":[{"message":"a subgraph gave a value that is not a String","path":["me","tags",3],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}],"completed":[{"id":"0"}],"hasNext":false}
    "#]],
    );
}

/// Two subgraphs give parts of the same streamed list.
fn of_two_subgraphs() -> QueryPlan {
    let read = |fields: &str| {
        let users = format!("[User] stream 1 -> 1 is User {{ {fields} }} then -> 2 is User {{ {fields} }}");
        format!("is Query {{ users: {users} tags: [String] stream 1 }}")
    };
    PlanText::new()
        .streamed_part(0)
        .streamed_part(0)
        .view(0, "Query", "users: [User] -> 1 stream 1 in 1 -> 2 tags: [String] stream 1 in 2")
        .view(1, "User", "name: String credit: Int")
        .view(2, "User", "name: String credit: Int")
        .root("accounts", &[], &read("name: String"))
        .root("stock", &[], &read("credit: Int"))
        .build()
}

#[test]
fn lists_from_two_subgraphs_are_one() {
    let names = r#"{"data":{"users":[{"name":"Ada"},{"name":"Bob"},null],"tags":["a",null,"c"]}}"#;
    let credits = r#"{"data":{"users":[{"credit":1},{"credit":2},{"credit":3}],"tags":["a","b","c"]}}"#;
    let expected = expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":1}],"tags":["a"]},"pending":[{"id":"0","path":["users"]},{"id":"1","path":["tags"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"name":"Bob","credit":2},{"name":null,"credit":3}]},{"id":"1","items":["b","c"]}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}
    "#]];
    check(of_two_subgraphs(), vec![ok(names), after(5, credits)], expected);
    let in_order = run_in_pieces(of_two_subgraphs(), vec![ok(names), after(5, credits)], &Setting::default());
    let reversed = run_in_pieces(of_two_subgraphs(), vec![after(5, names), ok(credits)], &Setting::default());
    assert_eq!(in_order.texts, reversed.texts);
    let credits = r#"{"data":{"users":[{"credit":1}],"tags":[]}}"#;
    check(
        of_two_subgraphs(),
        vec![ok(names), after(5, credits)],
        expect![[r#"
        {"data":{"users":null,"tags":null},"errors":[{"message":"subgraphs disagree about the length of a list","path":["users"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE"}},{"message":"subgraphs disagree about the length of a list","path":["tags"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE"}}],"hasNext":false}
    "#]],
    );
    // The second answer is broken: what it gave is taken back.
    let credits = r#"{"data":{"users":[{"credit":1},{"credit":2},{"credit":3}],"tags":["a","b","c"]}"#;
    check(
        of_two_subgraphs(),
        vec![ok(names), after(5, credits)],
        expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":null}],"tags":["a"]},"errors":[{"message":"a subgraph's answer is not JSON","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}],"pending":[{"id":"0","path":["users"]},{"id":"1","path":["tags"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"name":"Bob","credit":null},null]},{"id":"1","items":[null,"c"]}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}
    "#]],
    );
    check(
        of_two_subgraphs(),
        vec![after(5, names), ok(credits)],
        expect![[r#"
        {"data":{"users":[{"name":"Ada","credit":null}],"tags":["a"]},"errors":[{"message":"a subgraph's answer is not JSON","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}],"pending":[{"id":"0","path":["users"]},{"id":"1","path":["tags"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"name":"Bob","credit":null},null]},{"id":"1","items":[null,"c"]}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}
    "#]],
    );
}

/// `{ users { friends @stream(initialCount: 1) { name } } }`, where two of the users are one.
#[test]
fn rows_of_one_entity_stream_the_same_list() {
    let friends = "[User] stream 1 -> 2 is User { name: String } then -> 3 is User { name: String }";
    let plan = PlanText::new()
        .streamed_part(0)
        .view(0, "Query", "users: [User] -> 1")
        .view(1, "User", "id: ID friends: [User] -> 2 stream 1 in 1 -> 3")
        .view(2, "User", "name: String")
        .view(3, "User", "name: String")
        .root("accounts", &[], "is Query { users: [User] -> 1 is User #0 { id: ID! } }")
        .entities("reviews", &[0], &[LookupText::users(1, &[0], &format!("row ( User {{ friends: {friends} }} )"))])
        .build();
    let users = r#"{"data":{"users":[{"id":"1"},{"id":"2"},{"id":"1"}]}}"#;
    let friends = r#"{"data":{"_entities":[{"friends":[{"name":"a"},{"name":7}]},{"friends":[{"name":"c"}]}]}}"#;
    check(
        plan,
        vec![ok(users), ok(friends)],
        expect![[r#"
        {"data":{"users":[{"id":"1","friends":[{"name":"a"}]},{"id":"2","friends":[{"name":"c"}]},{"id":"1","friends":[{"name":"a"}]}]},"pending":[{"id":"0","path":["users",0,"friends"]},{"id":"1","path":["users",2,"friends"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"name":null}],"errors":[{"message":"a subgraph gave a value that is not a String","path":["users",0,"friends",1,"name"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"reviews"}}]},{"id":"1","items":[{"name":null}],"errors":[{"message":"a subgraph gave a value that is not a String","path":["users",2,"friends",1,"name"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"reviews"}}]}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}
    "#]],
    );
}

/// `{ users { friends @stream(initialCount: 1) { name credit } } }`: each user's friends are there before their names.
#[test]
fn rows_that_two_of_one_entity_have_of_their_own_are_asked_about_for_their_part() {
    let keys = "[User] stream 1 -> 2 is User { key: ID } then -> 3 is User { key: ID }";
    let names = "[User] stream 1 -> 2 is User #1 { id: ID! } then -> 3 is User #2 { id: ID! }";
    let plan = PlanText::new()
        .streamed_part(0)
        .view(0, "Query", "users: [User] -> 1")
        .view(1, "User", "friends: [User] -> 2 stream 1 in 1 -> 3")
        .view(2, "User", "key: ID credit: Int")
        .view(3, "User", "key: ID credit: Int")
        .root("accounts", &[], &format!("is Query {{ users: [User] -> 1 is User #0 {{ id: ID! friends: {keys} }} }}"))
        .entities("reviews", &[0], &[LookupText::users(1, &[0], &format!("row ( User {{ friends: {names} }} )"))])
        .entities("stock", &[1], &[LookupText::users(2, &[1], "row ( User { credit: Int } )")])
        .entities("stock", &[1], &[LookupText::users(3, &[2], "row ( User { credit: Int } )")])
        .in_part(1)
        .build();
    let user = r#"{"id":"1","friends":[{"key":"a"},{"key":"b"}]}"#;
    let users = format!(r#"{{"data":{{"users":[{user},{user}]}}}}"#);
    let names = r#"{"data":{"_entities":[{"friends":[{"id":"2"},{"id":"3"}]}]}}"#;
    let later = r#"{"data":{"_entities":[{"credit":3}]}}"#;
    let pieces = run_in_pieces(plan, vec![ok(users), ok(names), ok(FIRST), ok(later)], &Setting::default());
    put_together(&pieces.payloads);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"User","id":"1"}]}}
        2: {"query":"query \"2\"","variables":{"representations":[{"__typename":"User","id":"2"}]}}
        3: {"query":"query \"3\"","variables":{"representations":[{"__typename":"User","id":"3"}]}}
        {"data":{"users":[{"friends":[{"key":"a","credit":1}]},{"friends":[{"key":"a","credit":1}]}]},"pending":[{"id":"0","path":["users",0,"friends"]},{"id":"1","path":["users",1,"friends"]}],"hasNext":true}
        {"incremental":[{"id":"0","items":[{"key":"b","credit":3}]},{"id":"1","items":[{"key":"b","credit":3}]}],"completed":[{"id":"0"},{"id":"1"}],"hasNext":false}"#]].assert_eq(&(pieces.requests + &pieces.texts.join("\n")));
}
