//! A byte proxy that knows nothing of GraphQL: for each client's request it sends a router's requests to subgraphs, one after another,
//! counts the bytes that come back, and answers with the router's bytes. What it costs is what HTTP costs.

use std::{
    convert::Infallible,
    fs,
    net::SocketAddr,
    path::Path,
    rc::Rc,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinSet, LocalSet},
};

use crate::{
    machine,
    server_process::{Scratch, ServerProcess, free_address},
    stub_subgraph::Exchange,
};

const LARGEST_REQUEST: usize = 4 << 20;

/// What the proxy does for each request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    fetches: Vec<Fetch>,
    answer: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fetch {
    address: SocketAddr,
    request: String,
    answer_bytes: usize,
}

impl Script {
    /// From what a router asked the stubs at these addresses, and answered.
    pub fn new(exchanges: &[Exchange], addresses: &[SocketAddr], answer: &[u8]) -> Result<Script> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).context("a recorded body is no UTF-8");
        let mut fetches = Vec::new();
        for exchange in exchanges {
            let address = *addresses.get(exchange.subgraph).context("a recorded request to an unknown subgraph")?;
            let request = text(&exchange.request)?;
            fetches.push(Fetch { address, request, answer_bytes: exchange.answer_bytes });
        }
        Ok(Script { fetches, answer: text(answer)? })
    }

    pub fn read(file: &Path) -> Result<Script> {
        let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is no script for the byte proxy", file.display()))
    }

    /// Starts the proxy as a process of its own: this program, with its command `floor`.
    pub async fn start(&self, own_program: &Path, core: Option<usize>) -> Result<ServerProcess> {
        let scratch = Scratch::create()?;
        let file = scratch.path().join("script.json");
        fs::write(&file, serde_json::to_vec(self)?)?;
        let address = free_address()?;
        let mut command = machine::command(own_program, core);
        command.arg("floor").arg("--script").arg(&file).args(["--listen", &address.to_string()]);
        ServerProcess::start(command, scratch, address, "/health").await
    }
}

struct Proxy {
    fetches: Vec<PreparedFetch>,
    answer: Bytes,
    upstreams: Vec<Upstream>,
}

struct PreparedFetch {
    upstream: usize,
    request: Bytes,
    answer_bytes: usize,
}

/// A subgraph, and the connections to it that are free.
struct Upstream {
    address: SocketAddr,
    host: HeaderValue,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
    drivers: Mutex<JoinSet<()>>,
}

/// Runs until the process is ended.
pub async fn serve(script: Script, address: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen at {address}"))?;
    let proxy = Rc::new(Proxy::new(script)?);
    LocalSet::new().run_until(accept(listener, proxy)).await
}

async fn accept(listener: TcpListener, proxy: Rc<Proxy>) -> Result<()> {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let proxy = proxy.clone();
        connections.spawn_local(async move {
            let service = service_fn(|request| respond(&proxy, request));
            // A client that goes away is no failure.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn respond(proxy: &Proxy, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let outcome = match *request.method() {
        Method::GET => Ok(Bytes::new()),
        _ => relay(proxy, request).await,
    };
    let (status, answer) = match outcome {
        Ok(answer) => (StatusCode::OK, answer),
        Err(error) => (StatusCode::BAD_GATEWAY, Bytes::from(format!("{error:#}"))),
    };
    let mut response = Response::new(Full::new(answer));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

async fn relay(proxy: &Proxy, request: Request<Incoming>) -> Result<Bytes> {
    let token = request.headers().get(header::AUTHORIZATION).cloned().context("no authorization")?;
    let body = Limited::new(request.into_body(), LARGEST_REQUEST).collect().await;
    body.map_err(|error| anyhow::anyhow!("a request cannot be read: {error}"))?;
    for fetch in &proxy.fetches {
        proxy.upstreams[fetch.upstream].send(fetch, token.clone()).await?;
    }
    Ok(proxy.answer.clone())
}

impl Proxy {
    fn new(script: Script) -> Result<Proxy> {
        let mut upstreams = Vec::<Upstream>::new();
        let mut fetches = Vec::new();
        for fetch in script.fetches {
            let known = upstreams.iter().position(|upstream| upstream.address == fetch.address);
            let upstream = known.unwrap_or(upstreams.len());
            if known.is_none() {
                upstreams.push(Upstream {
                    address: fetch.address,
                    host: HeaderValue::from_str(&fetch.address.to_string())?,
                    idle: Mutex::default(),
                    drivers: Mutex::default(),
                });
            }
            let request = Bytes::from(fetch.request);
            fetches.push(PreparedFetch { upstream, request, answer_bytes: fetch.answer_bytes });
        }
        Ok(Proxy { fetches, answer: Bytes::from(script.answer), upstreams })
    }
}

impl Upstream {
    async fn send(&self, fetch: &PreparedFetch, token: HeaderValue) -> Result<()> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut sender = match idle {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let request = Request::post("/graphql")
            .header(header::HOST, self.host.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, token)
            .body(Full::new(fetch.request.clone()))?;
        let mut body = sender.send_request(request).await?.into_body();
        let mut received = 0;
        while let Some(frame) = body.frame().await {
            received += frame?.into_data().map_or(0, |data| data.len());
        }
        ensure!(received == fetch.answer_bytes, "{received} bytes came where {} should", fetch.answer_bytes);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        Ok(())
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        self.drivers.lock().unwrap_or_else(PoisonError::into_inner).spawn(async move {
            // A broken connection shows as a failed request.
            let _ = connection.await;
        });
        Ok(sender)
    }
}
