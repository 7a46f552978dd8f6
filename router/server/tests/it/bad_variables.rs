//! Variables that are missing, wrong, too many or too deep; and what coercion makes of the right ones.

use crate::running::{Running, settings};
use serde_json::{Value, json};

const USERS: &str = "query($filter: Filter) { users(filter: $filter) { id } }";
const ECHO: &str = "query($int: Int, $float: Float, $flag: Boolean, $text: String) { \
                    echo(int: $int, float: $float, flag: $flag, text: $text) }";

#[tokio::test]
async fn wrong_variables_are_refused_with_their_path() {
    let router = Running::start(settings()).await;
    let cases = [
        ("query($id: ID!) { user(id: $id) { id } }", json!({}), "variable `$id` of type `ID!` has no value"),
        ("query($id: ID!) { user(id: $id) { id } }", json!({ "id": null }), "$id of type `ID!` must not be null"),
        ("query($id: ID!) { user(id: $id) { id } }", json!({ "id": 1.5 }), "$id must be of type `ID`, not 1.5"),
        (ECHO, json!({ "int": "1" }), "$int must be of type `Int`, not \"1\""),
        (ECHO, json!({ "int": 2_147_483_648_i64 }), "$int must be of type `Int`"),
        (ECHO, json!({ "float": true }), "$float must be of type `Float`, not true"),
        (ECHO, json!({ "flag": 0 }), "$flag must be of type `Boolean`, not 0"),
        (ECHO, json!({ "text": ["a"] }), "$text must be of type `String`"),
        (USERS, json!({ "filter": 1 }), "$filter must be of type `Filter`, not 1"),
        (USERS, json!({ "filter": { "unknown": 1 } }), "$filter of type `Filter` has no field `unknown`"),
        (USERS, json!({ "filter": { "rank": "KING" } }), "$filter.rank must be of type `Rank`"),
        (USERS, json!({ "filter": { "names": ["a", null] } }), "$filter.names[1] of type `String!` must not be null"),
        (USERS, json!({ "filter": { "all": [{ "limit": "x" }] } }), "$filter.all[0].limit must be of type `Int`"),
    ];
    for (query, variables, description) in cases {
        let answer = router.ask_with(query, variables).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_USER_INPUT"), "{description}");
        let json = answer.json();
        let message = json["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(description), "{message} lacks {description}");
    }
    assert!(router.accounts.requests().is_empty());
}

#[tokio::test]
async fn condition_variables_must_not_be_null() {
    let router = Running::start(settings()).await;
    let query = "query($flag: Boolean = true) { posts @skip(if: $flag) { id } }";
    let answer = router.ask_with(query, json!({ "flag": null })).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
    let answer = router.ask(query).await;
    assert_eq!(answer.json(), json!({ "data": {} }));
}

#[tokio::test]
async fn huge_and_deep_variables_are_refused() {
    let router = Running::start(settings()).await;
    let deep = (0..40).fold(json!({ "limit": 1 }), |inner, _| json!({ "all": [inner] }));
    let answer = router.ask_with(USERS, json!({ "filter": deep })).await;
    assert_eq!(answer.code(), "VARIABLES_LIMIT_EXCEEDED");

    let body = format!(
        "{{\"query\":\"{{ __typename }}\",\"variables\":{{\"a\":{}1{}}}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let answer = router.send(router.post(), body).await;
    assert_eq!(answer.code(), "VARIABLES_LIMIT_EXCEEDED");

    let answer = router.ask_with(USERS, json!({ "filter": { "names": "x".repeat(1_100_000) } })).await;
    assert_eq!(answer.code(), "VARIABLES_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn half_characters_are_refused() {
    let router = Running::start(settings()).await;
    for text in [r"\ud800", r"\udc00", r"\ud800\n", r"\uD800\uD800", r"\\\ud800", r"\udbff\\udc00"] {
        let body = format!("{{\"query\":\"{ECHO}\",\"variables\":{{\"text\":\"{text}\"}}}}");
        let answer = router.send(router.post(), body).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{text}: {}", answer.text());
    }
    assert!(router.accounts.requests().is_empty());
    for (text, expected) in [(r"\ud83d\uDE00", "😀"), (r"\\ud800", r"\ud800"), (r"\ud7ff\ue000", "\u{d7ff}\u{e000}")]
    {
        let variables = sent(&router, ECHO, &format!("{{\"text\":\"{text}\"}}")).await;
        assert_eq!(variables, json!({ "text": expected }));
    }
}

#[tokio::test]
async fn the_highest_limits_of_nesting_fit_a_threads_stack() {
    let mut config = settings();
    (config.limits.variables_depth_max, config.limits.recursion_max, config.limits.depth_max) = (512, 512, 512);
    let router = Running::start(config).await;
    let filter = format!("{}{}", "{\"all\":[".repeat(255), "]}".repeat(255));
    let body = format!("{{\"query\":\"{USERS}\",\"variables\":{{\"filter\":{filter}}}}}");
    let answer = router.send(router.post(), body).await;
    assert_ne!(answer.code(), "VARIABLES_LIMIT_EXCEEDED");
    for (open, close) in [("...{", "}"), ("friend{", "}"), ("friend{...{", "}}")] {
        let depth = 500 / close.len();
        let query = format!("{{ user(id: 1) {{ {} id {} }} }}", open.repeat(depth), close.repeat(depth));
        assert_ne!(router.ask(&query).await.code(), "RECURSION_LIMIT_EXCEEDED", "{open}");
    }
}

/// What the subgraph was sent for `variables`.
async fn sent(router: &Running, query: &str, body_variables: &str) -> Value {
    let query = serde_json::to_string(query).unwrap();
    let body = format!("{{\"query\":{query},\"variables\":{body_variables}}}");
    let answer = router.send(router.post(), body).await;
    assert_eq!(answer.code(), "", "{}", answer.text());
    let requests = router.accounts.requests();
    let request = serde_json::to_value(&requests.last().unwrap().body).unwrap();
    request["variables"].clone()
}

#[tokio::test]
async fn coercion_follows_the_types() {
    let router = Running::start(settings()).await;
    let variables = r#"{"filter": {"names": "a", "ids": [1, "2"], "rank": "MASTER"}}"#;
    let expected = json!({ "filter": { "names": ["a"], "ids": ["1", "2"], "rank": "MASTER" } });
    assert_eq!(sent(&router, USERS, variables).await, expected);

    let with_default = "query($filter: Filter = {names: \"b\"}) { users(filter: $filter) { id } }";
    assert_eq!(sent(&router, with_default, "{}").await, json!({ "filter": { "names": ["b"] } }));
    assert_eq!(sent(&router, with_default, "{\"filter\": null}").await, json!({ "filter": null }));
    assert_eq!(sent(&router, ECHO, "{\"float\": 1, \"other\": 1}").await, json!({ "float": 1 }));
    assert_eq!(sent(&router, ECHO, "{\"int\": 1, \"int\": 2}").await, json!({ "int": 2 }), "the last one counts");
    assert_eq!(sent(&router, ECHO, "{\"int\": -0}").await, json!({ "int": 0 }));
    assert_eq!(sent(&router, ECHO, "{\"text\": \"\\u0041\\n\"}").await, json!({ "text": "A\n" }));
}
