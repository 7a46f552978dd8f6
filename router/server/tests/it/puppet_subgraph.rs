//! A subgraph that answers when the test says so: what comes before what is then known, and nobody has to sleep.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{convert::Infallible, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct PuppetSubgraph {
    pub(crate) url: String,
    asked: mpsc::Receiver<AskedPuppet>,
    _tasks: JoinSet<()>,
}

/// A request that waits for its answer.
pub(crate) struct AskedPuppet {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    answer: oneshot::Sender<String>,
}

impl PuppetSubgraph {
    pub(crate) async fn start() -> PuppetSubgraph {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let (sender, asked) = mpsc::channel(16);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let sender = sender.clone();
                let service = service_fn(move |request| serve(request, sender.clone()));
                connections.spawn(async move {
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        PuppetSubgraph { url, asked, _tasks: tasks }
    }

    pub(crate) async fn asked(&mut self) -> AskedPuppet {
        timeout(PATIENCE, self.asked.recv()).await.expect("the router asks").unwrap()
    }

    /// Whether another request has come.
    pub(crate) fn is_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    /// The next request gets this answer.
    pub(crate) async fn answer(&mut self, json: &str) {
        self.asked().await.answer(json);
    }
}

impl AskedPuppet {
    pub(crate) fn answer(self, json: &str) {
        let _ = self.answer.send(json.to_owned());
    }

    /// The router hangs up.
    pub(crate) async fn until_dropped(mut self) {
        timeout(PATIENCE, self.answer.closed()).await.expect("the router hangs up");
    }
}

async fn serve(
    request: Request<Incoming>,
    sender: mpsc::Sender<AskedPuppet>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let (answer, answered) = oneshot::channel();
    let body = serde_json::from_slice(&body).unwrap();
    let _ = sender.send(AskedPuppet { headers: parts.headers, body, answer }).await;
    let answer = answered.await.unwrap_or_default();
    Ok(Response::builder().header("content-type", "application/json").body(Full::new(answer.into())).unwrap())
}
