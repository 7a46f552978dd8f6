//! HTTP/2 towards subgraphs: one connection for all requests, and another when the server ends it.

use crate::running::{Running, settings};
use bytes::Bytes;
use hansa_server::{Config, Span, SubgraphConfig};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Barrier, watch},
    task::JoinSet,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);
const QUERY: &str = "{ user(id: 3) { id } }";
const DATA: &str = "{\"data\":{\"user\":{\"id\":\"3\"}}}";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// It says goodbye and answers what is under way.
    Graceful,
    /// It is gone.
    Abrupt,
}

/// Ends its connections when it is told to.
struct Http2Subgraph {
    url: String,
    connections: Arc<AtomicUsize>,
    endings: watch::Sender<Option<Ending>>,
    /// Ends the request instead of answering it.
    resets: Arc<AtomicBool>,
    /// Connections that have ended.
    ended: watch::Receiver<usize>,
    _tasks: JoinSet<()>,
}

impl Http2Subgraph {
    /// Answers once this many requests are there.
    async fn start(together: usize) -> Http2Subgraph {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let (endings, told) = watch::channel(None);
        let (tell, ended) = watch::channel(0);
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, barrier) = (connections.clone(), Arc::new(Barrier::new(together)));
        let resets = Arc::new(AtomicBool::new(false));
        let resets_told = resets.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                let (mut told, tell) = (told.clone(), tell.clone());
                let (barrier, resets) = (barrier.clone(), resets_told.clone());
                told.mark_unchanged();
                open.spawn(async move {
                    serve(stream, told, (barrier, resets)).await;
                    tell.send_modify(|ended| *ended += 1);
                });
            }
        });
        Http2Subgraph { url, connections, endings, resets, ended, _tasks: tasks }
    }

    async fn router(&self) -> Running {
        self.router_with(settings()).await
    }

    async fn router_with(&self, mut config: Config) -> Running {
        let own = SubgraphConfig { url: Some(self.url.clone()), http2_only: Some(true), ..SubgraphConfig::default() };
        config.subgraphs.insert("accounts".to_owned(), own);
        Running::start(config).await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn serve(
    stream: TcpStream,
    mut told: watch::Receiver<Option<Ending>>,
    (barrier, resets): (Arc<Barrier>, Arc<AtomicBool>),
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (barrier, resets) = (barrier.clone(), resets.clone());
        async move {
            request.into_body().collect().await.unwrap();
            barrier.wait().await;
            match resets.load(Ordering::Relaxed) {
                true => Err(io::Error::other("reset")),
                false => Ok(Response::new(Full::new(Bytes::from(DATA)))),
            }
        }
    });
    let connection = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = told.changed() => {}
    }
    if *told.borrow() == Some(Ending::Graceful) {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

#[tokio::test]
async fn one_connection_carries_requests_at_once() {
    let subgraph = Http2Subgraph::start(3).await;
    let router = subgraph.router().await;
    let answers = tokio::join!(router.ask(QUERY), router.ask(QUERY), router.ask(QUERY));
    for answer in [answers.0, answers.1, answers.2] {
        assert_eq!(answer.text(), DATA);
    }
    assert_eq!(subgraph.connections(), 1);
}

#[tokio::test]
async fn an_ended_connection_is_replaced() {
    for ending in [Ending::Graceful, Ending::Abrupt] {
        let mut subgraph = Http2Subgraph::start(1).await;
        let router = subgraph.router().await;
        for count in 1..=3 {
            assert_eq!(router.ask(QUERY).await.text(), DATA, "{ending:?}");
            assert_eq!(subgraph.connections(), count, "{ending:?}");
            subgraph.endings.send(Some(ending)).unwrap();
            subgraph.ended.wait_for(|ended| *ended == count).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_request_that_the_server_ends_leaves_the_connection_to_the_others() {
    let subgraph = Http2Subgraph::start(1).await;
    let router = subgraph.router().await;
    assert_eq!(router.ask(QUERY).await.text(), DATA);
    subgraph.resets.store(true, Ordering::Relaxed);
    assert_eq!(router.ask(QUERY).await.code(), "DOWNSTREAM_UNAVAILABLE");
    subgraph.resets.store(false, Ordering::Relaxed);
    assert_eq!(router.ask(QUERY).await.text(), DATA);
    assert_eq!(subgraph.connections(), 1);
}

#[tokio::test]
async fn an_unused_connection_is_closed() {
    let mut config = settings();
    config.subgraph_defaults.idle_timeout = Span::from_millis(1);
    let mut subgraph = Http2Subgraph::start(1).await;
    let router = subgraph.router_with(config).await;
    for count in 1..=2 {
        assert_eq!(router.ask(QUERY).await.text(), DATA);
        timeout(PATIENCE, subgraph.ended.wait_for(|ended| *ended == count)).await.expect("it is closed").unwrap();
        assert_eq!(subgraph.connections(), count);
    }
}
