//! A body that is compressed while it is sent, piece by piece, so that a large one does not hold up other requests.

use super::encoder::Encoder;
use crate::http::{body::RouterBody, payload_body::ResponseBrokenOff};
use bytes::Bytes;
use http_body::{Body, Frame};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::sync::OwnedSemaphorePermit;

/// What is compressed before other requests have their turn: about a millisecond.
pub(super) const PIECE_BYTES_MAX: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct CompressedBody {
    body: RouterBody,
    /// `None` after the end.
    encoder: Option<Encoder>,
    /// Taken from the body, and not compressed yet.
    piece: Bytes,
    /// The next poll lets others go first.
    rests: bool,
    _place: OwnedSemaphorePermit,
}

impl CompressedBody {
    pub(super) fn new(body: RouterBody, encoder: Encoder, place: OwnedSemaphorePermit) -> CompressedBody {
        CompressedBody { body, encoder: Some(encoder), piece: Bytes::new(), rests: false, _place: place }
    }

    /// Whether there is a piece to compress; none after the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, ResponseBrokenOff>> {
        while self.piece.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)).transpose()? {
                Some(frame) => self.piece = frame.into_data().unwrap_or_default(),
                None => return Poll::Ready(Ok(false)),
            }
        }
        Poll::Ready(Ok(true))
    }
}

impl Body for CompressedBody {
    type Data = Bytes;
    type Error = ResponseBrokenOff;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, ResponseBrokenOff>>> {
        let this = self.get_mut();
        if this.encoder.is_none() {
            return Poll::Ready(None);
        }
        if std::mem::replace(&mut this.rests, false) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let has_piece = match ready!(this.poll_piece(cx)) {
            Ok(has_piece) => has_piece,
            Err(error) => {
                this.encoder = None;
                return Poll::Ready(Some(Err(error)));
            }
        };
        let compressed = match (has_piece, this.encoder.take()) {
            (true, Some(mut encoder)) => {
                let piece = this.piece.split_to(this.piece.len().min(PIECE_BYTES_MAX));
                encoder.write(&piece).map(|()| {
                    let compressed = encoder.take();
                    this.encoder = Some(encoder);
                    compressed
                })
            }
            (false, Some(encoder)) => encoder.finish(),
            (_, None) => Ok(Vec::new()),
        };
        match compressed {
            Ok(compressed) if compressed.is_empty() && this.encoder.is_some() => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Ok(compressed) => {
                this.rests = true;
                Poll::Ready(Some(Ok(Frame::data(compressed.into()))))
            }
            Err(error) => Poll::Ready(Some(Err(broken_off(&error)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.encoder.is_none()
    }
}

fn broken_off(error: &io::Error) -> ResponseBrokenOff {
    tracing::error!(%error, "a response could not be compressed to its end");
    ResponseBrokenOff
}
