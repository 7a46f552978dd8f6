//! What clients say in `graphql-transport-ws`, and what is said to them.

use crate::client_error::ClientError;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

#[derive(Debug)]
pub(super) enum ClientMessage {
    ConnectionInit(InitPayload),
    Ping,
    Pong,
    Subscribe {
        id: String,
        /// A GraphQL request, as far as one knows.
        payload: Box<RawValue>,
    },
    Complete {
        id: String,
    },
}

/// What is read of a `connection_init` message's payload.
#[derive(Debug, Default)]
pub(super) struct InitPayload {
    /// As the header of this name has it.
    pub(super) authorization: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Members {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    payload: Option<Box<RawValue>>,
}

/// Longer ids are somebody's mistake: they are repeated in every answer.
const ID_BYTES_MAX: usize = 256;

impl ClientMessage {
    pub(super) fn read(text: &str) -> Result<ClientMessage, String> {
        let Members { kind, id, payload } = serde_json::from_str(text)
            .map_err(|error| format!("Invalid message received: line {}, column {}", error.line(), error.column()))?;
        let id = || match id {
            None => Err(format!("Invalid message received: `{kind}` needs an `id`")),
            Some(id) if id.is_empty() => Err("Invalid message received: the `id` is empty".to_owned()),
            Some(id) if id.len() > ID_BYTES_MAX => {
                Err(format!("Invalid message received: the `id` is longer than {ID_BYTES_MAX} bytes"))
            }
            Some(id) => Ok(id),
        };
        match kind.as_str() {
            "connection_init" => InitPayload::read(payload.as_deref()).map(ClientMessage::ConnectionInit),
            "ping" => Ok(ClientMessage::Ping),
            "pong" => Ok(ClientMessage::Pong),
            "subscribe" => {
                let id = id()?;
                let payload = payload.ok_or("Invalid message received: `subscribe` needs a `payload`")?;
                Ok(ClientMessage::Subscribe { id, payload })
            }
            "complete" => Ok(ClientMessage::Complete { id: id()? }),
            _ => Err("Invalid message received: no such `type`".to_owned()),
        }
    }
}

impl InitPayload {
    fn read(payload: Option<&RawValue>) -> Result<InitPayload, String> {
        let Some(payload) = payload.filter(|payload| payload.get() != "null") else {
            return Ok(InitPayload::default());
        };
        let payload: Map<String, Value> = serde_json::from_str(payload.get())
            .map_err(|_| "Invalid message received: the `payload` must be an object".to_owned())?;
        let headers = member(&payload, "headers").and_then(Value::as_object);
        let authorization =
            [Some(&payload), headers].into_iter().flatten().find_map(|map| member(map, "authorization"));
        match authorization {
            None | Some(Value::Null) => Ok(InitPayload::default()),
            Some(Value::String(text)) => Ok(InitPayload { authorization: Some(text.clone()) }),
            Some(_) => Err("Invalid message received: `authorization` must be a string".to_owned()),
        }
    }
}

/// Names of headers have no case.
fn member<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// `{"id":…,"type":"next","payload":…}`.
pub(super) fn next(id: &str, response: &[&[u8]]) -> Bytes {
    let mut message = start(id, "next");
    message.extend_from_slice(b",\"payload\":");
    response.iter().for_each(|piece| message.extend_from_slice(piece));
    message.push(b'}');
    message.into()
}

/// The operation has ended.
pub(super) fn complete(id: &str) -> Bytes {
    let mut message = start(id, "complete");
    message.push(b'}');
    message.into()
}

/// The operation is refused, or ends here.
pub(super) fn error(id: &str, error: &ClientError, trace_id: &str) -> Bytes {
    let mut message = start(id, "error");
    message.extend_from_slice(b",\"payload\":");
    let response = error.to_json(trace_id);
    let list = response.strip_prefix(b"{\"errors\":").and_then(|rest| rest.strip_suffix(b"}"));
    message.extend_from_slice(list.unwrap_or(b"[]"));
    message.push(b'}');
    message.into()
}

fn start(id: &str, kind: &str) -> Vec<u8> {
    let id = Value::from(id).to_string();
    format!("{{\"id\":{id},\"type\":\"{kind}\"").into_bytes()
}
