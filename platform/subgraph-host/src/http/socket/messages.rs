//! Messages of graphql-transport-ws.

use crate::GraphqlRequest;
use serde::Deserialize;
use serde_json::{Value, json};

const ID_BYTES_MAX: usize = 128;

/// From the peer.
#[derive(Debug)]
pub(super) enum Received {
    ConnectionInit,
    Ping(Option<Value>),
    Pong,
    Subscribe { id: String, request: GraphqlRequest },
    Complete { id: String },
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    payload: Option<Value>,
}

impl Received {
    /// What is wrong is for the reason of the close frame.
    pub(super) fn read(text: &str) -> Result<Received, String> {
        let wrong = |error: serde_json::Error| format!("the message is no JSON object with a type: {error}");
        let Envelope { kind, id, payload } = serde_json::from_str(text).map_err(wrong)?;
        match kind.as_str() {
            "connection_init" => object_or_none(payload).map(|_| Received::ConnectionInit),
            "ping" => object_or_none(payload).map(Received::Ping),
            "pong" => object_or_none(payload).map(|_| Received::Pong),
            "complete" => Ok(Received::Complete { id: checked(id)? }),
            "subscribe" => {
                let id = checked(id)?;
                let payload = payload.ok_or("`subscribe` needs a payload")?;
                let wrong = |error| format!("the payload of `subscribe` is no GraphQL request: {error}");
                Ok(Received::Subscribe { id, request: serde_json::from_value(payload).map_err(wrong)? })
            }
            _ => Err("a message of this type is not for a server".to_owned()),
        }
    }
}

fn object_or_none(payload: Option<Value>) -> Result<Option<Value>, String> {
    match payload {
        None | Some(Value::Object(_)) => Ok(payload),
        Some(_) => Err("the payload is no object".to_owned()),
    }
}

fn checked(id: Option<String>) -> Result<String, String> {
    match id {
        Some(id) if (1..=ID_BYTES_MAX).contains(&id.len()) => Ok(id),
        _ => Err(format!("an id is a text of 1 to {ID_BYTES_MAX} bytes")),
    }
}

pub(super) fn connection_ack() -> String {
    r#"{"type":"connection_ack"}"#.to_owned()
}

pub(super) fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
        None => r#"{"type":"pong"}"#.to_owned(),
    }
}

pub(super) fn next(id: &str, response: &[u8]) -> String {
    format!(r#"{{"id":{},"type":"next","payload":{}}}"#, json!(id), String::from_utf8_lossy(response))
}

/// `errors` is a list.
pub(super) fn error(id: &str, errors: &Value) -> String {
    json!({ "id": id, "type": "error", "payload": errors }).to_string()
}

pub(super) fn complete(id: &str) -> String {
    json!({ "id": id, "type": "complete" }).to_string()
}
