//! `hansa compose --watch`: composes again on every change; the output is always the last one that composed.

use super::{BROKEN, Graph, accounts, accounts_sdl, accounts_sdl_with_myself, mock_at};
use crate::{
    http,
    process::{Running, Server},
    scratch::Scratch,
};
use std::time::Duration;

fn watch(graph: &Graph, more: &[&str]) -> Running {
    let output = graph.output();
    let flags = ["compose", "--config", &graph.config, "--output", &output, "--watch", "--interval", "20ms"];
    Running::start(&[&flags, more].concat())
}

#[test]
fn every_change_is_composed_and_the_output_is_the_last_good_one() {
    let graph = Graph::new(&[("accounts", "http://a/", &accounts_sdl())]);
    let mut watch = watch(&graph, &[]);
    watch.wait_for("first supergraph", || graph.written().is_some());
    watch.wait_for("line that says so", || watch.stdout().contains("Composed 1 subgraph into"));
    let first = graph.written().unwrap();

    std::fs::remove_file(graph.output()).unwrap();
    let config = std::fs::read_to_string(&graph.config).unwrap();
    graph.folder.file("supergraph.yaml", &format!("federation_version: 2\n{config}"));
    graph.folder.file("accounts.graphql", &format!("# the same\n{}", accounts_sdl()));
    watch.wait_for("the deleted file again", || graph.written().as_ref() == Some(&first));

    graph.folder.file("accounts.graphql", BROKEN);
    watch.wait_for("error", || watch.stderr().contains("error[INVALID_GRAPHQL]"));
    assert_eq!(graph.written().unwrap(), first);

    graph.folder.file("accounts.graphql", &accounts_sdl_with_myself());
    watch.wait_for("changed field", || graph.written().unwrap().contains("myself: Member"));

    graph.folder.file("supergraph.yaml", "subgraphs: [\n");
    watch.wait_for("mistake", || watch.stderr().contains("not valid YAML"));
    let yaml = "subgraphs:\n  members: { routing_url: \"http://a/\", schema: { file: accounts.graphql } }\n";
    graph.folder.file("supergraph.yaml", yaml);
    watch.wait_for("changed name", || graph.written().unwrap().contains("\"members\""));

    std::fs::remove_file(graph.folder.path("accounts.graphql")).unwrap();
    watch.wait_for("missing file", || watch.stderr().contains("there is no such file"));
    assert!(graph.written().unwrap().contains("\"members\""));

    watch.signal("INT");
    assert_eq!(watch.end_within(Duration::from_secs(5)).code(), Some(0), "{}", watch.stderr());
}

#[test]
fn an_unchanged_graph_is_composed_once() {
    let graph = Graph::new(&[("accounts", "http://a/", &accounts_sdl())]);
    let watch = watch(&graph, &["--format", "json"]);
    watch.wait_for("first line", || watch.stdout().ends_with('\n'));
    graph.folder.file("accounts.graphql", &accounts_sdl());
    graph.folder.file("accounts.graphql", BROKEN);
    watch.wait_for("second line", || watch.stdout().matches('\n').count() > 1);
    let stdout = watch.stdout();
    let answers: Vec<serde_json::Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((answers.len(), &answers[0]["ok"], &answers[1]["ok"]), (2, &true.into(), &false.into()));
}

#[test]
fn a_running_router_takes_what_is_written() {
    let accounts = accounts();
    let graph = Graph::new(&[("accounts", &format!("{}/graphql", accounts.origin), &accounts_sdl())]);
    let watch = watch(&graph, &[]);
    watch.wait_for("first supergraph", || graph.written().is_some());
    let router = Server::start(&["router", "--supergraph", &graph.output()]);
    assert!(http::query(&router.origin, "{ me { displayName } }")["errors"].is_null());
    let sdl = accounts_sdl().replace("  me: Member\n", "  me: Member\n  more: String\n");
    graph.folder.file("accounts.graphql", &sdl);
    router.wait_for("new field", || {
        let body = r#"{"query":"{ __typename @skip(if: true) more @skip(if: true) }"}"#;
        http::post(&router.origin, "/graphql", body).unwrap().json()["errors"].is_null()
    });
}

/// A running subgraph `accounts` and a file `b.graphql`.
fn half_running(address: &str) -> Graph {
    let graph = Graph::new(&[("b", "http://b/", "type Query { b: Int }")]);
    let yaml = format!(
        "subgraphs:\n  accounts: {{ schema: {{ subgraph_url: \"http://{address}/graphql\" }} }}\n  \
         b: {{ routing_url: \"http://b/\", schema: {{ file: b.graphql }} }}\n"
    );
    graph.folder.file("supergraph.yaml", &yaml);
    graph
}

#[test]
fn a_running_subgraph_that_hangs_keeps_no_other_change_from_being_seen() {
    let folder = Scratch::new();
    let sdl = folder.file("accounts.graphql", &accounts_sdl());
    let mock = Server::start(&["mock", "--sdl", &sdl]);
    let graph = half_running(mock.origin.trim_start_matches("http://"));
    let mut watch = watch(&graph, &["--timeout", "1h"]);
    watch.wait_for("first supergraph", || graph.written().is_some());
    mock.signal("STOP");
    graph.folder.file("b.graphql", "type Query { b: Int  changed: Int }");
    watch.wait_for("change of the other", || graph.written().unwrap().contains("changed: Int"));
    assert!(graph.written().unwrap().contains("me: Member"), "the part of the one that hangs is still there");
    mock.signal("CONT");
    watch.signal("TERM");
    assert_eq!(watch.end_within(Duration::from_secs(5)).code(), Some(0), "{}", watch.stderr());
}

#[test]
fn a_running_subgraph_is_asked_again_and_its_last_answer_is_kept() {
    let folder = Scratch::new();
    let sdl = folder.file("accounts.graphql", &accounts_sdl());
    let mut mock = Server::start(&["mock", "--sdl", &sdl]);
    let address = mock.origin.trim_start_matches("http://").to_owned();
    let graph = half_running(&address);
    let watch = watch(&graph, &[]);
    watch.wait_for("first supergraph", || graph.written().is_some());

    mock.signal("KILL");
    mock.end_within(Duration::from_secs(5));
    watch.wait_for("word about it", || watch.stderr().contains("is the subgraph running? Its last SDL is taken"));
    graph.folder.file("b.graphql", "type Query { b: Int  changed: Int }");
    watch.wait_for("change of the other", || graph.written().unwrap().contains("changed: Int"));
    assert!(graph.written().unwrap().contains("me: Member"), "the dead one's part is still there");

    folder.file("accounts.graphql", &accounts_sdl_with_myself());
    let _mock = mock_at(&address, &sdl);
    watch.wait_for("change of the restarted one", || graph.written().unwrap().contains("myself: Member"));
}
