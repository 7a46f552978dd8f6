//! One HTTP/1.1 request and its answer on one connection. The task that asks reads and writes the connection itself: no
//! other has to be woken for it, and a request that is given up takes its connection along.
//!
//! A body is read into one buffer. A waiting request has none: there may be thousands.

pub(crate) mod chunked;
pub(crate) mod outgoing;
pub(crate) mod request_head;
pub(crate) mod response_head;

use crate::{
    memory::pacing::note_work,
    subgraph_transport::{
        AskTerms, FetchFailure, HttpAnswer,
        answer_body::BodyError,
        connector::{ConnectionError, Stream},
    },
};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use chunked::{ChunkedBody, ChunkedFailure};
use hansa_executor::HeldBytes;
use http::Request;
use outgoing::Outgoing;
use response_head::{Framing, HeadReader, ResponseHead};
use std::{
    future::poll_fn,
    io,
    task::{Context, Poll},
};

/// What is read at once before a body's length is known, and afterwards at least.
const PIECE_BYTES: usize = 16 * 1024;

/// An announced length is no reason to take more memory than this, or eight times what has come.
const FIRST_STEP_BYTES: usize = 1 << 20;
const STEP_FACTOR: usize = 8;

/// In what an answer is no HTTP/1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("it does not begin with `HTTP/1.`")]
    NotHttp,
    #[error("its head is larger than {} KiB or has more than 100 headers", response_head::HEAD_BYTES_MAX / 1024)]
    HeadTooLarge,
    #[error("its head is malformed")]
    Head,
    #[error("its content length is no number, or there are two")]
    ContentLength,
    #[error("it has a transfer coding other than `chunked`")]
    TransferCoding,
    #[error("a chunk of its body is malformed")]
    Chunk,
    #[error("it changes to another protocol, which was not asked for")]
    ProtocolChange,
}

/// A request that got no answer.
#[derive(Debug)]
pub(crate) struct Unanswered {
    pub(crate) failure: FetchFailure,
    pub(crate) reach: Reach,
}

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The server has not seen it.
    Unsent,
    /// The server may have seen it, and did not begin to answer.
    Sent,
    AnswerBegun,
}

impl Unanswered {
    /// Whether sending it again is safe, and may help: the connection was as good as closed.
    pub(crate) fn may_be_repeated(&self, terms: AskTerms<'_>) -> bool {
        match self.reach {
            Reach::Unsent => true,
            Reach::Sent => terms.is_repeatable,
            Reach::AnswerBegun => false,
        }
    }
}

/// One request under way.
struct Exchange<'a> {
    stream: &'a mut Stream,
    request: Outgoing<'a>,
    received: BytesMut,
    is_answer_begun: bool,
}

/// The answer, and whether the connection can carry another request.
pub(crate) async fn exchange(
    stream: &mut Stream,
    request: &Request<Bytes>,
    host: &str,
    terms: AskTerms<'_>,
) -> Result<(HttpAnswer, bool), Unanswered> {
    let outgoing = Outgoing::new(request_head::write(request, host), request.body());
    let mut exchange = Exchange { stream, request: outgoing, received: BytesMut::new(), is_answer_begun: false };
    let answer = exchange.answer(terms).await;
    answer.map_err(|failure| Unanswered { failure, reach: exchange.reach() })
}

