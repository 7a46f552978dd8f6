//! Null where none may be moves up to the nearest nullable parent, and is an error once.

use crate::{
    plan_text::PlanText,
    scripted::{ok, run},
};
use expect_test::{Expect, expect};

/// `users` of the given type, each with a name of the given type.
fn check(users: &str, name: &str, answer: &str, expected: &Expect) {
    let plan = PlanText::new()
        .view(0, "Query", &format!("users: {users} -> 1"))
        .view(1, "User", &format!("name: {name} age: Int"))
        .root("accounts", &[], &format!("is Query {{ users: {users} -> 1 is User {{ name: {name} age: Int }} }}"))
        .build();
    expected.assert_eq(&run(plan, vec![ok(answer)]).response);
}

const SECOND_NAME_IS_NULL: &str = r#"{"data":{"users":[{"name":"Ada","age":1},{"name":null,"age":2}]}}"#;

#[test]
fn the_item_becomes_null() {
    check(
        "[User]!",
        "String!",
        SECOND_NAME_IS_NULL,
        &expect![[
            r#"{"data":{"users":[{"name":"Ada","age":1},null]},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",1,"name"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
}

#[test]
fn the_list_becomes_null() {
    check(
        "[User!]",
        "String!",
        SECOND_NAME_IS_NULL,
        &expect![[
            r#"{"data":{"users":null},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",1,"name"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
}

#[test]
fn the_response_becomes_null() {
    check(
        "[User!]!",
        "String!",
        SECOND_NAME_IS_NULL,
        &expect![[
            r#"{"data":null,"errors":[{"message":"a value is missing where the schema allows no null","path":["users",1,"name"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
}

#[test]
fn null_items_count_at_their_own_level() {
    let answer = r#"{"data":{"users":[[{"name":"Ada","age":1}],[null],null]}}"#;
    check(
        "[[User!]]",
        "String",
        answer,
        &expect![[
            r#"{"data":{"users":[[{"name":"Ada","age":1}],null,null]},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",1,0],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
}

#[test]
fn nulls_in_lists_of_scalars_count_too() {
    let answer = r#"{"data":{"users":[{"name":["a",null],"age":1},{"name":["b"],"age":2}]}}"#;
    check(
        "[User]",
        "[String!]!",
        answer,
        &expect![[
            r#"{"data":{"users":[null,{"name":["b"],"age":2}]},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",0,"name",1],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
    check(
        "[User]",
        "[String]!",
        answer,
        &expect![[r#"{"data":{"users":[{"name":["a",null],"age":1},{"name":["b"],"age":2}]}}"#]],
    );
}

#[test]
fn a_reported_null_is_no_second_error() {
    let answer =
        r#"{"errors":[{"message":"lost","path":["users",1,"name"]}],"data":{"users":[{"name":"Ada","age":1},null]}}"#;
    check(
        "[User!]",
        "String!",
        answer,
        &expect![[
            r#"{"data":{"users":null},"errors":[{"message":"lost","path":["users",1,"name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}]}"#
        ]],
    );
}
