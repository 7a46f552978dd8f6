//! `POST /graphql` with JSON, as GraphQL over HTTP wants it; streams go on to where they are served.

use super::{Endpoint, event_stream, socket_upgrade, streaming::ALL_TAKEN};
use crate::{ErrorCode, GraphqlRequest, RequestContext};
use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How long a caller may take to send its body.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// A request that is not executed: its status, code and text.
pub(super) type Refusal = (StatusCode, ErrorCode, String);

pub(super) async fn answer(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let started = Instant::now();
    let accepted = media_type(request.headers());
    let Some(context) = request.extensions().get::<RequestContext>().cloned() else {
        // The check of the passport stands before this.
        return Response::new(Body::empty());
    };
    let trace_id = context.trace_id().to_owned();
    if socket_upgrade::is_wanted(&request) {
        let upgraded = socket_upgrade::response(&endpoint, request, context);
        return upgraded.unwrap_or_else(|refused| endpoint.refuse(refused, accepted, &trace_id));
    }
    let (parts, body) = request.into_parts();
    let read = async {
        check_head(&parts.method, &parts.headers)?;
        read_request(body).await
    };
    match read.await {
        Ok(request) if event_stream::is_wanted(&parts.headers) => {
            let taken = || (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::DownstreamUnavailable, ALL_TAKEN.to_owned());
            let begun = event_stream::response(&endpoint, request, context);
            begun.unwrap_or_else(|_| endpoint.refuse(taken(), accepted, &trace_id))
        }
        Ok(request) => {
            let _working = endpoint.metrics.working();
            let answer = endpoint.subgraph.answer(request, context).await;
            let status = match (answer.is_refused, accepted) {
                (true, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
                _ => StatusCode::OK,
            };
            endpoint.metrics.answered(&answer, started.elapsed());
            response(status, accepted, answer.json)
        }
        Err(refused) => endpoint.refuse(refused, accepted, &trace_id),
    }
}

impl Endpoint {
    fn refuse(&self, (status, code, text): Refusal, accepted: MediaType, trace_id: &str) -> Response {
        self.metrics.refused(status);
        let mut response = refusal(status, accepted, (code, &text), trace_id);
        let headers = response.headers_mut();
        match status {
            StatusCode::METHOD_NOT_ALLOWED => headers.insert(header::ALLOW, HeaderValue::from_static("POST")),
            StatusCode::UPGRADE_REQUIRED => {
                headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
            }
            _ => None,
        };
        response
    }
}

fn check_head(method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    let refuse = |status, text: &str| Err((status, ErrorCode::BadUserInput, text.to_owned()));
    if method != Method::POST {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "GraphQL is asked with POST here");
    }
    if !is_json(headers) {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is application/json, in UTF-8");
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_BYTES_MAX as u64) {
        return Err(too_large());
    }
    Ok(())
}

async fn read_request(body: Body) -> Result<GraphqlRequest, Refusal> {
    let refusal = |status, text: &str| (status, ErrorCode::BadUserInput, text.to_owned());
    let body = match timeout(BODY_TIME_MAX, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
        Ok(Err(_)) => return Err(refusal(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => return Err(refusal(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    };
    parse(&body).map_err(|problem| refusal(StatusCode::BAD_REQUEST, &problem))
}

fn parse(body: &Bytes) -> Result<GraphqlRequest, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is no GraphQL request in JSON: {error}"))
}

fn too_large() -> Refusal {
    let text = format!("the body is larger than {BODY_BYTES_MAX} bytes");
    (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::BadUserInput, text)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    is_json && is_utf8
}

/// The two media types of responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    GraphqlResponse,
    Json,
}

/// The newer one where it is accepted by name.
pub(super) fn media_type(headers: &HeaderMap) -> MediaType {
    let mut accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    match accepted.any(|value| value.contains("application/graphql-response+json")) {
        true => MediaType::GraphqlResponse,
        false => MediaType::Json,
    }
}

pub(super) fn refusal(
    status: StatusCode,
    accepted: MediaType,
    (code, text): (ErrorCode, &str),
    trace_id: &str,
) -> Response {
    let extensions = json!({ "code": code.as_str(), "traceId": trace_id });
    let body = json!({ "errors": [{ "message": text, "extensions": extensions }] });
    response(status, accepted, body.to_string().into_bytes())
}

fn response(status: StatusCode, accepted: MediaType, json: Vec<u8>) -> Response {
    let content_type = match accepted {
        MediaType::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        MediaType::Json => "application/json; charset=utf-8",
    };
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
