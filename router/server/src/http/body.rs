//! The bodies of our responses: almost always complete, and as payloads where a client takes them as they are ready. Large
//! ones are in parts, each of which is freed when it has been sent.

use crate::http::payload_body::{PayloadBody, ResponseBrokenOff};
use bytes::Bytes;
use hansa_executor::HeldBytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use std::{
    pin::Pin,
    task::{Context, Poll},
    vec,
};

#[derive(Debug)]
pub(crate) enum RouterBody {
    Whole(Full<Bytes>),
    Parts(Box<PartsBody>),
    Payloads(Box<PayloadBody>),
}

/// A complete body that is not one piece of memory.
#[derive(Debug)]
pub(crate) struct PartsBody {
    parts: vec::IntoIter<Bytes>,
    bytes_left: u64,
    /// Counts until the last part is on its way.
    _held: HeldBytes,
}

impl PartsBody {
    pub(crate) fn new(parts: Vec<Bytes>, held: HeldBytes) -> PartsBody {
        let bytes_left = parts.iter().map(|part| part.len() as u64).sum();
        PartsBody { parts: parts.into_iter(), bytes_left, _held: held }
    }

    fn next_part(&mut self) -> Option<Bytes> {
        let part = self.parts.next()?;
        self.bytes_left -= part.len() as u64;
        Some(part)
    }
}

impl Default for RouterBody {
    fn default() -> Self {
        RouterBody::Whole(Full::default())
    }
}

impl From<Bytes> for RouterBody {
    fn from(bytes: Bytes) -> RouterBody {
        RouterBody::Whole(Full::new(bytes))
    }
}

impl Body for RouterBody {
    type Data = Bytes;
    type Error = ResponseBrokenOff;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, ResponseBrokenOff>>> {
        match self.get_mut() {
            RouterBody::Whole(body) => {
                Pin::new(body).poll_frame(cx).map(|frame| frame.map(|frame| frame.map_err(|never| match never {})))
            }
            RouterBody::Parts(body) => Poll::Ready(body.next_part().map(|part| Ok(Frame::data(part)))),
            RouterBody::Payloads(body) => body.poll_payload(cx).map(|bytes| bytes.map(|bytes| bytes.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            RouterBody::Whole(body) => body.is_end_stream(),
            RouterBody::Parts(body) => body.bytes_left == 0,
            RouterBody::Payloads(body) => body.has_ended(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            RouterBody::Whole(body) => body.size_hint(),
            RouterBody::Parts(body) => SizeHint::with_exact(body.bytes_left),
            RouterBody::Payloads(_) => SizeHint::default(),
        }
    }
}
