//! Opens connections to subgraphs: name, TCP, TLS. Several addresses of one name are tried one after the other.

use crate::{
    subgraph_transport::{
        http_client::{ClientError, ConnectionSettings},
        http1::Malformed,
    },
    tls::read_certificates,
};
use bytes::BufMut;
use http::Uri;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use rustls::{ClientConfig, RootCertStore};
use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;
use tower::ServiceExt;

/// What is wrong with a connection, or became so.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    #[error("could not connect")]
    Connect(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("could not send the request")]
    Write(#[source] io::Error),
    #[error("could not read the answer")]
    Read(#[source] io::Error),
    #[error("the connection was closed before the answer was complete")]
    Closed,
    #[error("the answer is not HTTP/1.1")]
    Malformed(#[source] Malformed),
    #[error("HTTP/2 failed")]
    Http2(#[source] hyper::Error),
}

/// A peer that is gone without a word is noticed although nothing is sent to it.
const EVENTS_KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Clone)]
pub(crate) struct Connector(HttpsConnector<HttpConnector>);

/// A connection, in clear text or not.
#[derive(Debug)]
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TokioIo<TokioIo<TcpStream>>>>),
}

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl Connector {
    pub(crate) fn new(settings: &ConnectionSettings) -> Result<Connector, ClientError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(settings.connect_timeout));
        let https = HttpsConnectorBuilder::new().with_tls_config(tls_config(settings)?).https_or_http();
        if settings.http1_only {
            tcp.set_keepalive(Some(EVENTS_KEEP_ALIVE));
            tcp.set_keepalive_interval(Some(EVENTS_KEEP_ALIVE));
        }
        Ok(Connector(match (settings.http2_only, settings.http1_only) {
            (true, _) => https.enable_http2().wrap_connector(tcp),
            (false, true) => https.enable_http1().wrap_connector(tcp),
            (false, false) => https.enable_http1().enable_http2().wrap_connector(tcp),
        }))
    }

    pub(crate) async fn connect(&self, url: &Uri) -> Result<Stream, ConnectionError> {
        let stream = self.0.clone().oneshot(url.clone()).await.map_err(ConnectionError::Connect)?;
        Ok(match stream {
            MaybeHttpsStream::Http(stream) => Stream::Plain(stream.into_inner()),
            MaybeHttpsStream::Https(stream) => Stream::Tls(Box::new(stream.into_inner())),
        })
    }
}

/// A subgraph with a plain URL needs no certificate authorities, which a bare machine may not have.
fn tls_config(settings: &ConnectionSettings) -> Result<ClientConfig, ClientError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(ClientError::Unusable)?;
    if !settings.uses_tls {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let Some(file) = &settings.certificate_authorities else {
        let builder = builder.with_native_roots().map_err(ClientError::SystemRoots)?;
        return Ok(builder.with_no_client_auth());
    };
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(file)? {
        roots.add(certificate).map_err(ClientError::Unusable)?;
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

impl Stream {
    /// Whether both sides agreed on HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        match self {
            Stream::Plain(_) => false,
            Stream::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
        }
    }

    /// Whether the other side has neither closed it nor said anything. Without a call to the system unless something came.
    pub(crate) fn is_silent(&mut self) -> bool {
        let mut byte = [0];
        match self {
            Stream::Plain(stream) => {
                matches!(stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
            }
            Stream::Tls(stream) => {
                let mut cx = Context::from_waker(Waker::noop());
                Pin::new(stream).poll_read(&mut cx, &mut ReadBuf::new(&mut byte)).is_pending()
            }
        }
    }

    /// Ready when reading will give something, as far as that is known before.
    pub(crate) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Stream::Plain(stream) => stream.poll_read_ready(cx),
            Stream::Tls(_) => Poll::Ready(Ok(())),
        }
    }

    pub(crate) fn poll_read_buf(&mut self, cx: &mut Context<'_>, buffer: &mut impl BufMut) -> Poll<io::Result<usize>> {
        std::pin::pin!(self.read_buf(buffer)).poll(cx)
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, pieces),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
