//! Responses, complete with their length.

use crate::{client_error::ClientError, error_code::ErrorCode, http::media_type::MediaType};
use bytes::Bytes;
use hansa_telemetry::TraceContext;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

/// A GraphQL response that has data.
pub(crate) fn data(media_type: MediaType, body: Vec<u8>) -> Response<Full<Bytes>> {
    with_body(StatusCode::OK, media_type.header_value(), Bytes::from(body))
}

/// A GraphQL response without data.
pub(crate) fn error(media_type: MediaType, error: &ClientError, trace_id: &str) -> Response<Full<Bytes>> {
    let status = error.code.status(media_type.is_graphql_response());
    let body = Bytes::from(error.to_json(trace_id));
    let mut response = with_body(status, media_type.header_value(), body);
    if let Some(allow) = error.allow {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(challenge) = error.challenge {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if matches!(error.code, ErrorCode::Overloaded | ErrorCode::AuthenticationUnavailable) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// For paths other than GraphQL's, in the same form.
pub(crate) fn refused(code: ErrorCode, description: &str, allow: Option<&'static str>) -> Response<Full<Bytes>> {
    let refusal = ClientError { allow, ..ClientError::new(code, description) };
    error(MediaType::Json, &refusal, TraceContext::new().trace_id())
}

pub(crate) fn with_body(status: StatusCode, content_type: HeaderValue, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    // Errors quote what the client sent: no browser may take them for a page.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
