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

/// Operators hand a field over, and take it back, without a restart.
#[test]
fn labels_of_overrides_are_taken_from_a_changed_settings_file() {
    let case = format!("{}/../tests/cases/override-labels", env!("CARGO_MANIFEST_DIR"));
    let mock = |name: &str| {
        let files = format!("{case}/subgraphs/{name}");
        Server::start(&["mock", "--sdl", &format!("{files}.graphql"), "--data", &format!("{files}.json")])
    };
    let (shop, warehouse) = (mock("shop"), mock("warehouse"));
    let scratch = Scratch::new();
    let settings = |more: &str| {
        let url = |server: &Server| format!("{{ url: {}/graphql }}", server.origin);
        let (shop, warehouse) = (url(&shop), url(&warehouse));
        let subgraphs = format!("subgraphs: {{ shop: {shop}, warehouse: {warehouse} }}");
        scratch.file("router.yaml", &format!("{subgraphs}\nreload: {{ interval: 20ms }}\n{more}"))
    };
    let config = settings("");
    let router = Server::start(&["router", "--config", &config, "--supergraph", &format!("{case}/supergraph.graphql")]);
    let stock = || http::query(&router.origin, "{ products { stock } }")["data"]["products"][0]["stock"].clone();
    assert_eq!(stock(), -1, "from shop");

    settings("override_labels: { new-stock: on }");
    router.wait_for("the label to be on", || stock() == 1);
    assert!(!router.log().contains("need a restart"), "{}", router.log());

    settings("override_labels: { new-stock: perhaps }");
    router.wait_for("refusal of wrong settings", || router.log().contains("changed settings refused"));
    assert!(router.log().contains("`perhaps` is not one of"), "{}", router.log());
    assert_eq!(stock(), 1, "the old ones stay");

    settings("override_labels: { new-stok: off }\nrequests_max: 7");
    router.wait_for("the label to be off", || stock() == -1);
    assert!(router.log().contains("did you mean `new-stock`?"), "{}", router.log());
    router.wait_for("a word about the rest", || router.log().contains("they need a restart"));
}
