//! `hansa subgraph` without a platform around it: closed by default, open with `--dev`, whole after a kill.

use crate::{http, process::Running, scratch::Scratch};
use hansa_event_sourcing::Clock;
use hansa_passport::{Claims, HEADER, LIFETIME, Minter, SigningKeys};
use serde_json::{Value, json};
use std::time::Duration;

struct Alone {
    scratch: Scratch,
    minter: Minter,
}

impl Alone {
    fn new() -> Alone {
        let scratch = Scratch::new();
        let keys = SigningKeys::open(&scratch.path("keys.json"), LIFETIME, Clock::system().now()).unwrap();
        Alone { scratch, minter: Minter::new(keys) }
    }

    fn start(&self, name: &str, more: &[&str]) -> Running {
        let (data, keys) = (self.scratch.path("data"), self.scratch.path("keys.json"));
        let (data, keys) = (data.to_str().unwrap(), keys.to_str().unwrap());
        let arguments = ["subgraph", name, "--data", data, "--passport-keys", keys, "--listen", "127.0.0.1:0"];
        Running::start(&[&arguments[..], more].concat())
    }

    fn ask(&self, subgraph: &Running, name: &str, query: &str) -> Value {
        let passport = self.minter.mint(&Claims::default(), &[name], Clock::system().now()).unwrap();
        let body = json!({ "query": query }).to_string();
        let headers = format!("{HEADER}: {passport}\r\n");
        http::post_with_headers(&subgraph.origin(), "/graphql", &headers, &body).unwrap().json()
    }
}

#[test]
fn production_shows_no_schema_and_development_does() {
    let alone = Alone::new();
    let introspection = "{ __schema { queryType { name } } }";
    for name in ["identity", "catalog", "social", "node"] {
        let closed = alone.start(name, &[]);
        let answer = alone.ask(&closed, name, introspection);
        assert!(answer["errors"].is_array() && answer["data"]["__schema"].is_null(), "{name}: {answer}");
        assert_eq!(alone.ask(&closed, name, "{ __typename }")["data"]["__typename"], "Query", "{name}");
        drop(closed);
        let open = alone.start(name, &["--dev"]);
        assert_eq!(alone.ask(&open, name, introspection)["data"]["__schema"]["queryType"]["name"], "Query", "{name}");
    }
}

#[test]
fn siblings_share_a_directory_and_twins_do_not() {
    let alone = Alone::new();
    let catalog = alone.start("catalog", &[]);
    let social = alone.start("social", &[]);
    let identity = alone.start("identity", &[]);
    for one in [&catalog, &social, &identity] {
        assert_eq!(http::get(&one.origin(), "/ready").unwrap().status, 200);
    }
    let mut twin = alone.start("catalog", &[]);
    assert_eq!(twin.end_within(Duration::from_secs(10)).code(), Some(2));
    assert!(twin.stderr().contains("another process"), "{}", twin.stderr());
    let mut social = social;
    social.signal("TERM");
    assert!(social.end_within(Duration::from_secs(10)).success(), "{}", social.stderr());
    catalog.signal("KILL");
    drop(catalog);
    assert_eq!(http::get(&alone.start("catalog", &[]).origin(), "/health").unwrap().status, 200);
}
