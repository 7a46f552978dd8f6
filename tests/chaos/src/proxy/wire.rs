//! The NATS client protocol as far as a proxy must know it: where a frame ends, and what it is about. A control line ends with
//! `\r\n`; those of messages name the length of what follows.

use bytes::{Bytes, BytesMut};
use serde_json::Value;
use std::fmt;

/// `INFO` and `CONNECT` are the longest lines.
const LINE_MAX: usize = 64 * 1024;
/// Far more than a server takes by default (1 MiB).
const PAYLOAD_MAX: usize = 16 * 1024 * 1024;
/// What the server sends with each message of a JetStream consumer, as the subject to answer to.
const DELIVERY: &str = "$JS.ACK.";
/// The subjects of events.
const EVENT: &str = "evt.";

/// What a frame is, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A message of a JetStream consumer: the number of its subscription, and its lane, which is the end of its subject.
    Delivery {
        subscription: Bytes,
        lane: Bytes,
    },
    /// An event that a client publishes.
    EventPublished,
    /// The server's greeting.
    Info,
    Other,
}

/// One frame, with its end of line and its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: Kind,
    pub bytes: Bytes,
}

/// Bytes that are no frame. The connection is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireError {
    LongLine,
    /// The line of a message does not end with its length, or with one that is too large.
    Length,
}

impl fmt::Display for WireError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WireError::LongLine => write!(formatter, "a line is longer than {LINE_MAX} bytes"),
            WireError::Length => write!(formatter, "a message does not say its length, or is over {PAYLOAD_MAX} bytes"),
        }
    }
}

impl std::error::Error for WireError {}

/// Takes the first frame off, once it is there as a whole.
pub fn next_frame(buffer: &mut BytesMut) -> Result<Option<Frame>, WireError> {
    let Some(end) = buffer.windows(2).take(LINE_MAX).position(|pair| pair == b"\r\n") else {
        return if buffer.len() > LINE_MAX { Err(WireError::LongLine) } else { Ok(None) };
    };
    let words: Vec<&[u8]> =
        buffer[..end].split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty()).collect();
    let (kind, payload) = meaning(&words)?;
    let length = end + 2 + payload.map_or(0, |payload| payload + 2);
    if buffer.len() < length {
        return Ok(None);
    }
    Ok(Some(Frame { kind, bytes: buffer.split_to(length).freeze() }))
}

/// What a line begins, and the length of what follows it.
fn meaning(words: &[&[u8]]) -> Result<(Kind, Option<usize>), WireError> {
    let verb = words.first().map(|verb| verb.to_ascii_uppercase()).unwrap_or_default();
    // Without an answer's subject a message has one word less; one with headers has their length as well.
    let with_reply = match verb.as_slice() {
        b"MSG" | b"HPUB" => 5,
        b"HMSG" => 6,
        b"PUB" => 4,
        b"INFO" => return Ok((Kind::Info, None)),
        _ => return Ok((Kind::Other, None)),
    };
    let last = words.last().and_then(|word| std::str::from_utf8(word).ok());
    let length = last.and_then(|length| length.parse().ok()).filter(|length| *length <= PAYLOAD_MAX);
    let length = length.filter(|_| words.len() == with_reply || words.len() + 1 == with_reply);
    let Some(length) = length else { return Err(WireError::Length) };
    let has_reply = words.len() == with_reply;
    let kind = match verb.as_slice() {
        b"MSG" | b"HMSG" if has_reply && words[3].starts_with(DELIVERY.as_bytes()) => {
            let lane = words[1].rsplit(|byte| *byte == b'.').next().unwrap_or_default();
            Kind::Delivery { subscription: Bytes::copy_from_slice(words[2]), lane: Bytes::copy_from_slice(lane) }
        }
        b"PUB" | b"HPUB" if has_reply && words[1].starts_with(EVENT.as_bytes()) => Kind::EventPublished,
        _ => Kind::Other,
    };
    Ok((kind, Some(length)))
}

