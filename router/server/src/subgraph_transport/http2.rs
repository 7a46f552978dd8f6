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
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError, Weak},
};

pub(crate) type Sender = SendRequest<Full<Bytes>>;

#[derive(Debug, Default)]
pub(crate) struct SharedConnection {
    sender: Mutex<Option<Sender>>,
    drivers: Arc<OwnedTasks>,
    /// Held while connecting, so that those who come meanwhile use the same connection.
    pub(crate) connecting: tokio::sync::Mutex<()>,
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
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        sender.take_if(|sender| sender.is_closed());
        sender.clone()
    }

    /// Begins to speak HTTP/2 on a new connection, which takes the place of the old one.
    pub(crate) async fn open(&self, stream: Stream) -> Result<Sender, ConnectionError> {
        let drivers = Drivers(Arc::downgrade(&self.drivers));
        let handshake = Builder::new(drivers.clone()).timer(TokioTimer::new()).handshake(TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(ConnectionError::Http2)?;
        drivers.execute(connection);
        *self.sender.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender.clone());
        Ok(sender)
    }

    /// Nothing more is sent on it; requests under way may finish.
    pub(crate) fn give_up(&self) {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

pub(crate) async fn exchange(
    mut sender: Sender,
    request: &Request<Bytes>,
    terms: AskTerms<'_>,
) -> Result<HttpAnswer, Unanswered> {
    let unanswered =
        |reach| move |error| Unanswered { failure: FetchFailure::Unreachable(ConnectionError::Http2(error)), reach };
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
        Unanswered { failure: FetchFailure::Body(error), reach: Reach::AnswerBegun }
    })?;
    Ok(HttpAnswer {
        status: parts.status.as_u16(),
        content_encodings: parts.headers.get_all(header::CONTENT_ENCODING).iter().cloned().collect(),
        body,
        held,
    })
}
