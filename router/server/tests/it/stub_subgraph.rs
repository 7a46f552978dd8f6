//! A subgraph whose answers are exactly the bytes and headers that the test wants, and which remembers what it was sent.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinSet};

pub(crate) struct StubSubgraph {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct State {
    headers: HeaderMap,
    body: Bytes,
    seen: Vec<HeaderMap>,
}

impl StubSubgraph {
    pub(crate) async fn start() -> StubSubgraph {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let mut tasks = JoinSet::new();
        let of_server = state.clone();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let state = of_server.clone();
                let service = service_fn(move |request| answer(request, state.clone()));
                connections.spawn(async move {
                    let server = hyper::server::conn::http1::Builder::new();
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        StubSubgraph { url, state, _tasks: tasks }
    }

    /// How all further requests are answered.
    pub(crate) fn answers(&self, headers: &[(&'static str, &[u8])], body: impl Into<Bytes>) {
        let mut state = self.state.lock().unwrap();
        state.headers = HeaderMap::new();
        for (name, value) in headers {
            state.headers.append(*name, value.to_vec().try_into().unwrap());
        }
        state.body = body.into();
    }

    /// The headers of all requests.
    pub(crate) fn seen(&self) -> Vec<HeaderMap> {
        self.state.lock().unwrap().seen.clone()
    }
}

async fn answer(request: Request<Incoming>, state: Arc<Mutex<State>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    body.collect().await.unwrap();
    let mut state = state.lock().unwrap();
    state.seen.push(parts.headers);
    let mut response = Response::new(Full::new(state.body.clone()));
    response.headers_mut().insert("content-type", "application/json".parse().unwrap());
    for (name, value) in &state.headers {
        response.headers_mut().append(name, value.clone());
    }
    Ok(response)
}
