//! A changed supergraph file is taken over while requests go on; a bad one is refused and the old one keeps serving.

use crate::{
    http,
    process::Server,
    scratch::{Scratch, demo_argument, demo_supergraph_at, demo_text},
};
use serde_json::json;

#[test]
fn a_bad_file_is_refused_and_a_good_one_is_served() {
    let accounts = Server::start(&[
        "mock",
        "--sdl",
        &demo_argument("subgraphs/accounts.graphql"),
        "--data",
        &demo_argument("subgraphs/accounts.json"),
    ]);
    let url = format!("{}/graphql", accounts.origin);
    let good = demo_supergraph_at(&[("accounts", &url)]);
    let scratch = Scratch::new();
    let supergraph = scratch.file("supergraph.graphql", &good);
    let router = Server::start(&["router", "--supergraph", &supergraph]);
    let serves = || http::query(&router.origin, "{ me { displayName } }")["data"]["me"]["displayName"].is_string();
    assert!(serves());

    scratch.file("supergraph.graphql", "type Query { broken");
    router.wait_for("refusal of the bad file", || router.log().contains("refused"));
    assert!(serves(), "the old supergraph keeps serving");
    assert_eq!(router.get("/ready").status, 200);

    let renamed = demo_text("supergraph.graphql").replace("  me: Member", "  myself: Member");
    let renamed = renamed.replace("http://127.0.0.1:4001/accounts/graphql", &url);
    scratch.file("supergraph.graphql", &renamed);
    let body = json!({ "query": "{ me { displayName } }" }).to_string();
    router.wait_for("the new supergraph", || {
        http::post(&router.origin, "/graphql", &body).unwrap().json()["errors"].is_array()
    });

    scratch.file("supergraph.graphql", &good);
    router.wait_for("the first supergraph again", || {
        http::post(&router.origin, "/graphql", &body).unwrap().json()["errors"].is_null()
    });
    assert!(serves());
}
