//! Values that nobody wrote: deterministic, the same in every mock, and finite.

use super::{ask, check, mock, representations};
use serde_json::{Value, json};

const USERS: &str = r#"
    type Query { users: [User!]! user(id: ID!): User me: User! pets: [Pet!]! strict: Strict! }
    type User @key(fields: "id") @key(fields: "email") { id: ID! email: String! name: String age: Int role: Role friends: [User!]! best: User tags: [String!]! born: DateTime }
    enum Role { ADMIN GUEST }
    scalar DateTime
    interface Pet @key(fields: "id") { id: ID! }
    type Cat implements Pet @key(fields: "id") { id: ID! lives: Int! }
    type Dog implements Pet @key(fields: "id") { id: ID! }
    type Strict { strict: Strict! list: [Strict!]! }
"#;

#[test]
fn an_sdl_alone_answers_every_query() {
    check(
        &mock(USERS, Value::Null),
        "{ users { id name tags } user(id: \"user-7\") { id email best { id } friends { id } } pets { __typename id } }",
        json!({ "data": {
            "users": [
                { "id": "user-1", "name": "name-1", "tags": ["tags-1", "tags-2"] },
                { "id": "user-2", "name": "name-2", "tags": ["tags-3", "tags-4"] },
            ],
            "user": { "id": "user-7", "email": "email-7", "best": { "id": "user-7" }, "friends": [{ "id": "user-13" }, { "id": "user-14" }] },
            "pets": [{ "__typename": "Cat", "id": "cat-1" }, { "__typename": "Dog", "id": "dog-2" }],
        } }),
    );
}

#[test]
fn an_entity_is_the_same_by_every_way_and_in_every_mock() {
    let fields = "{ id email name age role born tags friends { id } }";
    let by_root = ask(&mock(USERS, Value::Null), &format!("{{ user(id: \"user-7\") {fields} }}"));
    let asked = json!([{ "__typename": "User", "id": "user-7" }, { "__typename": "User", "email": "email-7" }]);
    let by_key = representations(&mock(USERS, Value::Null), &format!("{{ ... on User {fields} }}"), asked);
    assert_eq!(by_root["data"]["user"], by_key["data"]["_entities"][0]);
    assert_eq!(by_root["data"]["user"], by_key["data"]["_entities"][1]);
    assert!(by_key.get("errors").is_none(), "{by_key}");
}

#[test]
fn an_interface_representation_becomes_the_type_its_id_names() {
    let asked = json!([{ "__typename": "Pet", "id": "cat-4" }, { "__typename": "Pet", "id": "dog-4" }]);
    let answer = representations(&mock(USERS, Value::Null), "{ __typename ... on Pet { id } }", asked);
    assert_eq!(
        answer["data"]["_entities"],
        json!([{ "__typename": "Cat", "id": "cat-4" }, { "__typename": "Dog", "id": "dog-4" }])
    );
}

#[test]
fn cycles_end() {
    let depth = 90;
    let nested =
        |field: &str| format!("{{ me {}{}{} }}", format!("{{ {field} ").repeat(depth), "{ id }", "}".repeat(depth));
    let mock = mock(USERS, Value::Null);
    let lists = ask(&mock, &nested("friends")).to_string();
    assert!(lists.len() < 2000 && lists.contains("[]"), "{lists}");
    let objects = ask(&mock, &nested("best")).to_string();
    assert!(objects.contains("\"best\":null"), "{objects}");
    let strict = format!("{{ strict {}{}{} }}", "{ strict ".repeat(depth), "{ __typename }", "}".repeat(depth));
    assert!(ask(&mock, &strict).get("errors").is_none());
}

#[test]
fn records_are_preferred_to_invented_objects() {
    let data = json!({ "entities": { "User": [
        { "id": "a", "email": "a@x", "name": "Ann" },
        { "id": "b", "email": "b@x", "name": null },
    ] } });
    let mock = mock(USERS, data);
    check(
        &mock,
        "{ users { id } user(id: \"b\") { name best { id } friends { id } } none: user(id: \"c\") { id } me { name } }",
        {
            let answer = ask(&mock, "{ user(id: \"b\") { best { id } friends { id } } }");
            let friends = answer["data"]["user"]["friends"].as_array().unwrap().len();
            assert_eq!(friends, 2);
            let mut user = answer["data"]["user"].clone();
            user = json!({ "name": null, "best": user["best"], "friends": user["friends"] });
            json!({ "data": { "users": [{ "id": "a" }, { "id": "b" }], "user": user, "none": null, "me": { "name": "Ann" } } })
        },
    );
}

#[test]
fn the_same_request_gets_the_same_answer() {
    let query = "{ users { id name age role born friends { id age best { age } } } }";
    let first = ask(&mock(USERS, Value::Null), query);
    assert_eq!(first, ask(&mock(USERS, Value::Null), query));
}
