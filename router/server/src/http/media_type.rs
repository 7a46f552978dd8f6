//! Which media type a response has, and which bodies are read. GraphQL over HTTP, "Media Types".

use crate::{client_error::ClientError, error_code::ErrorCode};
use http::{HeaderMap, HeaderValue, header};

/// The two media types of GraphQL responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/graphql-response+json`: the status tells how the request went.
    GraphqlResponse,
    /// `application/json`: status 200 for every well-formed request.
    Json,
}

impl MediaType {
    pub(crate) fn header_value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            MediaType::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            MediaType::Json => "application/json; charset=utf-8",
        })
    }

    pub(crate) fn is_graphql_response(self) -> bool {
        self == MediaType::GraphqlResponse
    }
}

/// The media type that the client likes best; of those it likes equally, the first it names. A client that names none
/// of ours but allows anything gets `application/json`.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<MediaType, ClientError> {
    let mut best: Option<(f32, MediaType)> = None;
    let mut accepts_all = true;
    for range in header_parts(headers, &header::ACCEPT) {
        accepts_all = false;
        let (essence, quality) = essence_and_quality(range);
        let media_type = match essence.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => MediaType::GraphqlResponse,
            "application/json" | "application/*" | "*/*" => MediaType::Json,
            _ => continue,
        };
        if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, media_type));
        }
    }
    match best {
        Some((_, media_type)) => Ok(media_type),
        None if accepts_all => Ok(MediaType::Json),
        None => {
            let description = "`Accept` must allow application/graphql-response+json or application/json";
            Err(ClientError::new(ErrorCode::NotAcceptable, description))
        }
    }
}

/// Whether a browser wants a page rather than data.
pub(crate) fn prefers_page(headers: &HeaderMap) -> bool {
    let first = header_parts(headers, &header::ACCEPT).next();
    first.is_some_and(|range| essence_and_quality(range).0.eq_ignore_ascii_case("text/html"))
}

/// Only `application/json` in UTF-8 is read. The other content types are those that a foreign page's form could send
/// without asking, so this also keeps out cross-site requests.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), ClientError> {
    let unsupported = |description: &str| Err(ClientError::new(ErrorCode::UnsupportedMediaType, description));
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return unsupported("`Content-Type` must be given, once: application/json");
    };
    let mut parameters = value.to_str().unwrap_or_default().split(';').map(str::trim);
    let essence = parameters.next().unwrap_or_default();
    if !essence.eq_ignore_ascii_case("application/json") {
        return unsupported("`Content-Type` must be application/json");
    }
    for parameter in parameters {
        let Some((name, charset)) = parameter.split_once('=') else { continue };
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        if is_charset && !charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8") {
            return unsupported("the body must be in UTF-8");
        }
    }
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => unsupported("compressed bodies are not read"),
        _ => Ok(()),
    }
}

fn header_parts<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter();
    let lists = values.map(|value| value.to_str().unwrap_or_default());
    lists.flat_map(|list| list.split(',')).map(str::trim).filter(|part| !part.is_empty())
}

/// Broken weights count as 1, as if they were not there.
fn essence_and_quality(range: &str) -> (&str, f32) {
    let mut parameters = range.split(';').map(str::trim);
    let essence = parameters.next().unwrap_or_default();
    let weight = parameters.find_map(|parameter| {
        let (name, weight) = parameter.split_once('=')?;
        let is_weight = name.trim().eq_ignore_ascii_case("q");
        is_weight.then(|| weight.trim().parse().unwrap_or(1.0))
    });
    (essence, weight.unwrap_or(1.0))
}