impl Exchange<'_> {
    fn reach(&self) -> Reach {
        match (self.is_answer_begun, self.request.is_begun()) {
            (true, _) => Reach::AnswerBegun,
            (false, true) => Reach::Sent,
            (false, false) => Reach::Unsent,
        }
    }

    async fn answer(&mut self, terms: AskTerms<'_>) -> Result<(HttpAnswer, bool), FetchFailure> {
        let head = self.head().await?;
        let mut limit = BodyLimit { bytes_max: terms.body_bytes_max, held: terms.memory.hold_nothing() };
        let body = match head.framing {
            Framing::Length(length) => self.body_of_length(length, &mut limit).await?,
            Framing::Chunked => self.chunked_body(&mut limit).await?,
            Framing::UntilClose => self.body_until_close(&mut limit).await?,
        };
        limit.hold(body.len())?;
        // Bytes after the answer belong to nothing that was asked, and who has answered may not read the rest of the
        // request.
        let is_reusable = head.keeps_alive && self.received.is_empty() && self.request.is_sent();
        let ResponseHead { status, content_encodings, .. } = head;
        Ok((HttpAnswer { status, content_encodings, body, held: limit.held }, is_reusable))
    }

    /// Of the final answer: interim ones say nothing that matters here.
    async fn head(&mut self) -> Result<ResponseHead, FetchFailure> {
        let mut reader = HeadReader::default();
        loop {
            if let Some(head) = reader.read(&self.received).map_err(ConnectionError::Malformed)? {
                self.received.advance(head.bytes);
                if head.status >= 200 {
                    return Ok(head);
                }
                continue;
            }
            let read = self.fill().await;
            if !matches!(read, Ok(count) if count > 0) {
                // One that hung up may have answered before. If it did not, this says more than that it hung up.
                let failure = self.request.take_failure().map(ConnectionError::Write);
                let closed = || read.map_or_else(ConnectionError::Read, |_| ConnectionError::Closed);
                return Err(FetchFailure::Unreachable(failure.unwrap_or_else(closed)));
            }
        }
    }

    async fn body_of_length(&mut self, length: u64, limit: &mut BodyLimit) -> Result<Bytes, FetchFailure> {
        let length = usize::try_from(length).ok().filter(|length| *length <= limit.bytes_max);
        let length = length.ok_or(BodyError::TooLarge { bytes_max: limit.bytes_max })?;
        while self.received.len() < length {
            limit.hold(self.received.capacity())?;
            let read = poll_fn(|cx| {
                self.request.go_on(self.stream, cx);
                let came = self.received.len();
                let step = (came * STEP_FACTOR).max(FIRST_STEP_BYTES);
                // One byte more than is due: a read that does not fill its buffer spares asking again, and there should be
                // none.
                let wanted = (length - came).saturating_add(1);
                if self.received.capacity() - came < wanted.min(PIECE_BYTES) {
                    self.received.reserve(wanted.min(step));
                }
                self.stream.poll_read_buf(cx, &mut (&mut self.received).limit(wanted))
            });
            body_came(read.await)?;
        }
        Ok(take_body(&mut self.received, length))
    }

    async fn chunked_body(&mut self, limit: &mut BodyLimit) -> Result<Bytes, FetchFailure> {
        let (mut chunked, bytes_max) = (ChunkedBody::new(), limit.bytes_max);
        loop {
            match chunked.take(&mut self.received, bytes_max) {
                Ok(true) => {
                    let length = chunked.body.len();
                    return Ok(take_body(&mut chunked.body, length));
                }
                Ok(false) => {}
                Err(ChunkedFailure::Malformed) => {
                    return Err(FetchFailure::Unreachable(ConnectionError::Malformed(Malformed::Chunk)));
                }
                Err(ChunkedFailure::TooLarge) => return Err(FetchFailure::Body(BodyError::TooLarge { bytes_max })),
            }
            limit.hold(self.received.capacity() + chunked.body.capacity())?;
            let read = self.fill().await;
            body_came(read)?;
        }
    }

    async fn body_until_close(&mut self, limit: &mut BodyLimit) -> Result<Bytes, FetchFailure> {
        let bytes_max = limit.bytes_max;
        loop {
            if self.received.len() > bytes_max {
                return Err(FetchFailure::Body(BodyError::TooLarge { bytes_max }));
            }
            limit.hold(self.received.capacity())?;
            let read = self.fill().await.map_err(|error| BodyError::Broken(ConnectionError::Read(error)))?;
            if read == 0 {
                let length = self.received.len();
                return Ok(take_body(&mut self.received, length));
            }
        }
    }

    async fn fill(&mut self) -> io::Result<usize> {
        poll_fn(|cx| self.poll_fill(cx)).await
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.request.go_on(self.stream, cx);
        // A buffer is taken once there is something for it.
        if self.stream.poll_readable(cx)?.is_pending() {
            return Poll::Pending;
        }
        self.received.reserve(PIECE_BYTES);
        let read = self.stream.poll_read_buf(cx, &mut self.received);
        match read {
            Poll::Ready(Ok(count)) if count > 0 => self.is_answer_begun = true,
            // With TLS only reading tells whether there is something.
            Poll::Pending if self.received.is_empty() => self.received = BytesMut::new(),
            _ => {}
        }
        read
    }
}

/// How much a body may be, and what is held of it.
struct BodyLimit {
    bytes_max: usize,
    held: HeldBytes,
}

impl BodyLimit {
    fn hold(&mut self, bytes: usize) -> Result<(), BodyError<ConnectionError>> {
        note_work();
        self.held.resize(bytes).map_err(|_| BodyError::TooLarge { bytes_max: self.bytes_max })
    }
}

/// Some of the body, which is not complete.
fn body_came(read: io::Result<usize>) -> Result<(), FetchFailure> {
    match read {
        Ok(0) => Err(FetchFailure::Body(BodyError::Broken(ConnectionError::Closed))),
        Ok(_) => Ok(()),
        Err(error) => Err(FetchFailure::Body(BodyError::Broken(ConnectionError::Read(error)))),
    }
}

/// Answers are kept until the response is written, and most are smaller than what they were read into.
fn take_body(received: &mut BytesMut, length: usize) -> Bytes {
    if received.capacity() > 2 * length {
        let body = Bytes::copy_from_slice(&received[..length]);
        received.advance(length);
        return body;
    }
    received.split_to(length).freeze()
}

impl From<ConnectionError> for FetchFailure {
    fn from(error: ConnectionError) -> FetchFailure {
        FetchFailure::Unreachable(error)
    }
}

impl From<BodyError<ConnectionError>> for FetchFailure {
    fn from(error: BodyError<ConnectionError>) -> FetchFailure {
        FetchFailure::Body(error)
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE_BYTES, take_body};
    use bytes::BytesMut;

    #[test]
    fn small_bodies_leave_the_buffer_they_were_read_into() {
        for (length, is_copied) in [(0, true), (100, true), (PIECE_BYTES - 10, false)] {
            let mut received = BytesMut::with_capacity(PIECE_BYTES);
            received.resize(length + 3, b'x');
            let buffer = received.as_ptr();
            let body = take_body(&mut received, length);
            assert_eq!((body.len(), received.len()), (length, 3));
            assert_eq!(body.as_ptr() != buffer, is_copied, "{length}");
        }
    }
}
