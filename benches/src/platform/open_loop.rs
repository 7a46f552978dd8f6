//! Requests that come at their own pace, whether or not earlier ones are answered: latency counts from the moment a request was
//! due, so that a server that stalls cannot hide it.

use super::Page;
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, task::JoinSet};

/// No answer takes longer than this without the run being worthless.
const TIMEOUT: Duration = Duration::from_secs(30);
/// More would say that the server has fallen behind for good.
const CONNECTIONS_MAX: usize = 1000;
/// A request that starts this much after it was due shows that the load generator is the bottleneck.
const LATE: Duration = Duration::from_millis(5);

#[derive(Debug, Clone, Copy)]
pub struct Arrivals {
    pub per_second: u32,
    pub duration: Duration,
}

#[derive(Debug)]
pub struct Measured {
    /// Sorted.
    pub latencies: Vec<Duration>,
    pub late: usize,
    pub connections: usize,
}

impl Measured {
    pub fn percentile(&self, part: f64) -> Duration {
        let index = (self.latencies.len() as f64 * part) as usize;
        self.latencies.get(index.min(self.latencies.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

/// Connections to one server that are kept between requests.
#[derive(Debug, Clone)]
pub struct Client {
    address: SocketAddr,
    pool: Arc<Mutex<Pool>>,
}

#[derive(Debug, Default)]
struct Pool {
    idle: Vec<SendRequest<Full<Bytes>>>,
    drivers: JoinSet<()>,
    opened: usize,
}

impl Client {
    pub fn new(address: SocketAddr) -> Client {
        Client { address, pool: Arc::default() }
    }

    /// Posts a GraphQL request; the whole body of a 200.
    pub async fn ask(&self, body: &Bytes) -> Result<Bytes> {
        tokio::time::timeout(TIMEOUT, self.exchange(body)).await.context("an answer did not come")?
    }

    async fn exchange(&self, body: &Bytes) -> Result<Bytes> {
        let idle = self.pool.lock().unwrap_or_else(PoisonError::into_inner).idle.pop();
        let mut sender = match idle {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let request = Request::post("/graphql")
            .header(header::HOST, self.address.to_string())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .body(Full::new(body.clone()))?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let answer = response.into_body().collect().await?.to_bytes();
        ensure!(status == StatusCode::OK, "status {status}: {}", String::from_utf8_lossy(&answer));
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).idle.push(sender);
        Ok(answer)
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, driver) = handshake(TokioIo::new(stream)).await?;
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.opened += 1;
        ensure!(pool.opened <= CONNECTIONS_MAX, "{CONNECTIONS_MAX} connections wait for answers");
        pool.drivers.spawn(async move {
            // A broken connection shows as a failed request.
            let _ = driver.await;
        });
        Ok(sender)
    }

    fn opened(&self) -> usize {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).opened
    }
}

/// Asks for the pages in turn; every answer must be the expected bytes.
pub async fn run(client: &Client, arrivals: Arrivals, pages: &[Page]) -> Result<Measured> {
    let count = u64::from(arrivals.per_second) * arrivals.duration.as_millis() as u64 / 1000;
    let interval = Duration::from_secs(1) / arrivals.per_second;
    let start = Instant::now();
    let mut requests = JoinSet::new();
    let mut late = 0;
    for number in 0..count {
        let due = start + interval * number as u32;
        tokio::time::sleep_until(due.into()).await;
        late += usize::from(due.elapsed() > LATE);
        // A stride that shares no factor with small counts, so that neighbours in time are not neighbours in the store.
        let page = &pages[(number as usize * 37) % pages.len()];
        let (client, body, expected) = (client.clone(), page.body.clone(), page.expected.clone());
        requests.spawn(async move {
            let answer = client.ask(&body).await?;
            ensure!(answer == expected, "a page has changed: {}", String::from_utf8_lossy(&answer));
            Ok(due.elapsed())
        });
    }
    let mut latencies = Vec::new();
    while let Some(finished) = requests.join_next().await {
        latencies.push(finished??);
    }
    latencies.sort_unstable();
    Ok(Measured { latencies, late, connections: client.opened() })
}
