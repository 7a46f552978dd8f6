//! A client for servers on this machine: every exchange is bounded in time and in bytes.

use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// The public audit allows a gateway ten seconds for one answer.
const TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST_BODY: usize = 16 << 20;

/// Keeps connections open between requests, as a client would.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Default for HttpClient {
    fn default() -> Self {
        HttpClient { client: Client::builder(TokioExecutor::new()).build_http() }
    }
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// As in the header; empty where there is none.
    pub media_type: String,
    pub body: Bytes,
}

impl HttpClient {
    pub async fn get(&self, url: &str) -> Result<(StatusCode, Bytes)> {
        let request = Request::get(url).body(Full::default())?;
        let answer = self.exchange(request).await?;
        Ok((answer.status, answer.body))
    }

    pub async fn post_json(&self, url: &str, body: Vec<u8>) -> Result<Answer> {
        let json = HeaderValue::from_static("application/json");
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::ACCEPT, json.clone())
            .header(header::CONTENT_TYPE, json)
            .body(Full::from(body))?;
        self.exchange(request).await
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer> {
        let url = request.uri().to_string();
        let answer = async {
            let response = self.client.request(request).await?;
            let status = response.status();
            let media_type = response.headers().get(header::CONTENT_TYPE);
            let media_type = media_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let body = Limited::new(response.into_body(), LARGEST_BODY).collect().await;
            let body = body.map_err(anyhow::Error::from_boxed)?.to_bytes();
            anyhow::Ok(Answer { status, media_type, body })
        };
        tokio::time::timeout(TIMEOUT, answer)
            .await
            .with_context(|| format!("{url} did not answer within {} s", TIMEOUT.as_secs()))?
            .with_context(|| format!("request to {url} failed"))
    }
}
