//! GraphQL itself: fragments, aliases, conditions, null propagation, introspection, and requests that are refused.

use super::{ask, check, check_with, mock};
use serde_json::{Value, json};

const SDL: &str = r#"
    type Query { pets: [Pet!] pet: Pet strict: [Strict!]! loose: [Strict] found: [Found] ids: [ID!]! }
    type Subscription { tick: Int }
    interface Pet { name: String! }
    type Cat implements Pet { name: String! lives: Int! owner: Owner }
    type Dog implements Pet { name: String! owner: Owner! }
    type Owner { name: String! age: Int }
    type Strict { a: Int! b: Strict c: Kind }
    union Found = Cat | Owner
    enum Kind { GOOD BAD }
"#;

fn data() -> Value {
    json!({ "roots": { "Query": {
        "pets": [
            { "__typename": "Cat", "name": "Tom", "lives": 9, "owner": { "name": "Ann", "age": null } },
            { "__typename": "Dog", "name": "Rex", "owner": { "name": { "__error": "unknown" } } },
        ],
        "pet": { "__typename": "Dog", "name": "Rex", "owner": { "name": null } },
        "strict": [{ "a": 1 }, { "a": null }],
        "loose": [{ "a": 1, "b": { "a": { "__error": "deep" } }, "c": "GOOD" }, null, { "__error": "whole item" }],
        "found": [{ "__typename": "Owner", "name": "Ann" }, { "__typename": "Cat", "name": "Tom", "lives": 9 }],
        "ids": [1, "b"],
    } } })
}

#[test]
fn merges_fields_of_fragments_and_aliases() {
    check(
        &mock(SDL, data()),
        "{ found { __typename ...F ... on Owner { label: name } ...on Cat { lives } } ids } fragment F on Found { ... on Pet { name } ... on Cat { owner { n: name } } ...G } fragment G on Cat { owner { m: age } }",
        {
            let owner = json!({ "n": "name-1", "m": 50 });
            let answer = ask(&mock(SDL, data()), "{ found { ... on Cat { owner { n: name m: age } } } }");
            assert_eq!(answer["data"]["found"][1]["owner"]["n"], owner["n"]);
            json!({ "data": {
                "found": [
                    { "__typename": "Owner", "label": "Ann" },
                    { "__typename": "Cat", "name": "Tom", "owner": answer["data"]["found"][1]["owner"], "lives": 9 },
                ],
                "ids": ["1", "b"],
            } })
        },
    );
}

#[test]
fn skip_and_include_read_variables_and_their_defaults() {
    let query = "query($y: Boolean = true, $n: Boolean!) { ids @skip(if: $y) pet @include(if: $n) { name } ... @include(if: $y) { kept: ids } }";
    check_with(&mock(SDL, data()), query, json!({ "n": false }), json!({ "data": { "kept": ["1", "b"] } }));
}

#[test]
fn null_goes_up_to_the_nearest_nullable_position() {
    let mock = mock(SDL, data());
    check(
        &mock,
        "{ pets { name ... on Dog { owner { name } } } }",
        json!({ "data": { "pets": null }, "errors": [{ "message": "unknown", "path": ["pets", 1, "owner", "name"] }] }),
    );
    check(
        &mock,
        "{ pet { ... on Dog { owner { name } } } ids }",
        json!({ "data": { "pet": null, "ids": ["1", "b"] }, "errors": [{ "message": "null for the non-null Owner.name", "path": ["pet", "owner", "name"] }] }),
    );
    check(
        &mock,
        "{ ids strict { a } }",
        json!({ "data": null, "errors": [{ "message": "null for the non-null Strict.a", "path": ["strict", 1, "a"] }] }),
    );
    check(
        &mock,
        "{ loose { a b { a } c } }",
        json!({
            "data": { "loose": [{ "a": 1, "b": null, "c": "GOOD" }, null, null] },
            "errors": [{ "message": "deep", "path": ["loose", 0, "b", "a"] }, { "message": "whole item", "path": ["loose", 2] }],
        }),
    );
}

#[test]
fn introspection_is_answered_beside_data() {
    check(
        &mock(SDL, data()),
        "{ ids t: __type(name: \"Found\") { kind possibleTypes { name } } __schema { queryType { name } } __typename }",
        json!({ "data": {
            "ids": ["1", "b"],
            "t": { "kind": "UNION", "possibleTypes": [{ "name": "Cat" }, { "name": "Owner" }] },
            "__schema": { "queryType": { "name": "Query" } },
            "__typename": "Query",
        } }),
    );
}

#[test]
fn errors_say_where_in_the_operation() {
    let answer = ask(&mock(SDL, data()), "{\n  pet {\n    ... on Dog { owner { name } }\n  }\n}");
    assert_eq!(answer["errors"][0]["locations"], json!([{ "line": 3, "column": 26 }]));
}

#[test]
fn refused_requests_have_no_data() {
    let mock = mock(SDL, data());
    let deep = format!("{{ loose {}", "{ b ".repeat(5000));
    let cases = [
        (json!([]), "not a JSON object"),
        (json!({}), "has no `query`"),
        (json!({ "query": 1 }), "has no `query`"),
        (json!({ "query": "{ ids }", "variables": [] }), "`variables` is not an object"),
        (json!({ "query": "{ ids }", "operationName": 1 }), "`operationName` is not a string"),
        (json!({ "query": "{" }), "syntax error"),
        (json!({ "query": "{ idz }" }), "idz"),
        (json!({ "query": "query A { ids } query B { ids }" }), "operation"),
        (json!({ "query": "query A { ids } query B { ids }", "operationName": "C" }), "C"),
        (json!({ "query": "query($b: Boolean!) { ids @skip(if: $b) }" }), "b"),
        (json!({ "query": "query($b: Boolean!) { ids @skip(if: $b) }", "variables": { "b": "x" } }), "b"),
        (json!({ "query": "subscription { tick }" }), "events"),
        (json!({ "query": deep }), "recursion"),
        (json!({ "query": "{ ...F } fragment F on Query { ...F }" }), "F"),
    ];
    for (request, expected) in cases {
        let answer = mock.execute(&request);
        assert!(answer.get("data").is_none(), "{request} {answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(expected), "{request:.100} {answer}");
    }
    check(&mock, "query A { ids }", json!({ "data": { "ids": ["1", "b"] } }));
}
