//! One HTTP request to one subgraph and its whole answer: addresses, headers, timeouts and size limits.

pub(crate) mod answer_body;
pub(crate) mod connector;
pub(crate) mod events;
pub(crate) mod failure_log;
pub(crate) mod headers;
pub(crate) mod http1;
pub(crate) mod http2;
pub(crate) mod http_client;
pub(crate) mod idle_connections;
pub(crate) mod settings;
pub(crate) mod shared_fetches;

use crate::{
    Config,
    content_coding::{CodingError, ReadableCoding, accept_encoding},
    decompression::{DecompressionError, decompress},
    long_work,
    memory::pacing::note_work,
    metrics::FetchMetrics,
    passports::{self, MintError, RequestPassport},
};
use answer_body::BodyError;
use bytes::Bytes;
use connector::ConnectionError;
use events::EventsEndpoint;
use failure_log::FailureLog;
use hansa_executor::{
    FetchReport, HeldBytes, MemoryLease, SubgraphRequest, SubgraphResponse, Transport, TransportError, codes,
};
use hansa_federation::{Subgraph, Supergraph};
use hansa_query_planner::plan::FetchId;
use hansa_telemetry::TraceContext;
use headers::HeaderRules;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header, uri::Scheme};
use http_client::{ClientError, ConnectionSettings, HttpClient, HttpClients};
use shared_fetches::SharedFetches;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Why subgraphs cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    #[error("the settings name a subgraph `{name}` that the supergraph does not have{nearest}")]
    UnknownSubgraph { name: String, nearest: String },
    #[error(
        "subgraph `{subgraph}` has no usable URL (`{url}`); give one in the router's settings, `subgraphs.{subgraph}.url`"
    )]
    Url { subgraph: String, url: String },
    #[error("subgraph `{subgraph}` cannot be reached over TLS")]
    Client { subgraph: String, source: ClientError },
}

/// Where one subgraph is and how it is asked; made once for each supergraph.
#[derive(Debug)]
pub(crate) struct Endpoint {
    name: String,
    url: Uri,
    client: HttpClient,
    timeout: Duration,
    body_bytes_max: usize,
    accept_encoding: Option<HeaderValue>,
    rules: HeaderRules,
    wants_passport: bool,
    shared_fetches: Option<Arc<SharedFetches>>,
    metrics: FetchMetrics,
    failure_log: FailureLog,
    /// Where the supergraph has subscriptions.
    events: Option<EventsEndpoint>,
}

/// Endpoints in the order of the supergraph's subgraphs.
pub(crate) fn endpoints(
    supergraph: &Supergraph,
    config: &Config,
    clients: &HttpClients,
    metrics: impl Fn(&str) -> FetchMetrics,
) -> Result<Vec<Endpoint>, EndpointError> {
    let is_known = |name: &&String| supergraph.subgraphs.iter().any(|subgraph| subgraph.name == **name);
    let mut named = config.subgraphs.keys().chain(config.headers.subgraphs.keys());
    if let Some(unknown) = named.find(|name| !is_known(name)) {
        let known = supergraph.subgraphs.iter().map(|subgraph| subgraph.name.as_str());
        let nearest = known.min_by_key(|name| strsim::damerau_levenshtein(name, unknown));
        return Err(EndpointError::UnknownSubgraph {
            name: unknown.clone(),
            nearest: nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default(),
        });
    }
    let has_subscriptions = supergraph.subscription.is_some() && config.subscriptions.enabled;
    let endpoint =
        |subgraph: &Subgraph| endpoint(subgraph, config, (clients, has_subscriptions), metrics(&subgraph.name));
    supergraph.subgraphs.iter().map(endpoint).collect()
}

fn endpoint(
    subgraph: &Subgraph,
    config: &Config,
    (clients, has_subscriptions): (&HttpClients, bool),
    metrics: FetchMetrics,
) -> Result<Endpoint, EndpointError> {
    let defaults = &config.subgraph_defaults;
    let own = config.subgraphs.get(&subgraph.name).cloned().unwrap_or_default();
    let url_text = own.url.as_ref().unwrap_or(&subgraph.url);
    let url = parse_url(url_text)
        .ok_or_else(|| EndpointError::Url { subgraph: subgraph.name.clone(), url: url_text.clone() })?;
    let settings = ConnectionSettings {
        connect_timeout: own.connect_timeout.unwrap_or(defaults.connect_timeout).0,
        idle_timeout: defaults.idle_timeout.0,
        idle_connections_max: defaults.idle_connections_max as usize,
        http2_only: own.http2_only.unwrap_or(defaults.http2_only),
        certificate_authorities: own.certificate_authorities.or_else(|| defaults.certificate_authorities.clone()),
        uses_tls: url.scheme() == Some(&Scheme::HTTPS),
        http1_only: false,
    };
    let client = clients
        .client(&settings, &url)
        .map_err(|source| EndpointError::Client { subgraph: subgraph.name.clone(), source })?;
    let events = match has_subscriptions {
        true => Some(EventsEndpoint::new(&subgraph.name, &own.subscriptions, (settings, &url), clients)?),
        false => None,
    };
    let timeout = own.timeout.unwrap_or(defaults.timeout).0;
    let shares_fetches = own.share_fetches.unwrap_or(defaults.share_fetches) && !own.passport;
    Ok(Endpoint {
        name: subgraph.name.clone(),
        url,
        client,
        timeout,
        body_bytes_max: own.body_bytes_max.unwrap_or(defaults.body_bytes_max).as_usize(),
        accept_encoding: accept_encoding(own.accept_encodings.as_ref().unwrap_or(&defaults.accept_encodings)),
        rules: config.headers.rules_for(&subgraph.name),
        wants_passport: own.passport,
        shared_fetches: shares_fetches.then(|| Arc::new(SharedFetches::new(timeout))),
        metrics,
        failure_log: FailureLog::new(),
        events,
    })
}

