//! `@authenticated` and `@requiresScopes` meet the token: what the caller may not read is null with an error beside it.

use crate::{
    issuer::{self, Folder, Key, claims, header, key_set},
    running::{Running, SUPERGRAPH, settings},
};
use hansa_server::{Algorithm, Config, Router};
use serde_json::{Value, json};

fn protected() -> String {
    let link = "  @link(url: \"https://specs.apollo.dev/join/v0.3\"";
    let directives = "\
  @link(url: \"https://specs.apollo.dev/authenticated/v0.1\", for: SECURITY)
  @link(url: \"https://specs.apollo.dev/requiresScopes/v0.1\", for: SECURITY)
";
    let (before, user) = SUPERGRAPH.split_once("type User ").unwrap();
    let name = "  name: String @join__field(graph: ACCOUNTS)";
    let posts = "  posts: [Post!] @join__field(graph: BLOG)";
    let user = user.replacen(name, &format!("{name} @authenticated"), 1).replacen(
        posts,
        &format!("{posts} @requiresScopes(scopes: [[\"tenant:read\", \"catalog:write\"]])"),
        1,
    );
    let before = before.replacen(link, &format!("{directives}{link}"), 1);
    format!("{before}type User {user}{DEFINITIONS}")
}

const DEFINITIONS: &str = "
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
scalar requiresScopes__Scope
directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
";

#[tokio::test]
async fn grants_come_from_the_token() {
    let (folder, key) = (Folder::new(), Key::ed());
    let config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("1")])));
    let (mut router, config) = Running::subgraphs(config, Default::default()).await;
    router.run(Router::new(config).supergraph_sdl(protected())).await;
    let body = json!({ "query": "{ user(id: 1) { id name posts { id } } }" }).to_string();
    let asked = async |scope: Option<&str>| {
        let mut request = router.post();
        if let Some(scope) = scope {
            let mut claims = claims();
            claims["scope"] = json!(scope);
            request = request.header("authorization", format!("Bearer {}", key.token(&header("EdDSA", "1"), &claims)));
        }
        let answer = router.send(request, body.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let user = answer.json()["data"]["user"].clone();
        assert_eq!(user["id"], "1", "what is open stays: {}", answer.text());
        let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
        let codes: Vec<Value> = errors.iter().map(|error| error["extensions"]["code"].clone()).collect();
        (!user["name"].is_null(), !user["posts"].is_null(), json!(codes))
    };
    assert_eq!(asked(None).await, (false, false, json!(["UNAUTHENTICATED", "UNAUTHENTICATED"])));
    assert_eq!(asked(Some("")).await, (true, false, json!(["FORBIDDEN"])));
    assert_eq!(asked(Some("tenant:read")).await, (true, false, json!(["FORBIDDEN"])));
    assert_eq!(asked(Some("catalog:write other tenant:read")).await, (true, true, json!([])));
    // The same operation, so the same document, for another caller: nothing is shared that should not be.
    assert_eq!(asked(None).await, (false, false, json!(["UNAUTHENTICATED", "UNAUTHENTICATED"])));
}

#[tokio::test]
async fn directives_without_an_issuer_are_a_start_error() {
    let (_running, config): (Running, Config) = Running::subgraphs(settings(), Default::default()).await;
    let error = Router::new(config).supergraph_sdl(protected()).bind().await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("@authenticated"), "{cause}");
    assert!(cause.contains("Configure `authentication` with an issuer"), "{cause}");
}
