//! Which SDLs are read, and what a refused one is told.

use super::{ask, check, mock};
use crate::{LoadError, MockSubgraph};
use serde_json::{Value, json};

#[test]
fn reads_federation_two_with_imports_renames_and_namespaces() {
    let links = [
        ("@link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])", "@key"),
        ("@link(url: \"https://specs.apollo.dev/federation/v2.0/\", import: [{ name: \"@key\", as: \"@id\" }])", "@id"),
        ("@link(url: \"https://specs.apollo.dev/federation/v2.12\")", "@federation__key"),
        ("@link(url: \"https://specs.apollo.dev/federation/v2.5\", as: \"fed\")", "@fed__key"),
    ];
    for (link, key) in links {
        let sdl = format!("extend schema {link}\n type Query {{ a: A }} type A {key}(fields: \"id\") {{ id: ID! }}");
        let answer = super::representations(
            &mock(&sdl, Value::Null),
            "{ __typename }",
            json!([{ "__typename": "A", "id": "a-1" }]),
        );
        assert_eq!(answer, json!({ "data": { "_entities": [{ "__typename": "A" }] } }), "{link}");
    }
}

#[test]
fn reads_links_on_a_schema_definition() {
    let link = "@link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [{ name: \"@key\", as: \"@id\" }])";
    let sdl = format!("schema {link} {{ query: Q }} type Q {{ a: A }} type A @id(fields: \"id\") {{ id: ID! }}");
    check(
        &mock(&sdl, Value::Null),
        "{ _entities(representations: []) { __typename } }",
        json!({ "data": { "_entities": [] } }),
    );
}

#[test]
fn reads_federation_one_with_extensions_alone() {
    let sdl = "extend type Query { top: Product } extend type Product @key(fields: \"upc\") { upc: String! @external price: Int @external tag: String @requires(fields: \"price\") }";
    let mock = mock(sdl, Value::Null);
    check(&mock, "{ top { upc } }", json!({ "data": { "top": { "upc": "upc-1" } } }));
    let answer =
        super::representations(&mock, "{ ... on Product { upc } }", json!([{ "__typename": "Product", "upc": "7" }]));
    assert_eq!(answer, json!({ "data": { "_entities": [{ "upc": "7" }] } }));
}

#[test]
fn reads_an_sdl_that_defines_federation_itself() {
    let sdl = r#"
        directive @key(fields: _FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
        directive @custom(text: String) on FIELD_DEFINITION
        directive @trace(id: Int) on FIELD
        scalar _Any scalar _FieldSet union _Entity = A type _Service { sdl: String }
        type Query { a: A @custom(text: "x") _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
        type A @key(fields: "id") { id: ID! }
    "#;
    check(&mock(sdl, Value::Null), "{ a { id @trace(id: 1) } }", json!({ "data": { "a": { "id": "a-1" } } }));
}

#[test]
fn serves_the_sdl_as_given() {
    let sdl = "type Query { a: Int }\n# kept\n";
    check(&mock(sdl, Value::Null), "{ _service { sdl } }", json!({ "data": { "_service": { "sdl": sdl } } }));
}

#[test]
fn a_subgraph_without_root_fields_still_answers_service() {
    let sdl = "type A @key(fields: \"id\") { id: ID! name: String }";
    let answer = ask(&mock(sdl, Value::Null), "{ __typename _service { __typename } }");
    assert_eq!(answer, json!({ "data": { "__typename": "Query", "_service": { "__typename": "_Service" } } }));
}

#[test]
fn a_root_type_may_have_another_name() {
    let sdl = "schema { query: Root } type Root { a: Int } type A @key(fields: \"id\") { id: ID! }";
    let mock = mock(sdl, json!({ "roots": { "Root": { "a": 1 } } }));
    check(
        &mock,
        "{ a _service { __typename } }",
        json!({ "data": { "a": 1, "_service": { "__typename": "_Service" } } }),
    );
}

#[test]
fn there_are_no_entities_without_a_resolvable_key() {
    let sdl = "type Query { a: A } type A @key(fields: \"id\", resolvable: false) { id: ID! }";
    let answer = ask(&mock(sdl, Value::Null), "{ _entities(representations: []) { __typename } }");
    assert!(answer.get("data").is_none(), "{answer}");
}

#[test]
fn refuses_what_is_no_subgraph_and_says_where() {
    let cases = [
        ("type Query { a: ", "shop.graphql:1:"),
        ("type Query { a: Int }\ntype B { c: Missing }", "shop.graphql:2:13: "),
        (
            "type Query { a: A }\ntype A @kye(fields: \"id\") { id: ID! }",
            "shop.graphql:2:8: directive @kye is not defined; did you mean `key`?",
        ),
        (
            "type Query { a: A } type A @key(fields: \"idd\") { id: ID! }",
            "@key on A names the field `idd`, which A does not have; did you mean `id`?",
        ),
        (
            "type Query { a: A } type A @key(fields: \"id {\") { id: ID! }",
            "@key: \"id {\" is no field set; write field names as in a selection",
        ),
        ("type Query { a: A } type A @key { id: ID! }", "@key needs the argument fields, a string"),
        (
            "type Query { a: A } type A { id: ID! b: Int @requires(fields: \"c { d }\") c: A @external }",
            "@requires on A.b names the field `d`, which A does not have",
        ),
        ("{ a }", "shop.graphql:1:1"),
    ];
    for (sdl, expected) in cases {
        let error = MockSubgraph::new("shop", sdl, None).unwrap_err();
        assert!(matches!(error, LoadError::Sdl { .. }));
        let text = error.to_string();
        assert!(text.contains("the SDL of subgraph \"shop\" is not valid"), "{text}");
        assert!(text.contains(expected), "{sdl}\n{text}");
    }
}
