//! What is refused of `@defer` and `@stream`, whether or not the client takes responses in parts.

use crate::running::{JSON, Running, settings};
use http::Method;
use serde_json::json;

/// What is wrong, the operation, and where and how it is refused: one finding for each line.
const WRONG: &[(&str, &str, &[&str])] = &[
    (
        "a stream of what is no list",
        "{ user(id: 1) @stream { id } }",
        &["1:15 `@stream` is for lists only, and `user` is of type `User`"],
    ),
    (
        "a stream at a leaf",
        "{ users { name @stream } }",
        &["1:16 `@stream` is for lists only, and `name` is of type `String`"],
    ),
    (
        "one label for two streams",
        r#"{ a: posts @stream(label: "a") { id } b: posts @stream(label: "a") { id } }"#,
        &["1:63 the label `a` is used by another `@defer` or `@stream` of the document"],
    ),
    (
        "one label for a stream and a later defer",
        r#"{ posts @stream(label: "a") { ... @defer(label: "a") { title } } }"#,
        &["1:24 the label `a` is used by another `@defer` or `@stream` of the document"],
    ),
    (
        "one label for two defers",
        r#"{ posts { ... @defer(label: "a") { id } ... @defer(label: "a") { title } } }"#,
        &["1:59 `@defer` label `a` is not unique within the document"],
    ),
    (
        "one label in two operations",
        r#"query A { posts @stream(label: "a") { id } } query B { posts @stream(label: "a") { id } }"#,
        &["1:77 the label `a` is used by another `@defer` or `@stream` of the document"],
    ),
    (
        "a variable for a label of a stream",
        "query($a: String) { posts @stream(label: $a) { id } }",
        &["1:42 the label of a `@stream` must be a text, not a variable"],
    ),
    (
        "a variable for a label of a defer",
        "query($a: String) { posts { ... @defer(label: $a) { id } } }",
        &["1:47 `@defer` label argument must be a static String, not a variable"],
    ),
    (
        "a negative count",
        "{ posts @stream(initialCount: -1) { id } }",
        &["1:31 the `initialCount` of a `@stream` must not be negative"],
    ),
    (
        "a count that is no number",
        r#"{ posts @stream(initialCount: "1") { id } }"#,
        &["1:31 expected value of type Int!, found a string"],
    ),
    (
        "a stream and no stream",
        "{ posts @stream { id } posts { title } }",
        &[
            "1:9 `posts` is selected more than once and not streamed in the same way each time; give each of them another \
           alias, or the same `@stream`",
        ],
    ),
    (
        "two counts, in fragments, below another field",
        "{ user(id: 1) { ...A friend { id } } } fragment A on User { friend { posts @stream(initialCount: 1) { id } } ...B } \
         fragment B on User { friend { posts @stream(initialCount: 2) { id } } }",
        &[
            "1:76 `posts` is selected more than once and not streamed in the same way each time; give each of them another \
           alias, or the same `@stream`",
        ],
    ),
    (
        "a stream at the root of a subscription",
        "subscription { posted @stream { id } }",
        &[
            "1:23 `@stream` is for lists only, and `posted` is of type `Post`",
            "1:23 `@stream` is not allowed on root fields of a subscription",
            "1:23 a `@stream` in a subscription must be switched off: `if: false`, or a variable",
        ],
    ),
    (
        "a stream within a subscription",
        "subscription { posted { ...A } } fragment A on Post { author { posts @stream { id } } }",
        &["1:70 a `@stream` in a subscription must be switched off: `if: false`, or a variable"],
    ),
    (
        "a defer within a subscription",
        "subscription { posted { ... @defer { id } } }",
        &["1:29 `@defer` in a subscription operation must be disabled with an `if` argument"],
    ),
    (
        "a defer at the root of a mutation",
        r#"mutation { ... @defer { rename(id: 1, name: "a") { id } } }"#,
        &["1:16 `@defer` is not allowed on root selections of mutation operations"],
    ),
    (
        "a stream at the root of a mutation",
        r#"mutation { ...A } fragment A on Mutation { rename(id: 1, name: "a") @stream(if: false) { id } }"#,
        &[
            "1:69 `@stream` is for lists only, and `rename` is of type `User`",
            "1:69 `@stream` is not allowed on root fields of a mutation",
        ],
    ),
    ("a defer on a field", "{ users @defer { id } }", &["1:9 defer directive is not supported for FIELD location"]),
    (
        "a stream on a fragment",
        "{ ... @stream { users { id } } }",
        &["1:7 stream directive is not supported for INLINE_FRAGMENT location"],
    ),
    (
        "two defers on one fragment",
        "{ ... @defer @defer { users { id } } }",
        &["1:14 non-repeatable directive defer can only be used once per location"],
    ),
    (
        "null for a condition",
        "{ ... @defer(if: null) { users { id } } }",
        &["1:18 expected value of type Boolean!, found null"],
    ),
];

