//! What stands between the world and a subgraph.

use super::tokens::assert_refused;
use crate::{client::Client, http, system::System};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::Clock;
use hansa_passport::{Claims, HEADER, LIFETIME, Minter, SigningKeys};
use serde_json::json;

const SDL: &str = r#"{"query":"{ _service { sdl } }"}"#;

/// The router's keys, which are in the data directory.
pub(super) fn minter(system: &System, now: DateTime<Utc>) -> Minter {
    Minter::new(SigningKeys::open(&system.data.join("passport-keys.json"), LIFETIME, now).unwrap())
}

/// Asks a subgraph itself.
pub(super) fn ask(system: &System, subgraph: &str, headers: &str, body: &str) -> http::Response {
    http::post_with_headers(system.subgraph(subgraph), "/graphql", headers, body).unwrap()
}

pub(super) fn header(passport: &str) -> String {
    format!("{HEADER}: {passport}\r\n")
}

pub(crate) fn subgraphs_want_one(system: &System) {
    let now = Clock::system().now();
    let router = minter(system, now);
    let others = Minter::new(SigningKeys::in_memory(LIFETIME, now).unwrap());
    let token = Client::login(system, "ada").token.unwrap();
    let visitor = Claims::default();
    for subgraph in ["identity", "catalog", "social", "node"] {
        let good = router.mint(&visitor, &[subgraph], now).unwrap();
        let answer = ask(system, subgraph, &header(&good), SDL);
        assert_eq!(answer.status, 200, "{subgraph}: {}", answer.text());
        assert!(answer.text().contains("@link"), "{subgraph}: {}", answer.text());
        let expired = router.mint(&visitor, &[subgraph], now - LIFETIME - TimeDelta::seconds(10)).unwrap();
        let bad = [
            ("none", String::new()),
            ("an access token", format!("authorization: Bearer {token}\r\n")),
            ("an access token as passport", header(&token)),
            ("identity headers", "x-user-id: user_0\r\nx-tenant-id: tenant_0\r\n".to_owned()),
            ("signed by somebody else", header(&others.mint(&visitor, &[subgraph], now).unwrap())),
            ("for another subgraph", header(&router.mint(&visitor, &["elsewhere"], now).unwrap())),
            ("expired", header(&expired)),
            ("twice", format!("{}{}", header(&good), header(&good))),
            ("cut off", header(&good[..good.len() - 4])),
        ];
        for (what, headers) in bad {
            assert_refused(&format!("{subgraph}, {what}"), &ask(system, subgraph, &headers, SDL));
        }
        for path in ["/health", "/ready"] {
            assert_eq!(http::get(system.subgraph(subgraph), path).unwrap().status, 200, "{subgraph}{path}");
        }
        assert_eq!(http::get(system.subgraph(subgraph), "/elsewhere").unwrap().status, 401);
    }
}

pub(crate) fn spoofed_headers_count_for_nothing(system: &System) {
    let now = Clock::system().now();
    let berta = Client::login(system, "berta").data("{ viewer { id } }", &json!({}));
    let berta = berta["viewer"]["id"].as_str().unwrap();
    let claims = Claims { subject: Some(berta.to_owned()), username: Some("berta".to_owned()), ..Claims::default() };
    let passport = minter(system, now).mint(&claims, &["identity", "catalog", "social", "node"], now).unwrap();
    let spoofed = format!("x-user-id: {berta}\r\nx-tenant-id: tenant_0\r\nHansa-Passport: {passport}\r\n");
    let visitor = Client { headers: spoofed.clone(), ..Client::visitor(&system.origin) };
    let answer = visitor.answer("{ viewer { username } categories { name } }", &json!({}));
    assert_eq!(answer["data"]["viewer"], json!(null), "{answer:#}");
    assert!(answer["data"]["categories"].is_array(), "{answer:#}");
    let ada = Client { headers: spoofed, ..Client::login(system, "ada") };
    assert_eq!(ada.data("{ viewer { username } }", &json!({}))["viewer"]["username"], "ada");
}
