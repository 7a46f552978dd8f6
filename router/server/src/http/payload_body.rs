//! A body that is written while its request is still being answered, one payload at a time. It ends the request's record:
//! when the last payload has gone, or when nobody takes it any more.

use crate::{
    connection_watch::RequestMark,
    http::{access_log::RequestRecord, payload_format::PayloadFormat},
    memory::counted,
    metrics::{Outcome, RouterMetrics},
    pipeline::incremental_delivery::Payload,
};
use bytes::Bytes;
use http::StatusCode;
use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{Instant, Sleep, sleep},
};

/// The connection is closed instead of ending the body well: a client can tell that something is missing.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the response ended before its last payload")]
pub(crate) struct ResponseBrokenOff;

/// How the connection learns whether it is waiting for us or for the client. Empty until the response's head is passed on.
pub(crate) type MarkPlace = Arc<OnceLock<RequestMark>>;

#[derive(Debug)]
pub(crate) struct PayloadBody {
    payloads: Payloads,
    format: PayloadFormat,
    keep_alive: Option<KeepAlive>,
    /// `None`: it has ended, since what follows is no part of one response.
    record: Option<RequestRecord<Arc<RouterMetrics>>>,
    trace_id: String,
    mark: MarkPlace,
    error_count: usize,
    is_first: bool,
    has_ended: bool,
}

/// The first payload is there before the response's head is written.
#[derive(Debug)]
pub(crate) struct Payloads {
    pub(crate) first: Option<Payload>,
    pub(crate) others: mpsc::Receiver<Payload>,
}

#[derive(Debug)]
struct KeepAlive {
    interval: Duration,
    pause: Pin<Box<Sleep>>,
}

impl PayloadBody {
    pub(crate) fn new(
        payloads: Payloads,
        (format, keep_alive): (PayloadFormat, Duration),
        (record, trace_id): (Option<RequestRecord<Arc<RouterMetrics>>>, String),
        mark: MarkPlace,
    ) -> PayloadBody {
        let keep_alive =
            format.has_keep_alive().then(|| KeepAlive { interval: keep_alive, pause: Box::pin(sleep(keep_alive)) });
        PayloadBody {
            payloads,
            format,
            keep_alive,
            record,
            trace_id,
            mark,
            error_count: 0,
            is_first: true,
            has_ended: false,
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    pub(crate) fn poll_payload(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, ResponseBrokenOff>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        if let Some(mark) = self.mark.get() {
            mark.resume();
        }
        let polled = self.poll_next(cx);
        if let (Poll::Ready(_), Some(mark)) = (&polled, self.mark.get()) {
            // From here on it is the client who is waited for.
            mark.pause();
        }
        polled
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, ResponseBrokenOff>>> {
        let next = match self.payloads.first.take() {
            Some(first) => Poll::Ready(Some(first)),
            None => self.payloads.others.poll_recv(cx),
        };
        match next {
            Poll::Ready(Some(payload)) => Poll::Ready(Some(Ok(self.written(payload)))),
            Poll::Ready(None) => {
                self.has_ended = true;
                tracing::debug!(trace_id = self.trace_id, "{ResponseBrokenOff}");
                Poll::Ready(Some(Err(ResponseBrokenOff)))
            }
            Poll::Pending => self.poll_keep_alive(cx),
        }
    }

    fn written(&mut self, payload: Payload) -> Bytes {
        let is_last = !payload.has_next;
        let is_first = std::mem::replace(&mut self.is_first, false);
        let bytes = match is_last && payload.body.is_empty() {
            true => self.format.end(is_first),
            false => self.format.payload(&payload.body, is_first, is_last),
        };
        self.error_count += payload.error_count;
        if let Some(keep_alive) = &mut self.keep_alive {
            keep_alive.restart();
        }
        if is_last {
            self.has_ended = true;
            let outcome = match (payload.failure, self.error_count) {
                (Some(code), _) => Outcome::Refused(code),
                (None, 0) => Outcome::Answered,
                (None, _) => Outcome::Partial,
            };
            if let Some(record) = &mut self.record {
                record.end(&self.trace_id, (StatusCode::OK, outcome));
            }
            // What is left is the connection's work.
            drop(payload.admitted);
        }
        counted(bytes, payload.held)
    }

    fn poll_keep_alive(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, ResponseBrokenOff>>> {
        let Some(keep_alive) = &mut self.keep_alive else { return Poll::Pending };
        if keep_alive.pause.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        keep_alive.restart();
        let is_first = std::mem::replace(&mut self.is_first, false);
        Poll::Ready(Some(Ok(self.format.keep_alive(is_first))))
    }
}

impl KeepAlive {
    fn restart(&mut self) {
        self.pause.as_mut().reset(Instant::now() + self.interval);
    }
}