/// The greeting without the addresses of servers: a client that knew them would go around the proxy.
pub fn without_addresses(info: &Bytes) -> Bytes {
    let text = info.strip_prefix(b"INFO").unwrap_or(info);
    let Ok(Value::Object(mut fields)) = serde_json::from_slice::<Value>(text.trim_ascii()) else { return info.clone() };
    fields.remove("connect_urls");
    fields.remove("ws_connect_urls");
    Bytes::from(format!("INFO {}\r\n", Value::Object(fields)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Buf as _;

    fn frames(text: &str) -> Result<Vec<Frame>, WireError> {
        let (mut buffer, mut frames) = (BytesMut::from(text), Vec::new());
        while let Some(frame) = next_frame(&mut buffer)? {
            frames.push(frame);
        }
        assert!(buffer.is_empty(), "{buffer:?} is left");
        Ok(frames)
    }

    #[test]
    fn frames_end_where_their_length_says_and_are_known_by_their_subjects() {
        let text = "INFO {\"version\":\"2.12.0\"}\r\n\
            MSG evt.orders.order.placed.03 7 $JS.ACK.EVT_ORDERS.c.1.4.4.1.0 6\r\na\r\nb\r\n\r\n\
            HMSG evt.orders.order.placed.03 8 $JS.ACK.EVT_ORDERS.c.1.4.4.1.0 12 14\r\nNATS/1.0\r\n\r\nok\r\n\
            HMSG _INBOX.x.y 8 $JS.API.whatever 12 12\r\nNATS/1.0\r\n\r\n\r\n\
            HMSG _INBOX.x.y 8 12 12\r\nNATS/1.0\r\n\r\n\r\n\
            MSG _INBOX.x.y 1 2\r\nok\r\n\
            HPUB evt.orders.order.placed.03 _INBOX.x.z 12 14\r\nNATS/1.0\r\n\r\nok\r\n\
            PUB evt.orders.order.placed.03 2\r\nok\r\n\
            PUB $JS.API.STREAM.INFO.EVT_ORDERS _INBOX.x.z 0\r\n\r\n\
            ping\r\n+OK\r\n-ERR 'Slow Consumer'\r\n";
        let frames = frames(text).expect("frames");
        let delivery = |number: &'static str| Kind::Delivery { subscription: number.into(), lane: "03".into() };
        let kinds: Vec<Kind> = frames.iter().map(|frame| frame.kind.clone()).collect();
        let mut expected = vec![Kind::Info, delivery("7"), delivery("8"), Kind::Other, Kind::Other, Kind::Other];
        expected.extend([Kind::EventPublished, Kind::Other, Kind::Other, Kind::Other, Kind::Other, Kind::Other]);
        assert_eq!(kinds, expected);
        let whole: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes.to_vec()).collect();
        assert_eq!(whole, text.as_bytes());
        assert!(frames[1].bytes.ends_with(b"a\r\nb\r\n\r\n"), "{:?}", frames[1]);
    }

    #[test]
    fn a_frame_that_is_not_there_as_a_whole_is_waited_for() {
        let text = "MSG a 1 3\r\nabc\r\n";
        for length in 0..text.len() {
            assert_eq!(next_frame(&mut BytesMut::from(&text[..length])), Ok(None), "{length} bytes");
        }
        assert_eq!(frames(text).map(|frames| frames.len()), Ok(1));
    }

    #[test]
    fn what_is_no_frame_ends_the_connection() {
        let long = "X".repeat(LINE_MAX + 2);
        assert_eq!(frames(&long), Err(WireError::LongLine));
        assert_eq!(frames(&format!("{long}\r\n")), Err(WireError::LongLine));
        for line in
            ["MSG", "MSG a 1", "MSG a 1 x", "MSG a 1 b c 3", "HMSG a 1 3", "PUB a -1", "PUB a 99999999999999999999"]
        {
            assert_eq!(frames(&format!("{line}\r\nabc\r\n")), Err(WireError::Length), "{line}");
        }
        assert_eq!(frames("PUB a 16777217\r\n"), Err(WireError::Length));
    }

    #[test]
    fn the_greeting_names_no_other_servers() {
        let info =
            Bytes::from("INFO {\"version\":\"2.12.0\",\"connect_urls\":[\"10.0.0.1:4222\"],\"jetstream\":true}\r\n");
        let info = without_addresses(&info);
        assert!(!info.windows(12).any(|part| part == b"connect_urls"), "{info:?}");
        assert!(info.starts_with(b"INFO {") && info.ends_with(b"}\r\n"), "{info:?}");
        let mut rest = info.clone();
        rest.advance(5);
        let fields: Value = serde_json::from_slice(rest.trim_ascii()).expect("JSON");
        assert_eq!(fields, serde_json::json!({ "version": "2.12.0", "jetstream": true }));
        let odd = Bytes::from("INFO what\r\n");
        assert_eq!(without_addresses(&odd), odd);
    }
}
