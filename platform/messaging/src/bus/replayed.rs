//! Events as an owner sends them again: one text for a few of them.

use super::{BusError, BusMessage, Headers, Outgoing};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Serialize, Deserialize)]
struct Replayed {
    subject: String,
    headers: Headers,
    /// The envelope.
    body: Box<RawValue>,
}

pub(super) fn write(messages: &[Outgoing]) -> Result<Vec<u8>, BusError> {
    let replayed = |message: &Outgoing| {
        let body = serde_json::from_slice(&message.body)?;
        Ok(Replayed { subject: message.subject.clone(), headers: message.headers.clone(), body })
    };
    let replayed: Result<Vec<Replayed>, serde_json::Error> = messages.iter().map(replayed).collect();
    let written = replayed.and_then(|replayed| serde_json::to_vec(&replayed));
    written.map_err(|error| BusError::Failed { attempted: "write an answer to a consumer", source: error.into() })
}

pub(super) fn read(answer: &[u8]) -> Result<Vec<BusMessage>, BusError> {
    let replayed: Vec<Replayed> = serde_json::from_slice(answer)
        .map_err(|error| BusError::Failed { attempted: "read the answer of an owner", source: error.into() })?;
    let message = |Replayed { subject, headers, body }| {
        let body = body.get().to_owned().into();
        BusMessage { sequence: 0, subject, headers, body }
    };
    Ok(replayed.into_iter().map(message).collect())
}
