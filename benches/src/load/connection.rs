//! One client's connection, kept open between requests.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

use super::TIMEOUT;

pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    _driver: JoinSet<()>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // A broken connection shows as a failed request.
            let _ = connection.await;
        });
        Ok(Connection { sender, host: address.to_string(), _driver: driver })
    }

    /// The whole answer.
    pub(super) async fn ask(&mut self, body: &Bytes, token: u64) -> Result<(StatusCode, Bytes)> {
        let request = self.request(body, token)?;
        let exchange = async {
            let response = self.sender.send_request(request).await?;
            let status = response.status();
            anyhow::Ok((status, response.into_body().collect().await?.to_bytes()))
        };
        tokio::time::timeout(TIMEOUT, exchange).await.context("an answer did not come")?
    }

    /// The answer must be these bytes.
    pub(super) async fn ask_again(&mut self, body: &Bytes, token: u64, expected: &[u8]) -> Result<()> {
        let request = self.request(body, token)?;
        let exchange = async { check(self.sender.send_request(request).await?, expected).await };
        tokio::time::timeout(TIMEOUT, exchange).await.context("an answer did not come")?
    }

    fn request(&self, body: &Bytes, token: u64) -> Result<Request<Full<Bytes>>> {
        let request = Request::post("/graphql")
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token:010}"))
            .body(Full::new(body.clone()));
        Ok(request?)
    }
}

/// Compares as the bytes arrive: an answer is never held whole.
async fn check(response: Response<Incoming>, expected: &[u8]) -> Result<()> {
    ensure!(response.status() == StatusCode::OK, "status {}", response.status());
    let mut body = response.into_body();
    let mut rest = expected;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        rest = rest.strip_prefix(data.as_ref()).context("an answer differs from the first one")?;
    }
    ensure!(rest.is_empty(), "an answer ends {} bytes early", rest.len());
    Ok(())
}
