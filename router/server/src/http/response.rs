//! Responses with their status and headers.

use crate::{
    client_error::ClientError,
    error_code::{ErrorCode, StatusRule},
    http::{
        body::{PartsBody, RouterBody},
        media_type::{Accepted, MediaType},
        payload_format::PayloadFormat,
    },
    memory,
    pipeline::Answer,
};
use bytes::Bytes;
use hansa_executor::HeldBytes;
use hansa_telemetry::TraceContext;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// An answer that an execution gave.
pub(crate) fn answer(accepted: Accepted, answer: Answer) -> Response<RouterBody> {
    let Answer { mut parts, body, held, .. } = answer;
    if parts.is_empty() {
        return data(accepted, body, Some(held));
    }
    if accepted.whole.is_none() && accepted.incremental.is_some() {
        parts.push(body.into());
        return data(accepted, parts.concat(), Some(held));
    }
    parts.push(body.into());
    let body = RouterBody::Parts(Box::new(PartsBody::new(parts, held)));
    with_body(StatusCode::OK, accepted.whole.unwrap_or(MediaType::Json).header_value(), body)
}

/// A GraphQL response that has data; `body` ends with a closing brace.
pub(crate) fn data(accepted: Accepted, mut body: Vec<u8>, held: Option<HeldBytes>) -> Response<RouterBody> {
    let counted = |bytes: Bytes| match held {
        Some(held) => memory::counted(bytes, held),
        None => bytes,
    };
    let format = match accepted {
        Accepted { whole: None, incremental: Some(format), .. } => format,
        _ => {
            let media_type = accepted.whole.unwrap_or(MediaType::Json);
            return with_body(StatusCode::OK, media_type.header_value(), counted(Bytes::from(body)));
        }
    };
    if let PayloadFormat::Multipart { .. } = format {
        body.pop();
        body.extend_from_slice(b",\"hasNext\":false}");
    }
    with_payloads(format, RouterBody::from(counted(format.payload(&body, true, true))))
}

/// A GraphQL response without data. A client that reads nothing but events learns from an event what is wrong with its
/// operation: the browser's `EventSource` shows no other answer. What is wrong with its HTTP request is a status all the same.
pub(crate) fn error(accepted: Accepted, error: &ClientError, trace_id: &str) -> Response<RouterBody> {
    let body = error.to_json(trace_id);
    let takes_events_only =
        matches!(accepted, Accepted { whole: None, incremental: Some(PayloadFormat::EventStream), .. });
    if takes_events_only && matches!(error.code.status_rule(), StatusRule::ByMediaType(_)) {
        return data(accepted, body, None);
    }
    let media_type = accepted.whole.unwrap_or(MediaType::GraphqlResponse);
    let status = error.code.status(media_type.is_graphql_response());
    let mut response = with_body(status, media_type.header_value(), Bytes::from(body));
    if let Some(allow) = error.allow {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(accept_encoding) = error.accept_encoding {
        response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept_encoding));
    }
    if let Some(challenge) = error.challenge {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if matches!(error.code, ErrorCode::Overloaded | ErrorCode::AuthenticationUnavailable) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// A response in parts. Proxies are told to pass on what they have.
pub(crate) fn with_payloads(format: PayloadFormat, body: RouterBody) -> Response<RouterBody> {
    let mut response = with_body(StatusCode::OK, format.content_type(), body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

/// For paths other than GraphQL's, in the same form.
pub(crate) fn refused(code: ErrorCode, description: &str, allow: Option<&'static str>) -> Response<RouterBody> {
    let refusal = ClientError { allow, ..ClientError::new(code, description) };
    error(Accepted::JSON, &refusal, TraceContext::new().trace_id())
}

pub(crate) fn with_body(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<RouterBody>,
) -> Response<RouterBody> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    // Errors quote what the client sent: no browser may take them for a page.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
