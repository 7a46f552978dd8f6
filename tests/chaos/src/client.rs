//! A GraphQL client that tells apart what was answered, what was refused, and what nobody knows.

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// How long what must have an answer is asked for, and how long between two attempts.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

/// Asks a router, with a token or without.
#[derive(Debug, Clone)]
pub struct Client {
    http: HttpClient<HttpConnector, Full<Bytes>>,
    url: String,
    token: Option<String>,
    timeout: Duration,
}

/// What a subscription tells, event by event.
#[derive(Debug)]
pub struct Subscription {
    body: Incoming,
    /// Of the event that is not there as a whole yet.
    read: Vec<u8>,
}

impl Subscription {
    /// The next response, or `None` when the subscription has ended.
    pub async fn next(&mut self) -> Result<Option<Value>> {
        loop {
            while let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.read.drain(..end + 2).collect();
                let event = std::str::from_utf8(&event).context("an event is no text")?;
                let data = event.lines().find_map(|line| line.strip_prefix("data:")).map(str::trim);
                match data.filter(|data| !data.is_empty()) {
                    Some(data) => return serde_json::from_str(data).context("an event is no JSON").map(Some),
                    None if event.starts_with("event: complete") => return Ok(None),
                    None => {}
                }
            }
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            if let Ok(data) = frame.context("the subscription broke off")?.into_data() {
                self.read.extend_from_slice(&data);
            }
        }
    }
}

/// What became of a request.
#[derive(Debug)]
pub enum Reply {
    /// `data` and nothing else.
    Data(Value),
    /// Refused, or failed in a way that says so: the whole answer.
    Errors(Value),
    /// No answer: it may have been done.
    Unknown(String),
}

impl Client {
    pub fn new(origin: &str) -> Client {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = HttpClient::builder(TokioExecutor::new()).pool_max_idle_per_host(1_000).build(connector);
        Client { http, url: format!("{origin}/graphql"), token: None, timeout: Duration::from_secs(20) }
    }

    pub fn with_token(&self, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn with_timeout(&self, timeout: Duration) -> Client {
        Client { timeout, ..self.clone() }
    }

    pub async fn ask(&self, query: &str, variables: &Value) -> Reply {
        match timeout(self.timeout, self.post(query, variables)).await {
            Err(_) => Reply::Unknown("no answer in time".to_owned()),
            Ok(Err(error)) => Reply::Unknown(format!("{error:#}")),
            Ok(Ok(mut answer)) => match answer.get("errors") {
                None => Reply::Data(answer["data"].take()),
                Some(_) => Reply::Errors(answer),
            },
        }
    }

    /// The data of an answer that must have no errors.
    pub async fn data(&self, query: &str, variables: &Value) -> Result<Value> {
        match self.ask(query, variables).await {
            Reply::Data(data) => Ok(data),
            Reply::Errors(answer) => bail!("{query}: {answer}"),
            Reply::Unknown(reason) => bail!("{query}: {reason}"),
        }
    }

    /// A mutation with one `input`, selected as said and with its user errors.
    pub async fn mutate(&self, mutation: &str, selection: &str, input: &Value) -> Reply {
        let mut reply = self.ask(&mutation_text(mutation, selection), &json!({ "input": input })).await;
        if let Reply::Data(data) = &mut reply {
            *data = data[mutation].take();
        }
        reply
    }

    /// The payload of a mutation that must be done.
    pub async fn done(&self, mutation: &str, selection: &str, input: &Value) -> Result<Value> {
        match self.mutate(mutation, selection, input).await {
            Reply::Data(payload) if payload["userErrors"] == json!([]) => Ok(payload),
            other => bail!("{mutation}: {other:?}"),
        }
    }

    /// A subscription, as server-sent events.
    pub async fn subscribe(&self, query: &str, variables: &Value) -> Result<Subscription> {
        let response = self.send("text/event-stream", (query, variables)).await?;
        match response.status().is_success() {
            true => Ok(Subscription { body: response.into_body(), read: Vec::new() }),
            false => bail!("{query}: {}", response.status()),
        }
    }

    async fn send(&self, accept: &str, (query, variables): (&str, &Value)) -> Result<Response<Incoming>> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post(&self.url).header(header::CONTENT_TYPE, "application/json");
        request = request.header(header::ACCEPT, accept);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.http.request(request.body(Full::from(body))?).await.context("no connection")
    }

    /// The same, asked again while nobody answers or an answer has errors: of a mutation that may be repeated. For times when
    /// nothing is broken, on a machine that is slow.
    pub async fn done_at_last(&self, mutation: &str, selection: &str, input: &Value) -> Result<Value> {
        let started = Instant::now();
        loop {
            match self.mutate(mutation, selection, input).await {
                Reply::Data(payload) if payload["userErrors"] == json!([]) => return Ok(payload),
                Reply::Errors(_) | Reply::Unknown(_) if started.elapsed() < PATIENCE => sleep(PAUSE).await,
                other => bail!("{mutation}: {other:?}"),
            }
        }
    }

    /// The data of a query that must have an answer, asked again in the same way.
    pub async fn data_at_last(&self, query: &str, variables: &Value) -> Result<Value> {
        let started = Instant::now();
        loop {
            match self.data(query, variables).await {
                Err(_) if started.elapsed() < PATIENCE => sleep(PAUSE).await,
                done => return done,
            }
        }
    }

    async fn post(&self, query: &str, variables: &Value) -> Result<Value> {
        let response = self.send("application/json", (query, variables)).await?;
        let bytes = response.into_body().collect().await.context("the answer broke off")?.to_bytes();
        serde_json::from_slice(&bytes).context("the answer is no JSON")
    }
}

fn mutation_text(mutation: &str, selection: &str) -> String {
    let (first, rest) = mutation.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    format!(
        "mutation Do($input: {input}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code message }} }} }}"
    )
}

/// Whether a URL answers with status 200.
pub(crate) async fn is_ready(url: &str) -> bool {
    let client: HttpClient<HttpConnector, Full<Bytes>> = HttpClient::builder(TokioExecutor::new()).build_http();
    let Ok(url) = url.parse() else { return false };
    let answer = timeout(Duration::from_secs(2), client.get(url)).await;
    matches!(answer, Ok(Ok(response)) if response.status().is_success())
}
