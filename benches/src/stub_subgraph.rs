//! An HTTP server that answers for one subgraph, and costs next to nothing while it is measured against.
//!
//! A request seen before, byte for byte, is answered with the bytes of the first time. Only the first of its kind is interpreted.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use hashbrown::HashMap;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet};

use crate::{interpreter::Interpreter, scenario::Subgraph, world::World};

const LARGEST_REQUEST: usize = 4 << 20;
/// Representations may come in any order, so one operation makes many bodies; memory stays bounded all the same.
const REMEMBERED_ANSWERS: usize = 4096;

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

/// A running stub; dropping it closes the server and its connections.
#[derive(Debug)]
pub struct StubSubgraph {
    pub address: SocketAddr,
    pub seen: Arc<Seen>,
    _server: JoinSet<()>,
}

struct Endpoint {
    world: Arc<World>,
    subgraph: Option<&'static Subgraph>,
    seen: Arc<Seen>,
    answers: Mutex<HashMap<Bytes, Bytes>>,
}

impl StubSubgraph {
    /// Serves `subgraph` on a free port; without one, the whole world, as a router with nothing behind it would.
    pub async fn start(world: Arc<World>, subgraph: Option<&'static Subgraph>) -> std::io::Result<StubSubgraph> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Seen::default());
        let endpoint = Arc::new(Endpoint { world, subgraph, seen: seen.clone(), answers: Mutex::default() });
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
    let mut response = Response::new(Full::new(answer));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

impl Endpoint {
    fn answer(&self, body: Bytes) -> (StatusCode, Bytes) {
        let known = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&body).cloned();
        if let Some(answer) = known {
            return (StatusCode::OK, answer);
        }
        self.seen.interpreted.fetch_add(1, Ordering::Relaxed);
        let interpreter = match self.subgraph {
            Some(subgraph) => Interpreter::of_subgraph(&self.world, subgraph),
            None => Interpreter::merged(&self.world),
        };
        match interpreter.answer(&body) {
            Ok(answer) => {
                let answer = Bytes::from(answer);
                let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
                if answers.len() < REMEMBERED_ANSWERS {
                    answers.insert(body, answer.clone());
                }
                (StatusCode::OK, answer)
            }
            Err(why) => (StatusCode::BAD_REQUEST, refusal(&why.to_string())),
        }
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
