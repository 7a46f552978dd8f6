//! How the payloads of a response in parts are put into one body. "Incremental Delivery over HTTP" (proposal to GraphQL
//! over HTTP), and "GraphQL over Server-Sent Events Protocol", distinct connections mode.

use bytes::{Bytes, BytesMut};
use http::HeaderValue;

/// The form of the payloads as clients name it, in the parameter `incrementalSpec`.
pub(crate) const INCREMENTAL_SPEC: &str = "v0.2";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PayloadFormat {
    /// `multipart/mixed`.
    Multipart {
        /// The client named [`INCREMENTAL_SPEC`], and is told that it gets it.
        names_spec: bool,
    },
    /// `multipart/mixed` with each response as the `payload` of an object, as clients know it for subscriptions.
    SubscriptionMultipart,
    /// `text/event-stream`.
    EventStream,
}

const MULTIPART_START: &[u8] = b"\r\n---";
const MULTIPART_HEADERS: &[u8] = b"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n";
const MULTIPART_END: &[u8] = b"--\r\n";
const EVENT_START: &[u8] = b"event: next\ndata: ";
const EVENT_END: &[u8] = b"\n\n";
const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";
/// A comment, which clients ignore.
const KEEP_ALIVE: &[u8] = b":\n\n";

/// The form of multipart responses to subscriptions, in the parameter `subscriptionSpec`.
pub(crate) const SUBSCRIPTION_SPEC: &str = "1.0";
const SUBSCRIPTION_KEEP_ALIVE: &[u8] = b"{}";

impl PayloadFormat {
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            PayloadFormat::Multipart { names_spec: false } => "multipart/mixed; boundary=\"-\"",
            PayloadFormat::Multipart { names_spec: true } => "multipart/mixed; boundary=\"-\"; incrementalSpec=v0.2",
            PayloadFormat::SubscriptionMultipart => "multipart/mixed; boundary=\"-\"; subscriptionSpec=1.0",
            PayloadFormat::EventStream => "text/event-stream; charset=utf-8",
        })
    }

    /// The body from one payload up to where the next can be told from it: readers of multipart see that a part is complete
    /// by what follows it, so the delimiter goes with the part before it.
    pub(crate) fn payload(self, json: &[u8], is_first: bool, is_last: bool) -> Bytes {
        let mut bytes = BytesMut::with_capacity(json.len() + 96);
        match self {
            PayloadFormat::Multipart { .. } => part(&mut bytes, &[json], (is_first, is_last)),
            PayloadFormat::SubscriptionMultipart => {
                part(&mut bytes, &[b"{\"payload\":", json, b"}"], (is_first, is_last));
            }
            PayloadFormat::EventStream => {
                bytes.extend_from_slice(EVENT_START);
                let start = bytes.len();
                bytes.extend_from_slice(json);
                // A subgraph's values are passed on as they came. The line breaks between their parts would end the event's
                // line; within a JSON string there are none.
                for byte in &mut bytes[start..] {
                    if matches!(*byte, b'\n' | b'\r') {
                        *byte = b' ';
                    }
                }
                bytes.extend_from_slice(EVENT_END);
                if is_last {
                    bytes.extend_from_slice(COMPLETE);
                }
            }
        }
        bytes.freeze()
    }

    /// The end of a body whose last payload was not known to be that.
    pub(crate) fn end(self, is_first: bool) -> Bytes {
        Bytes::from_static(match (self, is_first) {
            (PayloadFormat::EventStream, _) => COMPLETE,
            (_, true) => b"\r\n-----\r\n",
            (_, false) => MULTIPART_END,
        })
    }

    pub(crate) fn has_keep_alive(self) -> bool {
        !matches!(self, PayloadFormat::Multipart { .. })
    }

    /// What can be sent while there is nothing to say.
    pub(crate) fn keep_alive(self, is_first: bool) -> Bytes {
        match self {
            PayloadFormat::EventStream => Bytes::from_static(KEEP_ALIVE),
            _ => {
                let mut bytes = BytesMut::with_capacity(96);
                part(&mut bytes, &[SUBSCRIPTION_KEEP_ALIVE], (is_first, false));
                bytes.freeze()
            }
        }
    }
}

fn part(bytes: &mut BytesMut, pieces: &[&[u8]], (is_first, is_last): (bool, bool)) {
    if is_first {
        bytes.extend_from_slice(MULTIPART_START);
    }
    bytes.extend_from_slice(MULTIPART_HEADERS);
    pieces.iter().for_each(|piece| bytes.extend_from_slice(piece));
    bytes.extend_from_slice(MULTIPART_START);
    if is_last {
        bytes.extend_from_slice(MULTIPART_END);
    }
}
