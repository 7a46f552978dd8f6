//! The bodies of our responses: almost always complete, and in parts where a client takes payloads as they are ready.

use crate::http::payload_body::{PayloadBody, ResponseBrokenOff};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

#[derive(Debug)]
pub(crate) enum RouterBody {
    Whole(Full<Bytes>),
    Payloads(Box<PayloadBody>),
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
            RouterBody::Payloads(body) => body.poll_payload(cx).map(|bytes| bytes.map(|bytes| bytes.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            RouterBody::Whole(body) => body.is_end_stream(),
            RouterBody::Payloads(body) => body.has_ended(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            RouterBody::Whole(body) => body.size_hint(),
            RouterBody::Payloads(_) => SizeHint::default(),
        }
    }
}
