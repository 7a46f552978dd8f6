//! What an event is on the bus: a subject, headers, and the envelope as JSON.

use crate::ReceivedEvent;
use bytes::Bytes;
use hansa_event_sourcing::{LoggedEvent, RecordedEvent};
use std::collections::BTreeMap;

/// The body of a message, at most. Stores refuse larger events when they are recorded.
pub(crate) const BODY_BYTES_MAX: usize = hansa_event_sourcing::EVENT_BYTES_MAX;

/// The header by which buses recognise a repetition.
pub(crate) const MESSAGE_ID: &str = "Nats-Msg-Id";

pub(crate) type Headers = BTreeMap<String, String>;

/// A message to be published.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outgoing {
    pub(crate) position: i64,
    pub(crate) subject: String,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

/// A message as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BusMessage {
    /// Its number in the stream of its context; 0 where the owner has sent it again.
    pub(crate) sequence: u64,
    pub(crate) subject: String,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

/// Where a message stands in the log of its context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) lane: i64,
    pub(crate) position: i64,
}

/// An event that is larger than a message may be.
#[derive(Debug, thiserror::Error)]
#[error(
    "the event {event_id} in lane {lane} at position {position} has {bytes} bytes, and a message may have {BODY_BYTES_MAX}"
)]
pub struct OversizedEvent {
    pub event_id: String,
    pub lane: i64,
    pub position: i64,
    pub bytes: usize,
}

impl Outgoing {
    pub(crate) fn of(context: &str, logged: &LoggedEvent) -> Result<Outgoing, OversizedEvent> {
        let LoggedEvent { lane, position, event } = logged;
        let body = serde_json::to_vec(event).expect("an envelope has texts as keys, so that it serialises");
        if body.len() > BODY_BYTES_MAX {
            let event_id = event.event_id.to_string();
            return Err(OversizedEvent { event_id, lane: *lane, position: *position, bytes: body.len() });
        }
        let subject = format!("evt.{context}.{}.{}.{lane:02}", event.aggregate, event.event_type);
        Ok(Outgoing { position: *position, subject, headers: headers(context, logged), body: Bytes::from(body) })
    }

    pub(crate) fn message_id(&self) -> &str {
        self.headers.get(MESSAGE_ID).map_or("", String::as_str)
    }
}

fn headers(context: &str, LoggedEvent { lane, position, event }: &LoggedEvent) -> Headers {
    let mut headers = Headers::new();
    let mut set = |name: &str, value: String| headers.insert(name.to_owned(), value);
    set(MESSAGE_ID, format!("{context}:{lane}:{position}"));
    set("Ev-Id", event.event_id.to_string());
    set("Ev-Type", format!("{}.{}", event.aggregate, event.event_type));
    set("Ev-Schema", event.event_version.to_string());
    set("Ev-Stream", event.stream_id.clone());
    set("Ev-Version", event.stream_version.to_string());
    set("Ev-Lane", lane.to_string());
    set("Ev-Position", position.to_string());
    let optional = [
        ("Ev-Tenant", event.tenant.map(|tenant| tenant.to_string())),
        ("Ev-Correlation", event.correlation_id.map(|id| id.to_string())),
        ("Ev-Causation", event.causation_id.map(|id| id.to_string())),
        ("traceparent", event.traceparent.clone()),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            headers.insert(name.to_owned(), value);
        }
    }
    headers
}

impl BusMessage {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// From the headers, or else from the message's id. `None`: this message stands nowhere.
    pub(crate) fn place(&self) -> Option<Place> {
        place_of(&self.headers, &self.subject)
    }

    /// `aggregate.event_type`: from the headers, or else from the subject.
    pub(crate) fn event_type(&self) -> String {
        if let Some(event_type) = self.header("Ev-Type") {
            return event_type.to_owned();
        }
        let parts: Vec<&str> = self.subject.split('.').collect();
        match parts.as_slice() {
            ["evt", _, aggregate, event_type, _] => format!("{aggregate}.{event_type}"),
            _ => String::new(),
        }
    }

    /// Reads the envelope.
    ///
    /// # Errors
    /// What is wrong with the message, for whoever looks at the dead letter.
    pub(crate) fn read(&self, source: &str) -> Result<ReceivedEvent, String> {
        let Some(Place { lane, position }) = self.place() else {
            return Err("neither its headers nor its id say its lane and position".to_owned());
        };
        if self.body.len() > BODY_BYTES_MAX {
            return Err(format!("its body has {} bytes; {BODY_BYTES_MAX} are allowed", self.body.len()));
        }
        let event: RecordedEvent =
            serde_json::from_slice(&self.body).map_err(|error| format!("its body is no envelope: {error}"))?;
        let tenant = event.tenant.map(|tenant| tenant.to_string());
        if self.header("Ev-Tenant") != tenant.as_deref() {
            let says = |tenant: Option<&str>| tenant.map_or("none".to_owned(), |tenant| format!("`{tenant}`"));
            let (header, body) = (says(self.header("Ev-Tenant")), says(tenant.as_deref()));
            return Err(format!("wrong tenant: its header says {header}, its body {body}"));
        }
        let expected = headers(source, &LoggedEvent { lane, position, event: event.clone() });
        for name in ["Ev-Id", "Ev-Type", "Ev-Schema", "Ev-Stream", "Ev-Version"] {
            if self.header(name) != expected.get(name).map(String::as_str) {
                let (found, body) = (self.header(name).unwrap_or("nothing"), &expected[name]);
                return Err(format!("its header {name} says {found}, its body {body}"));
            }
        }
        Ok(ReceivedEvent { source: source.to_owned(), lane, position, event })
    }
}

/// Lanes are 0 to 99 (two digits in the subject), positions begin at 1. Headers that contradict the subject count for
/// nothing.
pub(crate) fn place_of(headers: &Headers, subject: &str) -> Option<Place> {
    let number = |text: &str| text.parse::<i64>().ok();
    let of_headers = || Some((number(headers.get("Ev-Lane")?)?, number(headers.get("Ev-Position")?)?));
    let of_id = || {
        let mut parts = headers.get(MESSAGE_ID)?.rsplit(':');
        let position = number(parts.next()?)?;
        Some((number(parts.next()?)?, position))
    };
    let (lane, position) = of_headers().or_else(of_id)?;
    let of_subject = subject.rsplit('.').next().and_then(number);
    let is_good = (0..100).contains(&lane) && position > 0 && of_subject == Some(lane);
    is_good.then_some(Place { lane, position })
}
