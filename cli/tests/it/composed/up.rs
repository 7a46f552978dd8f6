//! `hansa up --config`: one's own subgraphs, composed and served, and served anew when they change.

use super::{BROKEN, Graph, accounts, accounts_sdl, accounts_sdl_with_myself, mock_at};
use crate::{
    http,
    process::{Running, Server, call},
    scratch::Scratch,
};
use std::time::Duration;

const ME: &str = r#"{"query":"{ me { displayName } }"}"#;

fn is_answered(origin: &str, body: &str) -> bool {
    http::post(origin, "/graphql", body).is_ok_and(|answer| answer.json()["errors"].is_null())
}

fn up(graph: &Graph, more: &[&str]) -> Running {
    let flags = ["up", "--config", &graph.config, "--interval", "20ms", "--listen", "127.0.0.1:0"];
    Running::start(&[&flags, more].concat())
}

#[test]
fn serves_own_subgraphs_in_development_mode() {
    let accounts = accounts();
    let graph = Graph::new(&[("accounts", &format!("{}/graphql", accounts.origin), &accounts_sdl())]);
    let mut up = Server::start(&["up", "--config", &graph.config]);
    assert!(up.printed.contains("Composed 1 subgraph"), "{}", up.printed);
    assert!(is_answered(&up.origin, ME));
    assert_eq!(up.get("/").status, 200, "the playground");
    let answer = http::query(&up.origin, "{ __schema { queryType { name } } }");
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
    up.signal("INT");
    assert!(up.end_within(Duration::from_secs(10)).success(), "{}", up.log());
}

#[test]
fn a_change_is_served_and_a_broken_one_is_told_while_the_last_good_one_goes_on() {
    let accounts = accounts();
    let graph = Graph::new(&[("accounts", &format!("{}/graphql", accounts.origin), &accounts_sdl())]);
    let up = up(&graph, &[]);
    let origin = up.origin();
    up.wait_for("answer", || is_answered(&origin, ME));

    graph.folder.file("accounts.graphql", BROKEN);
    up.wait_for("error", || up.stderr().contains("error[INVALID_GRAPHQL]"));
    up.wait_for("word about it", || up.stderr().contains("the last good one keeps serving"));
    assert!(is_answered(&origin, ME));

    graph.folder.file("accounts.graphql", &accounts_sdl_with_myself());
    up.wait_for("refusal of what is gone", || !is_answered(&origin, ME));
    assert_eq!(http::get(&origin, "/ready").unwrap().status, 200);
}

#[test]
fn subgraphs_that_are_not_up_yet_are_waited_for() {
    let folder = Scratch::new();
    let sdl = folder.file("accounts.graphql", &accounts_sdl());
    let mut mock = Server::start(&["mock", "--sdl", &sdl]);
    let address = mock.origin.trim_start_matches("http://").to_owned();
    mock.signal("KILL");
    mock.end_within(Duration::from_secs(5));
    let graph = Graph::new(&[]);
    let yaml = format!("subgraphs:\n  accounts: {{ schema: {{ subgraph_url: \"http://{address}/graphql\" }} }}\n");
    graph.folder.file("supergraph.yaml", &yaml);
    let up = up(&graph, &[]);
    up.wait_for("word about it", || up.stderr().contains("is the subgraph running?"));
    let _mock = mock_at(&address, &sdl);
    let origin = up.origin();
    up.wait_for("answer", || is_answered(&origin, ME));
}

#[test]
fn a_first_composition_that_fails_ends_it_or_is_waited_out() {
    let accounts = accounts();
    let graph = Graph::new(&[("accounts", &format!("{}/graphql", accounts.origin), BROKEN)]);
    let called = call(&["up", "--config", &graph.config, "--listen", "127.0.0.1:0"]);
    assert_eq!(called.status, 1, "nobody is there to put it right: {}", called.stderr);
    assert!(called.stderr.contains("error[INVALID_GRAPHQL]"), "{}", called.stderr);

    let up = up(&graph, &["--on-failure", "wait"]);
    up.wait_for("error", || up.stderr().contains("waiting for a change"));
    graph.folder.file("accounts.graphql", &accounts_sdl());
    let origin = up.origin();
    up.wait_for("answer", || is_answered(&origin, ME));
}

#[test]
fn the_routers_settings_count_too() {
    let accounts = accounts();
    let graph = Graph::new(&[("accounts", "\"\"", &accounts_sdl())]);
    let settings = format!("subgraphs:\n  accounts:\n    url: {}/graphql\n", accounts.origin);
    let settings = graph.folder.file("router.yaml", &settings);
    let up = Server::start(&["up", "--config", &graph.config, "--router-config", &settings]);
    assert!(is_answered(&up.origin, ME));
}
