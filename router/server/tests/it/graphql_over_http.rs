//! What GraphQL over HTTP demands of good requests and of errors in the operation.

use crate::running::{GRAPHQL_RESPONSE, JSON, Running, settings};
use http::Method;
use serde_json::json;

const TYPENAME: &str = "{ __typename }";

#[tokio::test]
async fn answers_in_the_media_type_the_client_likes_best() {
    let router = Running::start(settings()).await;
    let cases = [
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (JSON, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json;q=0.5, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0, application/json;q=0.1", JSON),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0.5, */*", JSON),
        ("*/*, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json", JSON),
        ("text/html, application/json;q=0.9, */*;q=0.8", JSON),
    ];
    for (accept, expected) in cases {
        let request = router.request(Method::POST, "/graphql").header("content-type", JSON).header("accept", accept);
        let answer = router.send(request, json!({ "query": TYPENAME }).to_string()).await;
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(answer.content_type(), format!("{expected}; charset=utf-8"), "{accept}");
        assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }), "{accept}");
        assert_eq!(answer.headers["content-length"], answer.body.len().to_string(), "{accept}");
    }
}

#[tokio::test]
async fn answers_what_a_get_asks() {
    let router = Running::start(settings()).await;
    let cases = [
        "/graphql?query=%7B__typename%7D",
        "/graphql?query=query+A%7B__typename%7Dquery+B%7Ba%3A__typename%7D&operationName=A",
        "/graphql?query={__typename}&variables=&extensions=%7B%7D&other=1",
        "/graphql?query=query(%24a:Boolean!)%7B__typename%20@include(if:%24a)%7D&variables=%7B%22a%22%3Atrue%7D",
    ];
    for path in cases {
        let path = path.replace('{', "%7B").replace('}', "%7D");
        let answer = router.get(&path).await;
        assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }), "{path}");
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn mutations_need_post() {
    let router = Running::start(settings()).await;
    let answer = router.get("/graphql?query=mutation%7Brename(id:1,name:%22x%22)%7Bid%7D%7D").await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.headers["allow"], "POST");
    assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
    assert!(router.accounts.requests().is_empty());
}

#[tokio::test]
async fn null_parameters_are_absent_parameters() {
    let router = Running::start(settings()).await;
    for parameter in ["variables", "operationName", "extensions"] {
        let answer = router.send(router.post(), json!({ "query": TYPENAME, parameter: null }).to_string()).await;
        assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }), "{parameter}");
    }
    let body = json!({ "query": TYPENAME, "operationName": "", "unknown": [1], "extensions": { "some": "value" } });
    let answer = router.send(router.post(), body.to_string()).await;
    assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }));
}

#[tokio::test]
async fn errors_in_the_operation_are_a_matter_of_media_type() {
    let router = Running::start(settings()).await;
    let cases = [
        ("{", json!({}), "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", json!({}), "GRAPHQL_VALIDATION_FAILED"),
        ("query($id: ID!) { user(id: $id) { id } }", json!({ "id": null }), "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", json!({}), "OPERATION_RESOLUTION_FAILURE"),
        ("subscription { posted { id } }", json!({}), "SUBSCRIPTIONS_NOT_SUPPORTED"),
    ];
    for (query, variables, code) in cases {
        for (accept, status) in [(GRAPHQL_RESPONSE, 400), (JSON, 200)] {
            let request =
                router.request(Method::POST, "/graphql").header("content-type", JSON).header("accept", accept);
            let body = json!({ "query": query, "variables": variables }).to_string();
            let answer = router.send(request, body).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{query} {accept}");
            assert!(answer.json().get("data").is_none(), "{query} {accept}");
            let trace_id = answer.json()["errors"][0]["extensions"]["traceId"].as_str().unwrap().len();
            assert_eq!(trace_id, 32);
        }
    }
}

#[tokio::test]
async fn names_choose_the_operation() {
    let router = Running::start(settings()).await;
    let query = "query A { a: __typename } query B { b: __typename }";
    let ask = |name: &'static str| {
        let body = json!({ "query": query, "operationName": name }).to_string();
        router.send(router.post(), body)
    };
    assert_eq!(ask("B").await.json(), json!({ "data": { "b": "Query" } }));
    let unknown = ask("C").await;
    assert_eq!(unknown.code(), "OPERATION_RESOLUTION_FAILURE");
    assert_eq!(unknown.json()["errors"][0]["message"], "the document has no operation named `C`");
}

#[tokio::test]
async fn data_comes_from_the_subgraphs() {
    let router = Running::start(settings()).await;
    let answer = router.ask("{ user(id: \"7\") { id name posts { title } } }").await;
    assert_eq!(answer.status, 200);
    let json = answer.json();
    assert_eq!(json.get("errors"), None, "{json}");
    assert_eq!(json["data"]["user"]["id"], "7");
    assert!(json["data"]["user"]["posts"][0]["title"].is_string(), "{json}");
}

#[tokio::test]
async fn conditions_choose_the_plan() {
    let router = Running::start(settings()).await;
    let query = "query($deep: Boolean!) { user(id: 1) { id posts @include(if: $deep) { id } } }";
    for deep in [true, false, true] {
        let answer = router.ask_with(query, json!({ "deep": deep })).await;
        assert_eq!(answer.json()["data"]["user"].get("posts").is_some(), deep, "{}", answer.text());
    }
}
