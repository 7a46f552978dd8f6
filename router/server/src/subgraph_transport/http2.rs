//! HTTP/2: one connection to a host carries all requests. Its driver is a task that the client owns.

use crate::{
    owned_tasks::OwnedTasks,
    subgraph_transport::{
        AskTerms, FetchFailure, HttpAnswer,
        answer_body::{BodyError, read_body},
        connector::{ConnectionError, Stream},
        http1::{Reach, Unanswered},
    },
};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use hyper::{
    client::conn::http2::{Builder, SendRequest},
    rt::Executor,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    error::Error,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

/// A server that says nothing for so long while requests are under way is asked whether it is there, and has so long to
/// say that it is.
const SILENCE_MAX: Duration = Duration::from_secs(10);
const SIGN_OF_LIFE_TIMEOUT: Duration = Duration::from_secs(5);

/// Each request has a share in it for as long as it is under way.
pub(crate) type Sender = Arc<SendRequest<Full<Bytes>>>;

#[derive(Debug, Default)]
pub(crate) struct SharedConnection {
    current: Mutex<Option<Current>>,
    drivers: Arc<OwnedTasks>,
    /// Held while connecting, so that those who come meanwhile use the same connection.
    pub(crate) connecting: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Current {
    sender: Sender,
    last_used: Instant,
}

/// Weak: the drivers know how to start further ones, and must not keep themselves alive.
#[derive(Clone)]
struct Drivers(Weak<OwnedTasks>);

impl<F> Executor<F> for Drivers
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, driver: F) {
        if let Some(tasks) = self.0.upgrade() {
            tasks.spawn(async move {
                driver.await;
            });
        }
    }
}

impl SharedConnection {
    /// Of a connection that is open as far as one can know.
    pub(crate) fn sender(&self) -> Option<Sender> {
        let mut current = self.current();
        current.take_if(|current| current.sender.is_closed());
        let current = current.as_mut()?;
        current.last_used = Instant::now();
        Some(current.sender.clone())
    }

    /// Begins to speak HTTP/2 on a new connection, which takes the place of the old one.
    pub(crate) async fn open(&self, stream: Stream) -> Result<Sender, ConnectionError> {
        let drivers = Drivers(Arc::downgrade(&self.drivers));
        let mut builder = Builder::new(drivers.clone());
        builder.timer(TokioTimer::new()).keep_alive_interval(SILENCE_MAX).keep_alive_timeout(SIGN_OF_LIFE_TIMEOUT);
        let handshake = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(ConnectionError::Http2)?;
        drivers.execute(connection);
        let sender = Arc::new(sender);
        *self.current() = Some(Current { sender: sender.clone(), last_used: Instant::now() });
        Ok(sender)
    }

    /// Closes it when nothing was under way on it for so long.
    pub(crate) fn close_unused(&self, now: Instant, age_max: Duration) {
        let mut current = self.current();
        current.take_if(|Current { sender, last_used }| {
            if Arc::strong_count(sender) > 1 {
                *last_used = now;
                return false;
            }
            now.saturating_duration_since(*last_used) >= age_max
        });
    }

    /// Nothing more is sent on this one. Another may have taken its place.
    fn give_up(&self, sender: &Sender) {
        self.current().take_if(|current| Arc::ptr_eq(&current.sender, sender));
    }

    fn current(&self) -> MutexGuard<'_, Option<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn exchange(
        &self,
        sender: Sender,
        request: &Request<Bytes>,
        terms: AskTerms<'_>,
    ) -> Result<HttpAnswer, Unanswered> {
        exchange(&sender, request, terms).await.map_err(|(failure, reach)| {
            let reach = match failure.source().and_then(stream_end) {
                _ if reach == Reach::AnswerBegun => reach,
                // The server says that it has not looked at the request.
                Some(h2::Reason::REFUSED_STREAM) => Reach::Unsent,
                // That is its answer.
                Some(_) => Reach::AnswerBegun,
                None => {
                    self.give_up(&sender);
                    reach
                }
            };
            Unanswered { failure, reach }
        })
    }
}

/// Why a request ended whose connection goes on.
fn stream_end(error: &(dyn Error + 'static)) -> Option<h2::Reason> {
    let mut causes = std::iter::successors(Some(error), |error| (**error).source());
    causes.find_map(|cause| cause.downcast_ref::<h2::Error>().filter(|error| error.is_reset())?.reason())
}

async fn exchange(
    sender: &Sender,
    request: &Request<Bytes>,
    terms: AskTerms<'_>,
) -> Result<HttpAnswer, (FetchFailure, Reach)> {
    let unanswered = |reach| move |error| (FetchFailure::Unreachable(ConnectionError::Http2(error)), reach);
    let mut sender = SendRequest::clone(sender);
    poll_fn(|cx| sender.poll_ready(cx)).await.map_err(unanswered(Reach::Unsent))?;
    let request = request.clone().map(Full::new);
    let response = sender.try_send_request(request).await.map_err(|error| {
        // Whoever gets the request back knows that it was not sent.
        let reach = if error.message().is_some() { Reach::Unsent } else { Reach::Sent };
        unanswered(reach)(error.into_error())
    })?;
    let (parts, body) = response.into_parts();
    let mut held = terms.memory.hold_nothing();
    let body = read_body(body, terms.body_bytes_max, &mut held).await.map_err(|error| {
        let error = match error {
            BodyError::TooLarge { bytes_max } => BodyError::TooLarge { bytes_max },
            BodyError::Broken(error) => BodyError::Broken(ConnectionError::Http2(error)),
        };
        (FetchFailure::Body(error), Reach::AnswerBegun)
    })?;
    Ok(HttpAnswer {
        status: parts.status.as_u16(),
        content_encodings: parts.headers.get_all(header::CONTENT_ENCODING).iter().cloned().collect(),
        body,
        held,
    })
}