#[tokio::test]
async fn wrong_uses_are_refused_where_they_are() {
    let router = Running::start(settings()).await;
    for accept in [JSON, "multipart/mixed, application/json"] {
        let mut wrong = Vec::new();
        for (name, query, expected) in WRONG {
            let request =
                router.request(Method::POST, "/graphql").header("content-type", JSON).header("accept", accept);
            let answer = router.send(request, json!({ "query": query }).to_string()).await;
            let json = answer.json();
            let findings = json["errors"].as_array().unwrap_or_else(|| panic!("{name}: {json}")).iter().map(|error| {
                let place = &error["locations"][0];
                format!("{}:{} {}", place["line"], place["column"], error["message"].as_str().unwrap_or_default())
            });
            let findings: Vec<String> = findings.collect();
            if findings != *expected || answer.code() != "GRAPHQL_VALIDATION_FAILED" {
                wrong.push((name, answer.code(), findings));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    assert!(router.blog.requests().is_empty());
}

#[tokio::test]
async fn right_uses_are_answered_at_once_where_parts_are_not_accepted() {
    let router = Running::start(settings()).await;
    let cases = [
        ("{ users { id ... @defer { name } } }", json!({})),
        (r#"{ users @stream(label: "a", initialCount: 0) { id name } }"#, json!({})),
        (
            "{ users @stream(initialCount: 1) { id } ...A } fragment A on Query { users @stream(initialCount: 1) { name } }",
            json!({}),
        ),
        ("query($a: Boolean!) { users { id ... @defer(if: $a) { name } } }", json!({ "a": false })),
        ("query($a: Boolean) { users { id ... @defer(if: $a) { name } } }", json!({})),
        ("query($a: Boolean = false) { users { id ... @defer(if: $a) { name } } }", json!({})),
        ("query($n: Int) { users @stream(initialCount: $n) { id name } }", json!({})),
        ("query($n: Int!) { users @stream(initialCount: $n) { id name } }", json!({ "n": 2 })),
    ];
    let whole = router.ask("{ users { id name } }").await;
    for (query, variables) in cases {
        assert_eq!(router.ask_with(query, variables).await.text(), whole.text(), "{query}");
    }
    let renamed = router.ask(r#"mutation { rename(id: 1, name: "a") { id ... @defer { name } } }"#).await;
    assert_eq!(renamed.code(), "", "{}", renamed.text());
}

#[tokio::test]
async fn variables_of_the_directives_are_checked() {
    let router = Running::start(settings()).await;
    let counted = "query($n: Int = 1) { users @stream(initialCount: $n) { id } }";
    let conditional = "query($a: Boolean) { users { ... @defer(if: $a) { id } } }";
    let cases = [
        (counted, json!({ "n": -1 }), "`$n` is an `initialCount` and must not be negative"),
        (counted, json!({ "n": null }), "`$n` is an `initialCount` and must not be null"),
        (conditional, json!({ "a": null }), "`$a` is the `if` of a directive and must not be null"),
    ];
    for (query, variables, message) in cases {
        let answer = router.ask_with(query, variables).await;
        assert_eq!(
            (answer.code().as_str(), &answer.json()["errors"][0]["message"]),
            ("BAD_USER_INPUT", &json!(message))
        );
    }
    let other = "query A($n: Int = -1) { users @stream(initialCount: $n) { id } } query B { users { id } }";
    let body = json!({ "query": other, "operationName": "B" }).to_string();
    assert_eq!(router.send(router.post(), body).await.code(), "", "it is another operation's variable");
}

#[tokio::test]
async fn introspection_shows_the_directives_where_they_are_switched_on() {
    let query = "{ __schema { directives { name locations args { name defaultValue } } } }";
    let shown = |answer: serde_json::Value| {
        let directives = answer["data"]["__schema"]["directives"].as_array().unwrap().clone();
        directives
            .into_iter()
            .filter(|known| matches!(known["name"].as_str(), Some("defer" | "stream")))
            .collect::<Vec<_>>()
    };
    let condition = json!({ "name": "if", "defaultValue": "true" });
    let label = json!({ "name": "label", "defaultValue": null });
    let count = json!({ "name": "initialCount", "defaultValue": "0" });
    let expected = [
        json!({ "name": "defer", "locations": ["FRAGMENT_SPREAD", "INLINE_FRAGMENT"], "args": [condition, label] }),
        json!({ "name": "stream", "locations": ["FIELD"], "args": [condition, label, count] }),
    ];
    let router = Running::start(settings()).await;
    assert_eq!(shown(router.ask(query).await.json()), expected);

    let mut config = settings();
    config.incremental_delivery.enabled = false;
    let router = Running::start(config).await;
    assert_eq!(shown(router.ask(query).await.json()), [json!(null); 0]);
    let refused = router.ask("{ ... @defer { users { id } } }").await;
    assert_eq!(refused.code(), "GRAPHQL_VALIDATION_FAILED", "{}", refused.text());
}
