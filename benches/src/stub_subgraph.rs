//! An HTTP server that answers for one subgraph, and costs next to nothing while it is measured against.
//!
//! A request seen before, byte for byte, is answered with the bytes of the first time. Only the first of its kind is interpreted.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use hashbrown::HashMap;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    graph::Graph,
    interpreter::{Interpreter, Refusal},
    stub_delay::Delay,
};

const LARGEST_REQUEST: usize = 16 << 20;
/// Representations may come in any order, so one operation makes many bodies; memory stays bounded all the same.
const REMEMBERED_BYTES: usize = 256 << 20;

/// What the stub saw, readable while it runs.
#[derive(Debug, Default)]
pub struct Seen {
    pub requests: AtomicU64,
    /// Requests that were not answered from memory.
    pub interpreted: AtomicU64,
    /// Requests without a bearer token.
    pub unauthorized: AtomicU64,
    /// Sum of the token numbers: equal to what clients sent only if no token was lost or swapped.
    pub token_sum: AtomicU64,
}

/// One request to a subgraph.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Its index.
    pub subgraph: usize,
    pub request: Bytes,
    pub answer_bytes: usize,
}

/// What all stubs of a graph were asked, in order, while this is switched on.
#[derive(Debug, Default)]
pub struct Recording {
    is_on: AtomicBool,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Recording {
    pub fn start(&self) {
        self.is_on.store(true, Ordering::Relaxed);
    }

    pub fn stop(&self) -> Vec<Exchange> {
        self.is_on.store(false, Ordering::Relaxed);
        std::mem::take(&mut self.exchanges.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a stub answers from, and how.
#[derive(Debug, Clone)]
pub struct Source {
    pub graph: Arc<Graph>,
    /// Its index; without one, everything is answered, as a router with nothing behind it would.
    pub subgraph: Option<usize>,
    pub delay: Option<Delay>,
    pub recording: Arc<Recording>,
}

impl Source {
    /// All of the graph, at once.
    pub fn everything(graph: Arc<Graph>) -> Source {
        Source { graph, subgraph: None, delay: None, recording: Arc::default() }
    }
}

/// A running stub; dropping it closes the server and its connections.
#[derive(Debug)]
pub struct StubSubgraph {
    pub address: SocketAddr,
    pub seen: Arc<Seen>,
    _server: JoinSet<()>,
}

struct Endpoint {
    source: Source,
    seen: Arc<Seen>,
    remembered: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
    answers: HashMap<Bytes, Bytes>,
    bytes: usize,
}

impl StubSubgraph {
    /// Serves on a free port.
    pub async fn start(source: Source) -> std::io::Result<StubSubgraph> {
        StubSubgraph::listen(source, SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub async fn listen(source: Source, address: SocketAddr) -> std::io::Result<StubSubgraph> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Seen::default());
        let endpoint = Arc::new(Endpoint { source, seen: seen.clone(), remembered: Mutex::default() });
        let mut server = JoinSet::new();
        server.spawn(accept(listener, endpoint));
        Ok(StubSubgraph { address, seen, _server: server })
    }

    pub fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }
}

async fn accept(listener: TcpListener, endpoint: Arc<Endpoint>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        // Answers are written in one piece: waiting to fill a packet would only add latency.
        let _ = stream.set_nodelay(true);
        let endpoint = endpoint.clone();
        connections.spawn(async move {
            let service = service_fn(|request| respond(&endpoint, request));
            // A client that goes away is no failure of the stub.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn respond(endpoint: &Endpoint, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.method() == Method::GET {
        // Whether it is there.
        return Ok(Response::new(Full::default()));
    }
    endpoint.seen.requests.fetch_add(1, Ordering::Relaxed);
    match token(&request) {
        Some(number) => endpoint.seen.token_sum.fetch_add(number, Ordering::Relaxed),
        None => endpoint.seen.unauthorized.fetch_add(1, Ordering::Relaxed),
    };
    let body = Limited::new(request.into_body(), LARGEST_REQUEST).collect().await;
    let (status, answer) = match body {
        Ok(body) => endpoint.answer(body.to_bytes()),
        Err(error) => (StatusCode::BAD_REQUEST, refusal(&error.to_string())),
    };
    if let Some(delay) = &endpoint.source.delay {
        delay.wait().await;
    }
    let mut response = Response::new(Full::new(answer));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

impl Endpoint {
    fn answer(&self, request: Bytes) -> (StatusCode, Bytes) {
        match self.find_answer(&request) {
            Ok(answer) => {
                let Recording { is_on, exchanges } = self.source.recording.as_ref();
                if is_on.load(Ordering::Relaxed) {
                    let subgraph = self.source.subgraph.unwrap_or_default();
                    let exchange = Exchange { subgraph, request, answer_bytes: answer.len() };
                    exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
                }
                (StatusCode::OK, answer)
            }
            Err(why) => (StatusCode::BAD_REQUEST, refusal(&why.to_string())),
        }
    }

    fn find_answer(&self, request: &Bytes) -> Result<Bytes, Refusal> {
        let known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner).answers.get(request).cloned();
        if let Some(answer) = known {
            return Ok(answer);
        }
        self.seen.interpreted.fetch_add(1, Ordering::Relaxed);
        let interpreter = match self.source.subgraph {
            Some(subgraph) => Interpreter::of_subgraph(&self.source.graph, subgraph),
            None => Interpreter::merged(&self.source.graph),
        };
        let answer = Bytes::from(interpreter.answer(request)?);
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = request.len() + answer.len();
        if remembered.bytes + bytes <= REMEMBERED_BYTES {
            remembered.bytes += bytes;
            remembered.answers.insert(request.clone(), answer.clone());
        }
        Ok(answer)
    }
}

/// The number in `Authorization: Bearer <number>`.
fn token(request: &Request<Incoming>) -> Option<u64> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")?.parse().ok()
}

fn refusal(why: &str) -> Bytes {
    Bytes::from(json!({"errors": [{"message": why}]}).to_string())
}
