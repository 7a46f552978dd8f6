//! `hansa router` in front of `hansa mock` processes.

use crate::{
    held_subgraph::HeldSubgraph,
    http,
    process::{Server, call},
    scratch::{Scratch, demo_argument, demo_file, demo_supergraph_at, demo_text},
};
use expect_test::expect_file;
use serde_json::{Value, json};
use std::{fs, thread};

fn mock(name: &str, more: &[&str]) -> Server {
    let (sdl, data) =
        (demo_argument(&format!("subgraphs/{name}.graphql")), demo_argument(&format!("subgraphs/{name}.json")));
    let mut arguments = vec!["mock", "--sdl", &sdl, "--data", &data];
    arguments.extend(more);
    Server::start(&arguments)
}

fn graphql(server: &Server) -> String {
    format!("{}/graphql", server.origin)
}

#[test]
fn answers_over_subgraphs_in_other_processes() {
    let (accounts, catalog, reviews, stock) =
        (mock("accounts", &[]), mock("catalog", &[]), mock("reviews", &[]), mock("stock", &[]));
    let scratch = Scratch::new();
    let supergraph = demo_supergraph_at(&[
        ("accounts", &graphql(&accounts)),
        ("catalog", &graphql(&catalog)),
        ("reviews", &graphql(&reviews)),
        ("stock", &graphql(&stock)),
    ]);
    let supergraph = scratch.file("supergraph.graphql", &supergraph);
    let router = Server::start(&["router", "--supergraph", &supergraph]);
    let operations = fs::read_dir(demo_file("operations")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> =
        operations.filter_map(|file| file.to_str()?.strip_suffix(".graphql").map(str::to_owned)).collect();
    names.sort();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        let answer = http::query(&router.origin, &demo_text(&format!("operations/{name}.graphql")));
        let expected = demo_file(&format!("operations/{name}.response.json"));
        expect_file![expected].assert_eq(&format!("{:#}\n", without_trace(answer)));
    }
}

/// Each answer has another trace, so its id is no part of what is expected.
fn without_trace(mut answer: Value) -> Value {
    let errors = answer.get_mut("errors").and_then(Value::as_array_mut);
    for error in errors.into_iter().flatten() {
        if let Some(extensions) = error["extensions"].as_object_mut() {
            assert!(extensions.remove("traceId").is_some(), "every error names its trace: {error}");
        }
    }
    answer
}

#[test]
fn a_subgraph_killed_in_the_middle_of_a_query_costs_its_fields_only() {
    let mut accounts = mock("accounts", &["--delay-ms", "600000"]);
    let catalog = HeldSubgraph::new(r#"{"data":{"pieces":[{"title":"Bowl"}]}}"#);
    let scratch = Scratch::new();
    let supergraph = demo_supergraph_at(&[("accounts", &graphql(&accounts)), ("catalog", &catalog.url)]);
    let supergraph = scratch.file("supergraph.graphql", &supergraph);
    let router = Server::start(&["router", "--supergraph", &supergraph]);
    let origin = router.origin.clone();
    let query = thread::spawn(move || http::query(&origin, "{ me { displayName } pieces { title } }"));
    catalog.wait_for_request();
    accounts.signal("KILL");
    accounts.end_within(std::time::Duration::from_secs(10));
    catalog.release();
    let answer = query.join().unwrap();
    assert_eq!(answer["data"], json!({ "me": null, "pieces": [{ "title": "Bowl" }] }));
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{answer:#}");
    assert_eq!(errors[0]["path"], json!(["me"]));
    assert!(!errors[0].to_string().contains("127.0.0.1"), "no internal address: {answer:#}");
    assert_eq!(router.get("/ready").status, 200);
}

#[test]
fn continues_the_callers_trace_towards_subgraphs() {
    let accounts = HeldSubgraph::new(r#"{"data":{"me":{"displayName":"Inês"}}}"#);
    let scratch = Scratch::new();
    let supergraph = scratch.file("supergraph.graphql", &demo_supergraph_at(&[("accounts", &accounts.url)]));
    let router = Server::start(&["router", "--supergraph", &supergraph]);
    let origin = router.origin.clone();
    let query = thread::spawn(move || {
        let headers = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntracestate: a=b\r\n";
        http::post_with_headers(&origin, "/graphql", headers, r#"{"query":"{ me { displayName } }"}"#)
    });
    let request = accounts.wait_for_request();
    accounts.release();
    assert_eq!(query.join().unwrap().unwrap().status, 200);
    assert!(request.contains("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-"), "{request}");
    assert!(!request.contains("00f067aa0ba902b7"), "each hop has its own span: {request}");
    assert!(request.contains("tracestate: a=b"), "{request}");
}

#[test]
fn is_closed_by_default_and_open_with_dev() {
    let supergraph = demo_argument("supergraph.graphql");
    let router = Server::start(&["router", "--supergraph", &supergraph]);
    assert_ne!(router.get("/").status, 200, "no playground in production");
    let body = json!({ "query": "{ __schema { queryType { name } } }" }).to_string();
    let answer = http::post(&router.origin, "/graphql", &body).unwrap().json();
    assert!(answer["errors"].is_array(), "no introspection in production: {answer}");
    drop(router);
    let router = Server::start(&["router", "--supergraph", &supergraph, "--dev"]);
    assert_eq!(router.get("/").status, 200);
    let answer = http::post(&router.origin, "/graphql", &body).unwrap().json();
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
}

#[test]
fn has_health_and_metrics() {
    let router = Server::start(&["router", "--supergraph", &demo_argument("supergraph.graphql")]);
    assert_eq!(router.get("/health").status, 200);
    let metrics = router.get("/metrics").text();
    assert!(metrics.contains("process_resident_memory_bytes"), "{metrics}");
}

#[test]
fn says_which_port_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let called = call(&["router", "--supergraph", &demo_argument("supergraph.graphql"), "--listen", &address]);
    assert_eq!(called.status, 2, "{}", called.stderr);
    assert!(called.stderr.contains(&address) && called.stderr.contains("--listen"), "{}", called.stderr);
}

#[test]
fn serves_on_when_nobody_reads_its_log() {
    let scratch = Scratch::new();
    let config = scratch.file("router.yaml", "logs:\n  requests: true\n");
    let supergraph = demo_argument("supergraph.graphql");
    let router = Server::start_unheard(&["router", "--supergraph", &supergraph, "--config", &config]);
    for _ in 0..3 {
        assert_eq!(http::query(&router.origin, "{ __typename }")["data"]["__typename"], "Query");
    }
}

#[test]
fn log_lines_are_json_with_the_trace_in_production() {
    let scratch = Scratch::new();
    let config = scratch.file("router.yaml", "logs:\n  requests: true\n");
    let supergraph = demo_argument("supergraph.graphql");
    let router = Server::start(&["router", "--supergraph", &supergraph, "--config", &config]);
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers = format!("traceparent: 00-{trace_id}-00f067aa0ba902b7-01\r\n");
    let answer =
        http::post_with_headers(&router.origin, "/graphql", &headers, r#"{"query":"{ __typename }"}"#).unwrap();
    assert_eq!(answer.json()["data"]["__typename"], "Query");
    router.wait_for("log line of the request", || router.log().contains(trace_id));
    for line in router.log().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
}
