//! A client for a provider's HTTP API: forms out, JSON back, and which failures may have reached the provider.

use super::CallError;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore};
use std::{error::Error, fmt, sync::Arc, time::Duration};

/// Longer answers are not read.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("set up TLS")]
    Tls(#[from] rustls::Error),
    #[error("read the certificate authorities of this machine")]
    SystemRoots(#[source] std::io::Error),
    #[error("the key is no value of a header")]
    Key,
}

/// A client of one provider.
#[derive(Clone)]
pub(super) struct HttpClient {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
    authorisation: HeaderValue,
}

/// A request: a form where there are fields and the method is POST, else a query.
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    /// Begins with `/`.
    pub(super) path: String,
    pub(super) fields: Vec<(&'a str, String)>,
    pub(super) idempotency_key: Option<String>,
}

impl HttpClient {
    pub(super) fn new(url: &str, key: &str) -> Result<HttpClient, ClientError> {
        let mut authorisation = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| ClientError::Key)?;
        authorisation.set_sensitive(true);
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIME_MAX));
        let tls = tls_config(url.starts_with("https:"))?;
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Ok(HttpClient { client, url: url.to_owned(), authorisation })
    }

    pub(super) async fn ask(&self, asked: Asked<'_>) -> Result<(StatusCode, Bytes), CallError> {
        let form = encoded(&asked.fields);
        let is_post = asked.method == Method::POST;
        let url = match is_post || form.is_empty() {
            true => format!("{}{}", self.url, asked.path),
            false => format!("{}{}?{form}", self.url, asked.path),
        };
        let mut request = Request::builder().method(asked.method).uri(url);
        request = request.header(header::AUTHORIZATION, self.authorisation.clone());
        if let Some(key) = &asked.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if is_post {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = if is_post { Full::from(form) } else { Full::default() };
        let request = request.body(body).map_err(|error| CallError::NotSent(error.to_string()))?;
        let response = self.client.request(request).await.map_err(|error| match error.is_connect() {
            true => CallError::NotSent(with_causes(&error)),
            false => CallError::Unknown(with_causes(&error)),
        })?;
        let (parts, body) = response.into_parts();
        match Limited::new(body, ANSWER_BYTES_MAX).collect().await {
            Ok(body) => Ok((parts.status, body.to_bytes())),
            Err(error) => Err(CallError::Unknown(format!("the answer is not whole: {error}"))),
        }
    }
}

/// A plain URL needs no certificate authorities, which a bare machine may not have.
fn tls_config(uses_tls: bool) -> Result<ClientConfig, ClientError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match uses_tls {
        true => builder.with_native_roots().map_err(ClientError::SystemRoots)?,
        false => builder.with_root_certificates(RootCertStore::empty()),
    };
    Ok(builder.with_no_client_auth())
}

/// As `application/x-www-form-urlencoded` has it.
fn encoded(fields: &[(&str, String)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        encode(&mut form, name);
        form.push('=');
        encode(&mut form, value);
    }
    form
}

fn encode(form: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => form.push(char::from(byte)),
            other => form.push_str(&format!("%{other:02X}")),
        }
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpClient").field("url", &self.url).finish_non_exhaustive()
    }
}
