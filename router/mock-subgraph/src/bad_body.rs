//! Bodies that a well-behaved subgraph never sends.

use crate::knobs::{BodyKind, Knobs};
use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value, json};
use std::{convert::Infallible, time::Duration};

const NESTING: usize = 100_000;
const HTML: &str = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>It is late.</body></html>";

/// The bytes to answer with instead of `response`, as the knobs want it.
pub(crate) fn body_of(knobs: &Knobs, mut response: Value) -> Vec<u8> {
    if let Some(bytes) = knobs.pad_bytes {
        response["extensions"]["padding"] = Value::from("x".repeat(bytes));
    }
    let whole = |response: &Value| response.to_string().into_bytes();
    let mut body = match knobs.body {
        None | Some(BodyKind::Endless) => whole(&response),
        Some(BodyKind::Empty) => Vec::new(),
        Some(BodyKind::Html) => HTML.as_bytes().to_vec(),
        Some(BodyKind::NoData) => whole(&json!({ "extensions": {} })),
        Some(BodyKind::Deep) => format!("{{\"data\":{}{}}}", "[".repeat(NESTING), "]".repeat(NESTING)).into_bytes(),
        Some(BodyKind::InvalidUtf8) => invalid_utf8(response),
        Some(BodyKind::DuplicateKeys) => duplicate_keys(&response),
        Some(BodyKind::ExtraEntities) => {
            change_entities(&mut response, |entities| entities.push(json!({ "__typename": "Surplus" })));
            whole(&response)
        }
        Some(BodyKind::FewerEntities) => {
            change_entities(&mut response, |entities| drop(entities.pop()));
            whole(&response)
        }
        Some(BodyKind::WrongTypes) => {
            if let Some(data) = response.get_mut("data").and_then(Value::as_object_mut) {
                data.values_mut().for_each(|value| *value = wrong_kind(value));
            }
            whole(&response)
        }
    };
    body.truncate(knobs.truncate_bytes.unwrap_or(usize::MAX));
    body
}

/// A string that never ends, at most 16 MB per second so that a test machine survives it.
pub(crate) fn endless() -> Body {
    let chunk = Bytes::from(vec![b'x'; 16 * 1024]);
    Body::from_stream(stream::unfold(true, move |is_first| {
        let chunk = if is_first { Bytes::from_static(b"{\"data\":{\"endless\":\"") } else { chunk.clone() };
        async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Some((Ok::<Bytes, Infallible>(chunk), false))
        }
    }))
}

/// The body's first bytes, and then a broken connection.
pub(crate) fn broken_off(mut body: Vec<u8>, bytes: usize) -> Body {
    body.truncate(bytes);
    let first = stream::once(async move { Ok(Bytes::from(body)) });
    let broken = stream::once(async {
        // Without a pause the server drops what it has not sent yet.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(std::io::Error::other("broken off by the mock's knob"))
    });
    Body::from_stream(first.chain(broken))
}

fn change_entities(response: &mut Value, change: impl Fn(&mut Vec<Value>)) {
    let data = response.get_mut("data").and_then(Value::as_object_mut);
    for (name, value) in data.into_iter().flatten() {
        // Routers alias the field when they put several fetches into one request.
        if let Value::Array(entities) = value
            && name.contains("_entities")
        {
            change(entities);
        }
    }
}

fn wrong_kind(value: &Value) -> Value {
    match value {
        Value::Array(_) => json!({ "not": "a list" }),
        Value::Object(_) => json!(["not an object"]),
        _ => json!({ "not": "a leaf" }),
    }
}

fn duplicate_keys(response: &Value) -> Vec<u8> {
    let Some(data) = response.get("data").and_then(Value::as_object) else {
        return response.to_string().into_bytes();
    };
    let twice = data.iter().map(|(name, value)| {
        let name = Value::from(name.as_str());
        format!("{name}:{value},{name}:null")
    });
    format!("{{\"data\":{{{}}}}}", twice.collect::<Vec<_>>().join(",")).into_bytes()
}

/// Puts two bytes that are not UTF-8 into the first string of `data`, or beside it if it has none.
fn invalid_utf8(mut response: Value) -> Vec<u8> {
    const MARK: &str = "\u{fdd0}";
    let marked = response.get_mut("data").is_some_and(mark_first_string);
    if !marked {
        response["extensions"] = Value::Object(Map::from_iter([("note".to_owned(), Value::from(MARK))]));
    }
    let text = response.to_string();
    let (before, after) = text.split_once(MARK).unwrap_or((text.as_str(), ""));
    [before.as_bytes(), &[0xff, 0xfe], after.as_bytes()].concat()
}

fn mark_first_string(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            text.push('\u{fdd0}');
            true
        }
        Value::Array(items) => items.iter_mut().any(mark_first_string),
        Value::Object(fields) => {
            fields.iter_mut().any(|(name, value)| name != "__typename" && mark_first_string(value))
        }
        _ => false,
    }
}
