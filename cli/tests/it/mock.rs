//! `hansa mock`: a right subgraph by default, and each knob's kind of wrong.

use crate::{
    http,
    process::{Server, call},
    scratch::{Scratch, demo_argument},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ME: &str = r#"{"query":"{ me { displayName } }"}"#;

fn accounts(more: &[&str]) -> Server {
    let (sdl, data) = (demo_argument("subgraphs/accounts.graphql"), demo_argument("subgraphs/accounts.json"));
    let mut arguments = vec!["mock", "--sdl", &sdl, "--data", &data];
    arguments.extend(more);
    Server::start(&arguments)
}

#[test]
fn answers_fields_entities_and_its_sdl() {
    let mock = accounts(&[]);
    assert!(mock.printed.contains("accounts"), "{}", mock.printed);
    assert_eq!(http::query(&mock.origin, "{ me { displayName } }")["data"]["me"]["displayName"], "Inês Duarte");
    let entities =
        r#"{ _entities(representations: [{ __typename: "Member", handle: "lev" }]) { ... on Member { id } } }"#;
    assert_eq!(http::query(&mock.origin, entities)["data"]["_entities"], json!([{ "id": "m-4" }]));
    let sdl = &http::query(&mock.origin, "{ _service { sdl } }")["data"]["_service"]["sdl"];
    assert!(sdl.as_str().unwrap().contains("type Member"), "{sdl}");
}

#[test]
fn invents_what_no_data_file_gives() {
    let sdl = demo_argument("subgraphs/accounts.graphql");
    let (one, another) = (Server::start(&["mock", "--sdl", &sdl]), Server::start(&["mock", "--sdl", &sdl]));
    let operation = "{ me { id displayName memberSince } }";
    let answer = http::query(&one.origin, operation);
    assert!(answer["data"]["me"]["displayName"].is_string(), "{answer}");
    assert_eq!(answer, http::query(&another.origin, operation), "inventions depend on names only");
}

#[test]
fn delays() {
    let mock = accounts(&["--delay-ms", "300"]);
    let start = Instant::now();
    http::query(&mock.origin, "{ me { displayName } }");
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn answers_with_another_status() {
    assert_eq!(http::post(&accounts(&["--status", "503"]).origin, "/graphql", ME).unwrap().status, 503);
}

#[test]
fn truncates() {
    let answer = http::post(&accounts(&["--truncate-bytes", "20"]).origin, "/graphql", ME).unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 20), "{}", answer.text());
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
}

#[test]
fn breaks_off() {
    let answer = http::post(&accounts(&["--break-off-bytes", "20"]).origin, "/graphql", ME);
    // Whether the bytes come before the connection's end is up to the kernel.
    assert!(answer.is_err() || answer.is_ok_and(|answer| serde_json::from_slice::<Value>(&answer.body).is_err()));
}

#[test]
fn answers_with_errors() {
    let answer = http::post(&accounts(&["--error", "the sea is closed"]).origin, "/graphql", ME).unwrap().json();
    assert_eq!(answer["errors"][0]["message"], "the sea is closed");
    assert!(answer.get("data").is_none());
}

#[test]
fn fails_every_second_request() {
    let mock = accounts(&["--fail-every", "2"]);
    let statuses: Vec<u16> = (0..4).map(|_| http::post(&mock.origin, "/graphql", ME).unwrap().status).collect();
    assert_eq!(statuses, [200, 500, 200, 500]);
}

#[test]
fn pads_and_damages_bodies() {
    let padded = http::post(&accounts(&["--pad-bytes", "100000"]).origin, "/graphql", ME).unwrap();
    assert!(padded.body.len() > 100_000);
    let html = http::post(&accounts(&["--body", "html"]).origin, "/graphql", ME).unwrap();
    assert!(html.text().contains("<html"), "{}", html.text());
}

#[test]
fn headers_override_knobs_only_where_allowed() {
    let with_header =
        |mock: &Server| http::post_with_headers(&mock.origin, "/graphql", "x-mock-status: 418\r\n", ME).unwrap().status;
    assert_eq!(with_header(&accounts(&[])), 200);
    assert_eq!(with_header(&accounts(&["--allow-headers"])), 418);
}

#[test]
fn refuses_wrong_calls_and_wrong_files() {
    let scratch = Scratch::new();
    let sdl = demo_argument("subgraphs/accounts.graphql");
    let called = call(&["mock", "--sdl", &sdl, "--body", "htlm"]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("html"), "{}", called.stderr);
    assert_eq!(call(&["mock", "--sdl", "no-such-file.graphql"]).status, 2);
    assert_eq!(call(&["mock", "--sdl", &sdl, "--status", "99"]).status, 2);
    let data = scratch.file("data.json", r#"{ "entities": { "Membr": [] } }"#);
    let called = call(&["mock", "--sdl", &sdl, "--data", &data]);
    assert_eq!(called.status, 1, "{}", called.stderr);
    assert!(called.stderr.contains("Membr"), "{}", called.stderr);
    let sdl = scratch.file("broken.graphql", "type Query {");
    assert_eq!(call(&["mock", "--sdl", &sdl]).status, 1);
}