pub(crate) fn parse_url(text: &str) -> Option<Uri> {
    let url: Uri = text.parse().ok()?;
    let is_http = matches!(url.scheme_str(), Some("http" | "https"));
    let host = url.host().filter(|host| !host.is_empty())?;
    // A port that is no port is none to the library, and the request would go to another one.
    let after_host = url.authority()?.as_str().rsplit('@').next()?.strip_prefix(host)?;
    let is_port = after_host.is_empty() || after_host.strip_prefix(':')?.parse::<u16>().is_ok();
    (is_http && is_port).then_some(url)
}

/// A GraphQL request without the headers that depend on who asks.
pub(crate) fn post(url: &Uri, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.clone();
    let headers = request.headers_mut();
    headers.reserve(8);
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::ACCEPT, ACCEPT);
    request
}

/// Asks subgraphs on behalf of one client request.
#[derive(Debug)]
pub(crate) struct RequestTransport<'a> {
    pub(crate) endpoints: &'a [Endpoint],
    pub(crate) client_headers: &'a HeaderMap,
    pub(crate) trace: &'a TraceContext,
    pub(crate) passport: RequestPassport<'a>,
    /// Fetches that got the answer of another request's.
    pub(crate) shared: Mutex<Vec<FetchId>>,
    pub(crate) memory: Arc<MemoryLease>,
    /// What is counted for the answers so far: they are kept until the end.
    pub(crate) answer_bytes: AtomicUsize,
}

impl Drop for RequestTransport<'_> {
    fn drop(&mut self) {
        self.memory.free(self.answer_bytes.load(Ordering::Relaxed));
    }
}

const ACCEPT: HeaderValue = HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

impl Transport for RequestTransport<'_> {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        let Some(endpoint) = self.endpoints.get(request.subgraph.0 as usize) else {
            return Err(failure(codes::INTERNAL, "the subgraph has no address"));
        };
        if let Some(shared) = endpoint.shared_fetches.as_ref().filter(|_| !request.tells_of_changes) {
            return self.send_shared(endpoint, shared, request).await;
        }
        let (started, request_bytes) = (Instant::now(), request.body.len());
        let terms = AskTerms {
            body_bytes_max: endpoint.body_bytes_max,
            is_repeatable: !request.is_mutation,
            memory: &self.memory,
        };
        let http_request = self.http_request(endpoint, request).map_err(|error| {
            endpoint.log_failure(self.trace.trace_id(), codes::INTERNAL, &chain(&error));
            failure(codes::INTERNAL, "the router could not ask the subgraph")
        })?;
        let mut held = self.memory.hold_nothing();
        if held.resize(request_bytes).is_err() {
            return Err(failure(codes::RESPONSE_TOO_LARGE, "a request to the subgraph is larger than allowed"));
        }
        let asked = std::pin::pin!(ask(&endpoint.client, http_request, terms));
        let answer = tokio::time::timeout(endpoint.timeout, asked).await;
        note_work();
        endpoint.metrics.answered(started.elapsed());
        let answer = answer.unwrap_or(Err(FetchFailure::TimedOut));
        let HeldResponse { response, held } = answer.map_err(|failure| self.failed(endpoint, &failure))?;
        self.answer_bytes.fetch_add(held.keep(), Ordering::Relaxed);
        Ok(response)
    }

    fn run_long<R>(&self, work: impl FnOnce() -> R) -> R {
        long_work::run(work)
    }
}

impl Endpoint {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether any of these headers of a client reaches the subgraph.
    pub(crate) fn sends_on(&self, headers: &HeaderMap) -> bool {
        let (mut with, mut without) = (HeaderMap::new(), HeaderMap::new());
        self.rules.apply(headers, &mut with);
        self.rules.apply(&HeaderMap::new(), &mut without);
        with != without || headers.iter().any(|(name, value)| without.get(name) == Some(value))
    }

    pub(crate) fn wants_passport(&self) -> bool {
        self.wants_passport
    }

    /// For a fetch whose answer came and cannot be used.
    pub(crate) fn fetch_failed(&self, report: &FetchReport, trace_id: &str) {
        let Some(code) = report.failure else { return };
        self.metrics.failed(code);
        if let Some(status) = report.status {
            self.log_failure(trace_id, code, &format!("answer with status {status} cannot be used"));
        }
    }

