//! Tells a connection that is merely idle from one that dawdles: a request head that trickles in, or a client that does
//! not read what it is sent.
//!
//! hyper's own timer for heads also closes idle connections, which load balancers keep for a minute and more, and it
//! sets a timer for every request. Here a connection has one slow ticker and notes when something moved.

use http::Version;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A ping of HTTP/2, ours or our answer to the client's: 9 bytes of head and 8 of content.
const PING_BYTES: usize = 17;

/// What has happened on one connection.
#[derive(Debug)]
pub(crate) struct Activity {
    opened: Instant,
    /// Milliseconds from `opened` to the last change of what is waited for.
    since_ms: AtomicU64,
    requests: AtomicU32,
    /// Bytes of a request came whose head is not complete.
    is_head_open: AtomicBool,
    /// Frames come at any time there, and do not announce a request.
    is_http2: AtomicBool,
}

/// How long a connection may wait for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) head: Duration,
    pub(crate) idle: Duration,
}

/// One request under way.
#[derive(Debug)]
pub(crate) struct RequestMark {
    activity: Arc<Activity>,
    is_paused: AtomicBool,
}

impl Activity {
    /// The first request is awaited like one that has begun.
    pub(crate) fn new() -> Arc<Activity> {
        Arc::new(Activity {
            opened: Instant::now(),
            since_ms: AtomicU64::new(0),
            requests: AtomicU32::new(0),
            is_head_open: AtomicBool::new(true),
            is_http2: AtomicBool::new(false),
        })
    }

    /// A request's head is complete.
    pub(crate) fn request(self: &Arc<Activity>, version: Version) -> RequestMark {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.is_head_open.store(false, Ordering::Relaxed);
        if version == Version::HTTP_2 {
            self.is_http2.store(true, Ordering::Relaxed);
        }
        RequestMark { activity: self.clone(), is_paused: AtomicBool::new(false) }
    }

    /// Ends when the connection has waited too long.
    pub(crate) async fn until_out_of_patience(&self, patience: Patience) {
        let tick = (patience.head.min(patience.idle) / 4).max(Duration::from_millis(10));
        loop {
            tokio::time::sleep(tick).await;
            let waited = Duration::from_millis(self.now_ms().saturating_sub(self.since_ms.load(Ordering::Relaxed)));
            let allowed = match self.is_head_open.load(Ordering::Relaxed) {
                true => patience.head,
                false => patience.idle,
            };
            if self.requests.load(Ordering::Relaxed) == 0 && waited >= allowed {
                return;
            }
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn restart_clock(&self) {
        self.since_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    fn bytes_came(&self) {
        let may_be_a_head = !self.is_http2.load(Ordering::Relaxed) && self.requests.load(Ordering::Relaxed) == 0;
        if may_be_a_head && !self.is_head_open.swap(true, Ordering::Relaxed) {
            self.restart_clock();
        }
    }
}

impl RequestMark {
    /// The client is to take what it was sent; until then the connection may wait as long as one without a request.
    pub(crate) fn pause(&self) {
        if !self.is_paused.swap(true, Ordering::Relaxed) {
            self.activity.restart_clock();
            self.activity.requests.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// The client has taken it, and waits for us.
    pub(crate) fn resume(&self) {
        if self.is_paused.swap(false, Ordering::Relaxed) {
            self.activity.requests.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for RequestMark {
    fn drop(&mut self) {
        self.pause();
    }
}

/// A connection's bytes, noted as they pass.
#[derive(Debug)]
pub(crate) struct WatchedStream<S> {
    stream: S,
    activity: Arc<Activity>,
}

impl<S> WatchedStream<S> {
    pub(crate) fn new(stream: S, activity: Arc<Activity>) -> WatchedStream<S> {
        WatchedStream { stream, activity }
    }

    /// A client that takes its answer, however slowly, is not idle; one that only pings, or answers pings, is.
    fn noted(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(count)) if count > PING_BYTES) {
            self.activity.restart_clock();
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.bytes_came();
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
