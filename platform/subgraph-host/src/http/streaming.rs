//! What streams may use of this process, over whichever transport they go.

use super::{
    Endpoint,
    metrics::{OpenStream, Transport},
};
use crate::{Answer, GraphqlRequest, RequestContext};
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Sockets open at the same time; more are refused.
const SOCKETS_MAX: usize = 2_048;
/// Streams under way at the same time, over all sockets and event streams; more are refused.
const STREAMS_MAX: usize = 8_192;
/// Streams of one socket.
pub(super) const STREAMS_OF_A_SOCKET_MAX: usize = 1_000;
/// What a peer may send in one message.
pub(super) const MESSAGE_BYTES_MAX: usize = 512 * 1024;
/// How long a socket may be open until the peer begins the protocol.
pub(super) const INIT_TIME_MAX: Duration = Duration::from_secs(10);
/// How often a peer is asked whether it is there, and an event stream shows that it is. Whoever does not answer until the
/// second time has gone.
pub(super) const PING_INTERVAL: Duration = Duration::from_secs(15);
/// How long a peer may take to take a message. Meanwhile nothing is asked of the streams, so nothing piles up.
pub(super) const WRITE_TIME_MAX: Duration = Duration::from_secs(10);

/// Places for sockets and streams.
#[derive(Debug)]
pub(super) struct Places {
    sockets: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Default for Places {
    fn default() -> Places {
        Places { sockets: Arc::new(Semaphore::new(SOCKETS_MAX)), streams: Arc::new(Semaphore::new(STREAMS_MAX)) }
    }
}

/// No more streams now.
#[derive(Debug)]
pub(super) struct AllPlacesTaken;

pub(super) const ALL_TAKEN: &str = "as many streams are open as this subgraph can serve; try again later";

impl Endpoint {
    pub(super) fn place_of_socket(&self) -> Option<OwnedSemaphorePermit> {
        self.places.sockets.clone().try_acquire_owned().ok()
    }

    /// Begins a stream. It has its place, and is counted, until it is dropped.
    pub(super) fn begin_stream(
        &self,
        request: GraphqlRequest,
        context: RequestContext,
        transport: Transport,
    ) -> Result<BoxStream<'static, Answer>, AllPlacesTaken> {
        struct Counted {
            answers: BoxStream<'static, Answer>,
            open: OpenStream,
            _place: OwnedSemaphorePermit,
        }
        let place = self.places.streams.clone().try_acquire_owned().map_err(|_| AllPlacesTaken)?;
        let answers = self.subgraph.stream(request, context);
        let counted = Counted { answers, open: self.metrics.stream(transport), _place: place };
        let next = async |mut counted: Counted| {
            let answer = counted.answers.next().await?;
            counted.open.answered(&answer);
            Some((answer, counted))
        };
        Ok(stream::unfold(counted, next).boxed())
    }
}

/// Waits until the process stops.
pub(super) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    drop(stopping.wait_for(|is_stopping| *is_stopping).await);
}