    fn log_failure(&self, trace_id: &str, code: &str, cause: &str) {
        self.failure_log.write(&self.name, trace_id, code, cause);
    }
}

/// Why there is no answer. The causes are for the log: they name addresses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchFailure {
    #[error("no answer in time")]
    TimedOut,
    #[error("no connection, or it broke")]
    Unreachable(#[source] ConnectionError),
    #[error("answer cannot be decompressed")]
    Coding(#[source] CodingError),
    #[error("answer cannot be decompressed")]
    Compressed(#[source] DecompressionError),
    #[error("answer cannot be read")]
    Body(#[source] BodyError<ConnectionError>),
}

impl FetchFailure {
    fn to_transport_error(&self) -> TransportError {
        let (code, description) = match self {
            FetchFailure::TimedOut => (codes::TIMEOUT, "the subgraph did not answer in time"),
            FetchFailure::Unreachable(ConnectionError::Malformed(_)) => {
                (codes::DOWNSTREAM_INVALID_RESPONSE, "the subgraph's answer is not HTTP")
            }
            FetchFailure::Unreachable(_) => (codes::DOWNSTREAM_UNAVAILABLE, "the subgraph cannot be reached"),
            FetchFailure::Coding(_) => (
                codes::DOWNSTREAM_INVALID_RESPONSE,
                "the subgraph answered in a content coding that the router does not read",
            ),
            FetchFailure::Body(BodyError::TooLarge { .. })
            | FetchFailure::Compressed(DecompressionError::TooLarge { .. }) => {
                (codes::RESPONSE_TOO_LARGE, "the subgraph's answer is larger than allowed")
            }
            FetchFailure::Compressed(_) => {
                (codes::DOWNSTREAM_INVALID_RESPONSE, "the subgraph's answer is not compressed as it says")
            }
            FetchFailure::Body(BodyError::Broken(_)) => {
                (codes::DOWNSTREAM_UNAVAILABLE, "the subgraph's answer broke off")
            }
        };
        failure(code, description)
    }
}

impl RequestTransport<'_> {
    fn http_request(&self, endpoint: &Endpoint, request: SubgraphRequest) -> Result<Request<Bytes>, MintError> {
        let mut http_request = self.request_without_trace(endpoint, request.body);
        let headers = http_request.headers_mut();
        self.add_trace(headers);
        if endpoint.wants_passport {
            headers.insert(passports::HEADER, self.passport.header_value(self.endpoints)?);
        }
        Ok(http_request)
    }

    fn request_without_trace(&self, endpoint: &Endpoint, body: Bytes) -> Request<Bytes> {
        let mut http_request = post(&endpoint.url, body);
        let headers = http_request.headers_mut();
        if let Some(accept_encoding) = &endpoint.accept_encoding {
            headers.insert(header::ACCEPT_ENCODING, accept_encoding.clone());
        }
        endpoint.rules.apply(self.client_headers, headers);
        http_request
    }

    fn add_trace(&self, headers: &mut HeaderMap) {
        if let Ok(traceparent) = HeaderValue::try_from(self.trace.child_traceparent()) {
            headers.insert(TRACEPARENT, traceparent);
        }
        if let Some(Ok(tracestate)) = self.trace.tracestate().map(HeaderValue::from_str) {
            headers.insert(TRACESTATE, tracestate);
        }
    }

    fn failed(&self, endpoint: &Endpoint, failure: &FetchFailure) -> TransportError {
        let error = failure.to_transport_error();
        endpoint.log_failure(self.trace.trace_id(), error.code, &chain(failure));
        error
    }
}

/// What a request is sent on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskTerms<'a> {
    /// The largest answer that is read.
    pub(crate) body_bytes_max: usize,
    /// Nothing is changed by it, so that it may be sent again when nobody knows whether it arrived.
    pub(crate) is_repeatable: bool,
    /// On whose account the answer is held.
    pub(crate) memory: &'a Arc<MemoryLease>,
}

/// What is read of an HTTP answer.
#[derive(Debug)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) content_encodings: Vec<HeaderValue>,
    pub(crate) body: Bytes,
    pub(crate) held: HeldBytes,
}

/// An answer that counts as held.
#[derive(Debug)]
pub(crate) struct HeldResponse {
    pub(crate) response: SubgraphResponse,
    pub(crate) held: HeldBytes,
}

pub(crate) async fn ask(
    client: &HttpClient,
    request: Request<Bytes>,
    terms: AskTerms<'_>,
) -> Result<HeldResponse, FetchFailure> {
    let HttpAnswer { status, content_encodings, mut body, mut held } = client.request(&request, terms).await?;
    if !content_encodings.is_empty()
        && let Some(coding) = ReadableCoding::of(content_encodings.iter()).map_err(FetchFailure::Coding)?
    {
        let bytes_max = terms.body_bytes_max;
        body = decompress(coding, body, (bytes_max, &mut held)).await.map_err(FetchFailure::Compressed)?;
    }
    Ok(HeldResponse { response: SubgraphResponse { status, body }, held })
}

fn failure(code: &'static str, description: &str) -> TransportError {
    TransportError { code, message: description.to_owned() }
}

/// An error with its causes, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
