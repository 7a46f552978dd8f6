//! What the data file's forms evaluate to.

use super::{check, check_with, mock};
use serde_json::json;

const SDL: &str = r#"
    scalar JSON
    type Query {
        user(id: ID!): User
        users(active: Boolean, ids: [ID!], city: String, first: Int = 2, offset: Int): [User!]!
        echo(text: String = "none", input: Filter): Echo
        anything: JSON
        matrix: [[Int]]
        node(id: ID!): Node
        greet(name: String!): String
    }
    type Mutation { add(by: Int! = 1): Int! reset: Int }
    input Filter { tag: String = "t", deep: Filter }
    type Echo { text: String tag: String deep: Echo both: String }
    interface Node { id: ID! }
    type User implements Node @key(fields: "id") {
        id: ID! name: String active: Boolean address: Address friends: [User!] full: String loop: String sum: Float
        raw: Int wrong: [User] missing: String greeting(word: String): String
    }
    type Tag implements Node @key(fields: "id") { id: ID! }
    type Address { city: String line: String }
"#;

fn data() -> serde_json::Value {
    json!({
        "roots": {
            "Query": {
                "user": { "__find": "User", "by": { "id": "$id" } },
                "users": { "__list": "User", "where": { "active": "$active", "id": "$ids", "address.city": "$city" }, "skip": "$offset", "first": "$first" },
                "echo": {
                    "text": { "__arg": "text" }, "tag": { "__arg": "input.tag" },
                    "deep": { "tag": { "__arg": "input.deep.tag" }, "text": { "__arg": "text" } },
                    "both": { "__template": "{{{$text}}} {$input.tag}" },
                },
                "anything": { "__proto": 1, "list": [1, "two", null] },
                "matrix": [[1, null], null, []],
                "node": { "__find": "Node", "by": { "id": "$id" } },
                "greet": { "__template": "Hello, {$name}!" },
            },
            "Mutation": { "add": { "__counter": "sum", "add": "$by" }, "reset": { "__counter": "other", "add": 0 } },
        },
        "defaults": { "User": { "greeting": { "__template": "{$word}, {name}" } } },
        "entities": {
            "User": [
                {
                    "id": "1", "name": "Ann", "active": true, "address": { "city": "Oslo", "line": { "__template": "{name}, {city}" } },
                    "friends": [{ "__ref": "User:2" }], "full": { "__from": "address.city" },
                    "loop": { "__from": "loop" }, "sum": { "__sum": [1, 2.5] }, "raw": { "__raw": { "not": "an int" } },
                    "wrong": { "__raw": null },
                },
                { "id": "2", "name": "Bo", "active": false, "address": { "city": "Rome" }, "friends": { "__list": "User", "where": { "active": true } } },
                { "id": "3", "name": { "__error": "no name", "extensions": { "code": "NAMELESS" } }, "active": true, "full": { "__template": "{missing}" } },
            ],
            "Tag": [{ "id": "t" }],
        },
    })
}

#[test]
fn find_and_list_read_arguments() {
    let mock = mock(SDL, data());
    check(
        &mock,
        "{ a: user(id: 2) { name } b: user(id: \"9\") { name } node(id: \"t\") { __typename } }",
        json!({ "data": { "a": { "name": "Bo" }, "b": null, "node": { "__typename": "Tag" } } }),
    );
    let cases = [
        ("users", json!(["1", "2"])),
        ("users(first: null)", json!(["1", "2", "3"])),
        ("users(active: true)", json!(["1", "3"])),
        ("users(active: null, first: 1)", json!(["1"])),
        ("users(ids: [\"3\", \"1\"])", json!(["1", "3"])),
        ("users(ids: \"2\")", json!(["2"])),
        ("users(city: \"Rome\")", json!(["2"])),
        ("users(offset: 2)", json!(["3"])),
        ("users(offset: 5)", json!([])),
    ];
    for (field, ids) in cases {
        let users: Vec<_> = ids.as_array().unwrap().iter().map(|id| json!({ "id": id })).collect();
        check(&mock, &format!("{{ users: {field} {{ id }} }}"), json!({ "data": { "users": users } }));
    }
    let message = "users counts items, and -1 is no count";
    check(
        &mock,
        "{ users(first: -1) { id } }",
        json!({ "data": null, "errors": [{ "message": message, "path": ["users"] }] }),
    );
}

#[test]
fn arguments_are_echoed_also_inside_inline_objects() {
    let mock = mock(SDL, data());
    check(
        &mock,
        "{ echo { text tag both } }",
        json!({ "data": { "echo": { "text": "none", "tag": null, "both": "{none} null" } } }),
    );
    check_with(
        &mock,
        "query($f: Filter) { echo(text: \"x\", input: $f) { tag deep { tag text } } greet(name: \"{$x}\") }",
        json!({ "f": { "deep": { "tag": "inner" } } }),
        json!({ "data": { "echo": { "tag": "t", "deep": { "tag": "inner", "text": "x" } }, "greet": "Hello, {$x}!" } }),
    );
}

#[test]
fn forms_read_the_object_and_those_around_it() {
    let mock = mock(SDL, data());
    check(
        &mock,
        "{ user(id: 1) { full sum address { line } greeting(word: \"Hi\") friends { friends { id } } } anything matrix }",
        json!({ "data": {
            "user": { "full": "Oslo", "sum": 3.5, "address": { "line": "Ann, Oslo" }, "greeting": "Hi, Ann", "friends": [{ "friends": [{ "id": "1" }, { "id": "3" }] }] },
            "anything": { "__proto": 1, "list": [1, "two", null] },
            "matrix": [[1, null], null, []],
        } }),
    );
}

#[test]
fn raw_values_are_not_checked() {
    check(
        &mock(SDL, data()),
        "{ user(id: 1) { raw wrong { id } } }",
        json!({ "data": { "user": { "raw": { "not": "an int" }, "wrong": null } } }),
    );
}

#[test]
fn faults_in_the_data_are_errors_with_a_path() {
    check(
        &mock(SDL, data()),
        "{ user(id: 3) { id name full greeting } loop: user(id: 1) { loop } }",
        json!({
            "data": { "user": { "id": "3", "name": null, "full": null, "greeting": null }, "loop": { "loop": null } },
            "errors": [
                { "message": "no name", "path": ["user", "name"], "extensions": { "code": "NAMELESS" } },
                { "message": "User.full needs `missing`, which is neither in the representation nor in the data", "path": ["user", "full"] },
                { "message": "no name", "path": ["user", "greeting"], "extensions": { "code": "NAMELESS" } },
                { "message": "the data of User.loop refers to itself", "path": ["loop", "loop"] },
            ],
        }),
    );
}

#[test]
fn counters_show_the_order_of_mutations() {
    let mock = mock(SDL, data());
    check(
        &mock,
        "mutation { b: add(by: 5) a: add reset c: add(by: -2) }",
        json!({ "data": { "b": 5, "a": 6, "reset": 0, "c": 4 } }),
    );
    check(&mock, "mutation { add }", json!({ "data": { "add": 5 } }));
}

#[test]
fn missing_values_are_errors_when_nothing_may_be_invented() {
    let mut data = data();
    data["invent"] = json!(false);
    let message = "the data has no value for User.missing";
    check(
        &mock(SDL, data),
        "{ user(id: 1) { missing } }",
        json!({ "data": { "user": { "missing": null } }, "errors": [{ "message": message, "path": ["user", "missing"] }] }),
    );
}
