//! Access tokens that are not good, in every way that tokens have.

use crate::{
    client::{Client, sign_in},
    http,
    system::System,
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::Clock;
use hansa_passport::SigningKeys;
use serde_json::{Value, json};

/// `{"alg":"none","typ":"at+jwt"}`, in base64 for URLs.
const HEADER_ALG_NONE: &str = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

pub(crate) fn bad_ones_are_refused(system: &System) {
    let now = Clock::system().now();
    let good = sign_in(&system.origin, "ada", "ada-demo-login");
    let ada = Client::with_token(&system.origin, &good).data("{ viewer { id } }", &json!({}));
    let subject = ada["viewer"]["id"].as_str().unwrap();
    // Identity's own keys, so that nothing but the claims is wrong.
    let own = own_keys(system, now);
    let others = SigningKeys::in_memory(LIFETIME, now).unwrap();
    let signed =
        |keys: &SigningKeys, typ: &str, changes: Value| keys.sign(&claims(subject, now, changes), typ, now).unwrap();
    let accepted = signed(&own, "at+jwt", json!({}));
    let viewer = Client::with_token(&system.origin, &accepted).data("{ viewer { username } }", &json!({}));
    assert_eq!(viewer["viewer"]["username"], "ada", "what the bad tokens are made of is good");
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("no token: {good}") };
    let bad = [
        ("expired", signed(&own, "at+jwt", json!({ "exp": (now - TimeDelta::minutes(2)).timestamp() }))),
        ("not valid yet", signed(&own, "at+jwt", json!({ "nbf": (now + TimeDelta::minutes(5)).timestamp() }))),
        ("of another audience", signed(&own, "at+jwt", json!({ "aud": "elsewhere" }))),
        ("of another issuer", signed(&own, "at+jwt", json!({ "iss": "somebody" }))),
        ("without an end", signed(&own, "at+jwt", json!({ "exp": null }))),
        ("of another kind", signed(&own, "passport+jwt", json!({}))),
        ("signed by somebody else", signed(&others, "at+jwt", json!({}))),
        ("signed by nobody", format!("{HEADER_ALG_NONE}.{payload}.")),
        ("signed by nobody, with a signature", format!("{HEADER_ALG_NONE}.{payload}.{signature}")),
        ("with another payload", format!("{header}.{}.{signature}", accepted.split('.').nth(1).unwrap())),
        ("cut off", good[..good.len() - 8].to_owned()),
        ("no token at all", "ada".to_owned()),
    ];
    for (what, token) in bad {
        let response =
            Client::with_token(&system.origin, &token).post("{ viewer { id } categories { id } }", &json!({}));
        assert_refused(what, &response);
    }
}

pub(crate) fn ends_with_its_session(system: &System) {
    let client = Client::with_token(&system.origin, &sign_in(&system.origin, "emil", "emil-demo-login"));
    client.done("sessionRevoke", "", &json!({}));
    let input = json!({ "currentPassword": "emil-demo-login", "newPassword": "emil-demo-login-2" });
    let payload = client.payload("passwordChange", "", &input);
    assert!(!payload["userErrors"].as_array().unwrap().is_empty(), "{payload:#}");
}

/// Identity's.
pub(super) fn own_keys(system: &System, now: DateTime<Utc>) -> SigningKeys {
    SigningKeys::open(&system.data.join("identity/signing-keys.json"), LIFETIME, now).unwrap()
}

pub(super) fn claims(subject: &str, now: DateTime<Utc>, changes: Value) -> Value {
    let mut claims = json!({
        "iss": "hansa-identity",
        "aud": "hansa",
        "sub": subject,
        "iat": now.timestamp(),
        "nbf": now.timestamp(),
        "exp": (now + LIFETIME).timestamp(),
        "jti": "0",
        "scope": "",
        "preferred_username": "ada",
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

#[track_caller]
pub(super) fn assert_refused(what: &str, response: &http::Response) {
    assert_eq!(response.status, 401, "{what}: {}", response.text());
    assert!(!response.text().contains("\"data\""), "{what}: {}", response.text());
}
