//! Asks running subgraphs for their SDL, as composition wants it: `{ _service { sdl } }`.
//! Federation subgraph specification, "Query._service".

use crate::{
    content_coding::CodingError,
    decompression::DecompressionError,
    subgraph_transport::{
        AskTerms, FetchFailure,
        answer_body::BodyError,
        ask,
        connector::ConnectionError,
        http_client::{ClientError, ConnectionSettings, HttpClients},
        parse_url, post,
    },
};
use bytes::Bytes;
use hansa_executor::MemoryLease;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, uri::Scheme};
use serde_json::Value;
use std::{
    error::Error,
    fmt::Write as _,
    io::{self, ErrorKind},
    time::Duration,
};

const BODY: &[u8] = br#"{"query":"query SubgraphSdl { _service { sdl } }","operationName":"SubgraphSdl"}"#;

/// Twice what an SDL may have: JSON writes line ends and quotes with two letters.
const ANSWER_BYTES_MAX: usize = 2 * SDL_BYTES_MAX;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// How much of what somebody else wrote is repeated in a message.
const EXCERPT_CHARS_MAX: usize = 200;

/// A larger SDL is refused, wherever it comes from.
pub const SDL_BYTES_MAX: usize = 16 << 20;

/// Where and how one subgraph is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct SdlRequest {
    url: Uri,
    headers: HeaderMap,
    timeout: Duration,
}

/// Asks; keeps its connections for the next time.
#[derive(Debug, Default)]
pub struct SdlClient(HttpClients);

