//! A router on a free port, in front of mock subgraphs on another, and a client that says exactly what it sends.

use bytes::Bytes;
use hansa_mock_subgraph::{Knobs, MockSubgraph};
use hansa_server::{Config, Mode, Router, Span, SubgraphConfig, SupergraphSwap};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

pub(crate) const SUPERGRAPH: &str = include_str!("data/supergraph.graphql");
const ACCOUNTS: &str = include_str!("data/accounts.graphql");
const BLOG: &str = include_str!("data/blog.graphql");

pub(crate) const JSON: &str = "application/json";
pub(crate) const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) accounts: Arc<MockSubgraph>,
    pub(crate) blog: Arc<MockSubgraph>,
    client: Client<HttpConnector, Full<Bytes>>,
    stop: Option<oneshot::Sender<()>>,
    tasks: JoinSet<()>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.body))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// `extensions.code` of the first error; empty without errors.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn content_type(&self) -> &str {
        self.headers["content-type"].to_str().unwrap()
    }
}

/// Settings that tests start from: development mode, and the mocks' addresses come later.
pub(crate) fn settings() -> Config {
    let mut config = Config { mode: Mode::Development, listen: ([127, 0, 0, 1], 0).into(), ..Config::default() };
    config.connections.drain_timeout = Span::from_secs(3);
    config
}

impl Running {
    pub(crate) async fn start(config: Config) -> Running {
        Running::with_knobs(config, Knobs::default()).await
    }

    /// `knobs` are for subgraph `accounts`.
    pub(crate) async fn with_knobs(config: Config, knobs: Knobs) -> Running {
        let (mut running, config) = Running::subgraphs(config, knobs).await;
        running.run(Router::new(config).supergraph_sdl(SUPERGRAPH)).await;
        running
    }

    /// The subgraphs only, and settings that lead to them.
    pub(crate) async fn subgraphs(mut config: Config, knobs: Knobs) -> (Running, Config) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mocks_address = listener.local_addr().unwrap();
        let accounts = Arc::new(MockSubgraph::new("accounts", ACCOUNTS, None).unwrap().record_requests(100));
        let blog = Arc::new(MockSubgraph::new("blog", BLOG, None).unwrap().record_requests(100));
        for name in ["accounts", "blog"] {
            let own: &mut SubgraphConfig = config.subgraphs.entry(name.to_owned()).or_default();
            own.url.get_or_insert_with(|| format!("http://{mocks_address}/{name}/graphql"));
        }
        let mut tasks = JoinSet::new();
        let mocks =
            vec![("accounts".to_owned(), accounts.clone(), knobs), ("blog".to_owned(), blog.clone(), Knobs::default())];
        tasks.spawn(async move {
            hansa_mock_subgraph::serve(listener, mocks, std::future::pending()).await.unwrap();
        });
        let running = Running {
            address: mocks_address,
            accounts,
            blog,
            client: Client::builder(TokioExecutor::new()).build_http(),
            stop: None,
            tasks,
        };
        (running, config)
    }

    /// What comes back can replace the supergraph.
    pub(crate) async fn run(&mut self, router: Router) -> SupergraphSwap {
        let bound = router.bind().await.unwrap();
        let swap = bound.supergraph_swap();
        self.address = bound.local_addr();
        let (stop, stopped) = oneshot::channel();
        self.stop = Some(stop);
        self.tasks.spawn(async move {
            bound
                .run(async {
                    let _ = stopped.await;
                })
                .await;
        });
        swap
    }

    /// Tells the router to stop.
    pub(crate) fn stop_handle(&mut self) -> oneshot::Sender<()> {
        self.stop.take().unwrap()
    }

    /// The router's end. The mocks are still there.
    pub(crate) async fn ended(&mut self) {
        self.tasks.join_next().await.unwrap().unwrap();
    }

    pub(crate) async fn send(&self, request: http::request::Builder, body: impl Into<Bytes>) -> Answer {
        let request = request.body(Full::new(body.into())).unwrap();
        self.try_send(request).await.unwrap()
    }

    /// The response's body is still to come.
    pub(crate) async fn open(&self, accept: &str, query: &str) -> Response<Incoming> {
        let body = json!({ "query": query }).to_string();
        let request = self.request(Method::POST, "/graphql").header("content-type", JSON).header("accept", accept);
        self.client.request(request.body(Full::new(body.into())).unwrap()).await.unwrap()
    }

    pub(crate) async fn try_send(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let response = self.client.request(request).await.map_err(|error| error.to_string())?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(format!("http://{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path), "").await
    }

    /// A POST as a careful client sends it.
    pub(crate) fn post(&self) -> http::request::Builder {
        self.request(Method::POST, "/graphql").header("content-type", JSON).header("accept", GRAPHQL_RESPONSE)
    }

    /// The value of one line of `/metrics`; empty when there is none.
    pub(crate) async fn metric(&self, line: &str) -> String {
        let text = self.get("/metrics").await.text();
        let found = text.lines().find(|known| known.starts_with(line)).unwrap_or_default();
        found.rsplit(' ').next().unwrap_or_default().to_owned()
    }

    pub(crate) async fn until_metric(&self, line: &str, value: &str) {
        let reached = async {
            while self.metric(line).await != value {
                tokio::task::yield_now().await;
            }
        };
        let reached = tokio::time::timeout(Duration::from_secs(30), reached).await;
        reached.unwrap_or_else(|_| panic!("{line} never became {value}"));
    }

    pub(crate) async fn until_metric_above(&self, line: &str, bound: u32) {
        let reached = async {
            while self.metric(line).await.parse().unwrap_or(0) <= bound {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let reached = tokio::time::timeout(Duration::from_secs(10), reached).await;
        reached.unwrap_or_else(|_| panic!("{line} never rose above {bound}"));
    }

    pub(crate) async fn until_in_flight(&self, count: u32) {
        self.until_metric("hansa_requests_in_flight", &count.to_string()).await;
    }

    pub(crate) async fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, json!({})).await
    }

    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.send(self.post(), body).await
    }
}
