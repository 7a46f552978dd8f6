//! `schema.subgraph_url`: a running subgraph that does not give its SDL leaves the question open, with status 3 and a
//! reason that says what to do.

use crate::{
    canned_server::CannedServer,
    http,
    process::{Called, Server, call, call_with_environment},
    scratch::{Scratch, demo_argument},
};
use std::net::TcpListener;

fn config_of(urls: &[(&str, &str)]) -> String {
    let subgraph = |(name, url): &(&str, &str)| format!("  {name}: {{ schema: {{ subgraph_url: \"{url}\" }} }}\n");
    format!("subgraphs:\n{}", urls.iter().map(subgraph).collect::<String>())
}

fn compose(urls: &[(&str, &str)], more: &[&str]) -> Called {
    let folder = Scratch::new();
    let config = folder.file("supergraph.yaml", &config_of(urls));
    call(&[&["compose", "--config", &config], more].concat())
}

#[track_caller]
fn is_undecided(server: &CannedServer, reason: &str) {
    let called = compose(&[("a", &server.url)], &[]);
    let expected = format!("error: subgraph `a` at {}: {reason}", server.url);
    assert!(called.stderr.starts_with(&expected), "no {expected:?} in {:?}", called.stderr);
    assert_eq!((called.status, called.stdout.as_str()), (3, ""), "{}", called.stderr);
}

#[test]
fn answers_that_are_no_sdl() {
    let json = CannedServer::json;
    is_undecided(&json("200 OK", r#"{"data":{"_service":{"sdl":"  "}}}"#), "its SDL is empty");
    is_undecided(
        &json("200 OK", "<html>hello</html>"),
        "its answer is no GraphQL response in JSON: `<html>hello</html>`",
    );
    is_undecided(&json("200 OK", ""), "its answer is no GraphQL response in JSON: it is empty");
    is_undecided(&json("200 OK", "[]"), "its answer is no GraphQL response in JSON: `[]`");
    is_undecided(
        &json("200 OK", r#"{"errors":[{"message":"go\u001b away"},{"message":"now"}]}"#),
        "it answers with errors: `go away`; `now`",
    );
    is_undecided(&json("404 Not Found", "no"), "it answers with HTTP status 404; is the path right");
    is_undecided(&json("401 Unauthorized", ""), "it answers with HTTP status 401; does it want a header?");
    is_undecided(&json("302 Found", ""), "it answers with HTTP status 302; write the URL that it redirects to");
    is_undecided(&json("503 Service Unavailable", "{}"), "it answers with HTTP status 503");
    is_undecided(&CannedServer::raw(Vec::new()), "it closed the connection without an answer\n");
    is_undecided(&CannedServer::raw(b"SSH-2.0-server\r\n".to_vec()), "its answer is not HTTP; is the port right");
    let endless = "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n";
    is_undecided(&CannedServer::raw(endless.into()), "the answer is larger than 32 MiB\n");
}

#[test]
fn a_server_that_is_no_federation_subgraph() {
    for (status, body) in [
        ("400 Bad Request", r#"{"errors":[{"message":"Cannot query field \"_service\" on type \"Query\"."}]}"#),
        ("200 OK", r#"{"errors":[{"message":"Field '_service' doesn't exist on type 'Query'"}],"data":null}"#),
        ("200 OK", r#"{"data":{"_service":null}}"#),
    ] {
        let server = CannedServer::json(status, body);
        is_undecided(&server, "it is no federation subgraph: its Query has no field `_service`.");
    }
}

#[test]
fn nobody_answers() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}/graphql", taken.local_addr().unwrap());
    let plain = CannedServer::json("200 OK", "{}").url.replace("http:", "https:");
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}/graphql", free.local_addr().unwrap());
    drop(free);
    let called = compose(&[("a", &silent), ("b", &refused), ("c", &plain)], &["--timeout", "200ms"]);
    let expected = format!(
        "error: subgraph `a` at {silent}: no complete answer within 200ms\n\
         error: subgraph `b` at {refused}: nothing answers at this address: connection refused; is the subgraph running?\n\
         error: subgraph `c` at {plain}: it speaks no TLS at this address; is it http:// and not https://?\n"
    );
    assert_eq!((called.status, called.stderr), (3, expected));
}

#[test]
fn all_are_asked_even_if_some_fail() {
    let servers: Vec<CannedServer> = (0..40).map(|_| CannedServer::json("500 Internal Server Error", "")).collect();
    let names: Vec<String> = (0..40).map(|number| format!("s{number:02}")).collect();
    let urls: Vec<(&str, &str)> =
        names.iter().zip(&servers).map(|(name, server)| (name.as_str(), server.url.as_str())).collect();
    let called = compose(&urls, &["--format", "json"]);
    assert_eq!(called.status, 3);
    let answer: serde_json::Value = serde_json::from_str(&called.stdout).unwrap();
    let errors = answer["errors"].as_array().unwrap();
    let told: Vec<&str> = errors.iter().map(|error| error["subgraph"].as_str().unwrap()).collect();
    assert_eq!(told, names);
    assert!(errors.iter().all(|error| error["code"] == "SUBGRAPH_UNAVAILABLE"), "{errors:#?}");
    assert!(servers.iter().all(|server| server.requests() == 1));
}

#[test]
fn headers_are_sent_and_never_shown() {
    let server = CannedServer::json("401 Unauthorized", "");
    let folder = Scratch::new();
    let config = folder.file(
        "supergraph.yaml",
        &format!(
            "subgraphs:\n  a:\n    schema:\n      subgraph_url: {}\n      introspection_headers:\n        \
             Authorization: Bearer ${{env.TOKEN}}\n",
            server.url
        ),
    );
    let called = call_with_environment(&["compose", "--config", &config], &[("TOKEN", "s3cret")]);
    assert_eq!(called.status, 3);
    assert!(server.last_request().contains("authorization: bearer s3cret"), "{}", server.last_request());
    assert!(server.last_request().starts_with("post /graphql "), "{}", server.last_request());
    assert!(!called.stderr.contains("s3cret"), "{}", called.stderr);
    let called = call_with_environment(&["compose", "--config", &config], &[("TOKEN", "s3cret\n")]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("is no header value") && !called.stderr.contains("s3cret"), "{}", called.stderr);
    let called = compose(&[("a", "http://me:s3cret@127.0.0.1:4001/graphql")], &[]);
    assert_eq!(called.status, 2);
    assert!(
        called.stderr.contains("such as `Authorization`") && !called.stderr.contains("s3cret"),
        "{}",
        called.stderr
    );
}

#[test]
fn nobody_is_asked_while_the_settings_are_wrong() {
    let server = CannedServer::json("200 OK", "{}");
    let folder = Scratch::new();
    let config = format!("{}  b: {{ schema: {{ file: nope.graphql }} }}\n", config_of(&[("a", &server.url)]));
    let config = folder.file("supergraph.yaml", &config);
    assert_eq!(call(&["compose", "--config", &config]).status, 2);
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_mock_subgraph_gives_its_sdl() {
    let mock = Server::start(&["mock", "--sdl", &demo_argument("subgraphs/accounts.graphql")]);
    let answer = http::query(&mock.origin, "query SubgraphSdl { _service { sdl } }");
    assert!(answer["data"]["_service"]["sdl"].as_str().unwrap().contains("type Member"), "{answer}");
    let called = compose(&[("accounts", &format!("{}/graphql", mock.origin))], &[]);
    assert!(!called.stderr.contains("subgraph `accounts` at"), "it answered: {}", called.stderr);
}