/// Why a subgraph's SDL could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SdlError {
    #[error("nothing answers at this address: connection refused; is the subgraph running?")]
    Refused,
    #[error("no server of this name is known; is the name right?")]
    UnknownHost,
    #[error("it speaks no TLS at this address; is it http:// and not https://?")]
    NotTls,
    #[error("TLS fails")]
    Tls(#[source] rustls::Error),
    #[error("its answer is not HTTP; is the port right, and http:// rather than https://?")]
    NotHttp,
    #[error("it closed the connection without an answer")]
    Closed,
    #[error("no connection, or it broke")]
    Unreachable(#[source] ConnectionError),
    #[error("no complete answer within {}", spelled(*.0))]
    TimedOut(Duration),
    #[error("no connection over TLS can be made")]
    Client(#[from] ClientError),
    #[error("the answer broke off")]
    BrokeOff(#[source] ConnectionError),
    #[error("the answer is larger than {} MiB", bytes_max >> 20)]
    TooLarge { bytes_max: usize },
    #[error("the answer cannot be decompressed")]
    Coding(#[source] CodingError),
    #[error("the answer cannot be decompressed")]
    Compressed(#[source] DecompressionError),
    #[error("it answers with HTTP status {status}{hint}")]
    Status { status: u16, hint: &'static str },
    #[error("its answer is no GraphQL response in JSON: {excerpt}; does the URL lead to its GraphQL endpoint?")]
    NotGraphql { excerpt: String },
    #[error("it answers with errors: {0}")]
    Errors(String),
    #[error(
        "it is no federation subgraph: its Query has no field `_service`. Add your server library's federation support, \
         or save its SDL in a file and name that with `schema.file`"
    )]
    NotASubgraph,
    #[error("its SDL is empty")]
    Empty,
}

impl SdlError {
    /// Whether it may be gone without anybody's doing, as while the subgraph starts.
    pub fn may_pass(&self) -> bool {
        match self {
            SdlError::Refused
            | SdlError::UnknownHost
            | SdlError::Closed
            | SdlError::Unreachable(_)
            | SdlError::TimedOut(_)
            | SdlError::BrokeOff(_) => true,
            SdlError::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

/// Whether a subgraph can be asked there; otherwise what to write instead.
pub fn check_url(text: &str) -> Result<(), String> {
    match parse_url(text) {
        Some(_) => Ok(()),
        None => Err(format!("`{text}` is no URL; write http:// or https://, a host and a path")),
    }
}

impl SdlRequest {
    pub fn new(url: &str, timeout: Duration) -> Result<SdlRequest, String> {
        check_url(url)?;
        let url: Uri = url.parse().map_err(|_| format!("`{url}` is no URL"))?;
        if url.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            // Not repeated in the message, as it would be in others and in the supergraph.
            return Err(
                "a user name or password in the URL is not sent; write a header in `introspection_headers`, such \
                        as `Authorization`"
                    .to_owned(),
            );
        }
        Ok(SdlRequest { url, headers: HeaderMap::new(), timeout })
    }

    /// Sends this header along.
    pub fn header(mut self, name: &str, value: &str) -> Result<SdlRequest, String> {
        let name: HeaderName = name.parse().map_err(|_| format!("`{name}` is no header name"))?;
        // Not repeated in the message: it may be a secret.
        let mut value: HeaderValue = value.parse().map_err(|_| format!("the value of `{name}` is no header value"))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }
}

impl SdlClient {
    /// The subgraph's SDL as it gives it, within the request's timeout.
    pub async fn ask(&self, request: &SdlRequest) -> Result<String, SdlError> {
        let settings = ConnectionSettings {
            connect_timeout: CONNECT_TIMEOUT.min(request.timeout),
            idle_timeout: IDLE_TIMEOUT,
            idle_connections_max: 1,
            http2_only: false,
            certificate_authorities: None,
            uses_tls: request.url.scheme() == Some(&Scheme::HTTPS),
            http1_only: false,
        };
        let client = self.0.client(&settings, &request.url)?;
        let mut http_request = post(&request.url, Bytes::from_static(BODY));
        for (name, value) in &request.headers {
            http_request.headers_mut().insert(name, value.clone());
        }
        let memory = MemoryLease::uncounted();
        let terms = AskTerms { body_bytes_max: ANSWER_BYTES_MAX, is_repeatable: true, memory };
        let answer = tokio::time::timeout(request.timeout, ask(&client, http_request, terms)).await;
        let answer = answer.unwrap_or(Err(FetchFailure::TimedOut)).map_err(|failure| no_answer(failure, request))?;
        sdl_in(answer.response.status, &answer.response.body)
    }
}

fn no_answer(failure: FetchFailure, request: &SdlRequest) -> SdlError {
    match failure {
        FetchFailure::TimedOut => SdlError::TimedOut(request.timeout),
        FetchFailure::Unreachable(error) => no_connection(&error).unwrap_or(SdlError::Unreachable(error)),
        FetchFailure::Coding(error) => SdlError::Coding(error),
        FetchFailure::Body(BodyError::TooLarge { bytes_max })
        | FetchFailure::Compressed(DecompressionError::TooLarge { bytes_max }) => SdlError::TooLarge { bytes_max },
        FetchFailure::Compressed(error) => SdlError::Compressed(error),
        FetchFailure::Body(BodyError::Broken(error)) => SdlError::BrokeOff(error),
    }
}

/// The libraries' words say nothing to whoever runs a subgraph; what is behind them does.
fn no_connection(error: &(dyn Error + 'static)) -> Option<SdlError> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return io_failure(error);
        }
        match error.downcast_ref::<ConnectionError>() {
            Some(ConnectionError::Malformed(_)) => return Some(SdlError::NotHttp),
            Some(ConnectionError::Closed) => return Some(SdlError::Closed),
            _ => {}
        }
        cause = error.source();
    }
    None
}

fn io_failure(error: &io::Error) -> Option<SdlError> {
    if error.kind() == ErrorKind::ConnectionRefused {
        return Some(SdlError::Refused);
    }
    let inner = error.get_ref();
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<io::Error>()) {
        return io_failure(error);
    }
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return Some(match error {
            rustls::Error::InvalidMessage(_) => SdlError::NotTls,
            error => SdlError::Tls(error.clone()),
        });
    }
    // The standard library has no kind for it, only these words.
    error.to_string().starts_with("failed to lookup address").then_some(SdlError::UnknownHost)
}

/// As the flag that sets it is written.
fn spelled(duration: Duration) -> String {
    match (duration.as_secs(), duration.subsec_nanos()) {
        (seconds, 0) => format!("{seconds}s"),
        _ => format!("{}ms", duration.as_millis()),
    }
}

/// Servers answer an operation that is not valid with any status, so the body is looked at first.
fn sdl_in(status: u16, body: &[u8]) -> Result<String, SdlError> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    match &answer["data"]["_service"]["sdl"] {
        Value::String(sdl) if sdl.trim().is_empty() => return Err(SdlError::Empty),
        Value::String(sdl) => return Ok(sdl.clone()),
        _ => {}
    }
    if errors.iter().any(is_about_service_field) || (errors.is_empty() && answer["data"].is_object()) {
        return Err(SdlError::NotASubgraph);
    }
    if !errors.is_empty() {
        return Err(SdlError::Errors(listed(errors)));
    }
    match status {
        200..300 => Err(SdlError::NotGraphql { excerpt: excerpt(&String::from_utf8_lossy(body)) }),
        _ => Err(SdlError::Status { status, hint: hint(status) }),
    }
}

/// Every server words it in its own way, and names the field.
fn is_about_service_field(error: &Value) -> bool {
    let message = error["message"].as_str().unwrap_or_default();
    error["path"].is_null() && message.split(|c: char| c != '_' && !c.is_alphanumeric()).any(|word| word == "_service")
}

fn listed(errors: &[Value]) -> String {
    let mut text = String::new();
    let messages = errors.iter().filter_map(|error| error["message"].as_str());
    for message in messages.take(3) {
        let separator = if text.is_empty() { "" } else { "; " };
        let _ = write!(text, "{separator}{}", excerpt(message));
    }
    text
}

fn hint(status: u16) -> &'static str {
    match status {
        300..=399 => "; write the URL that it redirects to",
        401 | 403 => "; does it want a header? Give it in `introspection_headers`",
        404 | 405 => "; is the path right, often /graphql?",
        _ => "",
    }
}

/// One line without control characters, so that nobody else's text changes a terminal.
fn excerpt(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut excerpt: String = words.chars().filter(|c| !c.is_control()).take(EXCERPT_CHARS_MAX).collect();
    if words.chars().count() > EXCERPT_CHARS_MAX {
        excerpt.push('…');
    }
    match excerpt.is_empty() {
        true => "it is empty".to_owned(),
        false => format!("`{excerpt}`"),
    }
}
