//! One router process through every kind of bad answer: each costs the subgraph's fields only, and memory stays bounded.

use crate::{
    http,
    process::Server,
    scratch::{Scratch, demo_argument, demo_supergraph_at},
};
use serde_json::{Value, json};

/// Request header of the mock and its value.
const KNOBS: [(&str, &str); 17] = [
    ("delay-ms", "60000"),
    ("status", "500"),
    ("status", "404"),
    ("truncate-bytes", "30"),
    ("break-off-bytes", "30"),
    ("error", "out of order"),
    ("pad-bytes", "20000000"),
    ("body", "empty"),
    ("body", "html"),
    ("body", "endless"),
    ("body", "deep"),
    ("body", "invalid-utf8"),
    ("body", "duplicate-keys"),
    ("body", "extra-entities"),
    ("body", "fewer-entities"),
    ("body", "wrong-types"),
    ("body", "no-data"),
];

const SETTINGS: &str = "
subgraph_defaults:
  timeout: 2s
  connect_timeout: 1s
  body_bytes_max: 2MiB
headers:
  all:
    - propagate: { matching: 'x-mock-*' }
";

const MEMORY_BYTES_MAX: u64 = 256 << 20;

fn mock(name: &str, more: &[&str]) -> Server {
    let (sdl, data) =
        (demo_argument(&format!("subgraphs/{name}.graphql")), demo_argument(&format!("subgraphs/{name}.json")));
    let mut arguments = vec!["mock", "--sdl", &sdl, "--data", &data];
    arguments.extend(more);
    Server::start(&arguments)
}

#[test]
fn every_kind_of_bad_answer_costs_that_subgraphs_fields_only() {
    let (catalog, stock) = (mock("catalog", &[]), mock("stock", &["--allow-headers"]));
    let urls = [&catalog, &stock].map(|server| format!("{}/graphql", server.origin));
    let scratch = Scratch::new();
    let supergraph = demo_supergraph_at(&[("catalog", &urls[0]), ("stock", &urls[1])]);
    let supergraph = scratch.file("supergraph.graphql", &supergraph);
    let config = scratch.file("router.yaml", SETTINGS);
    let router = Server::start(&["router", "--supergraph", &supergraph, "--config", &config]);
    for (knob, value) in KNOBS {
        let what = format!("{knob} {value}");
        let header = format!("x-mock-{knob}: {value}\r\n");
        let body = json!({ "query": "{ pieces { title inStock } }" }).to_string();
        let response = http::post_with_headers(&router.origin, "/graphql", &header, &body).unwrap();
        assert_eq!(response.status, 200, "{what}: {}", response.text());
        check(&what, &response.json());
    }
    assert_eq!(router.get("/ready").status, 200);
    assert!(!router.log().contains("internal error"), "{}", router.log());
    let metrics = router.get("/metrics").text();
    let peak = metrics.lines().find_map(|line| line.strip_prefix("process_resident_memory_peak_bytes "));
    let peak: u64 = peak.unwrap().parse().unwrap();
    assert!(peak < MEMORY_BYTES_MAX, "the router had {peak} bytes");
}

#[track_caller]
fn check(what: &str, answer: &Value) {
    let pieces = answer["data"]["pieces"].as_array().unwrap_or_else(|| panic!("{what}: {answer}"));
    assert_eq!(pieces.len(), 3, "{what}: {answer}");
    for piece in pieces {
        assert!(piece["title"].is_string(), "{what}: the other subgraph's fields are kept: {answer}");
    }
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{what}: {answer}"));
    assert!(!errors.is_empty(), "{what}: {answer}");
    for error in errors {
        // Of two `_entities` the first has filled every place before the second one, null, is seen: no place lacks data.
        let may_lack_path = what == "body duplicate-keys" && piece_counts_are_known(pieces);
        assert!(error["path"][0] == "pieces" || may_lack_path, "{what}: {answer}");
        assert!(
            error["extensions"]["code"].is_string() && error["extensions"]["traceId"].is_string(),
            "{what}: {answer}"
        );
        assert!(!error.to_string().contains("127.0.0.1"), "{what}: no internal address: {answer}");
    }
}

fn piece_counts_are_known(pieces: &[Value]) -> bool {
    pieces.iter().any(|piece| piece["inStock"].is_number())
}
