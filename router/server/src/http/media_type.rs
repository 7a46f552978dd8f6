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

/// The media type that the client likes best. Of those it likes equally it is the one that it names, or names first; a
/// client that names none of ours but allows anything gets `application/json`.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<MediaType, ClientError> {
    let mut json = Liking::default();
    let mut graphql_response = Liking::default();
    let mut is_anything_named = false;
    for (position, range) in header_parts(headers, &header::ACCEPT).enumerate() {
        is_anything_named = true;
        let (essence, quality) = essence_and_quality(range);
        let hear = |liking: &mut Liking, precision| liking.hear(Liking { precision, quality, position });
        match essence.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => hear(&mut graphql_response, 3),
            "application/json" => hear(&mut json, 3),
            "application/*" => {
                hear(&mut json, 2);
                hear(&mut graphql_response, 2);
            }
            "*/*" => {
                hear(&mut json, 1);
                hear(&mut graphql_response, 1);
            }
            _ => {}
        }
    }
    if !is_anything_named {
        return Ok(MediaType::Json);
    }
    match json.quality.max(graphql_response.quality) {
        best if best <= 0.0 => {
            let description = "`Accept` must allow application/graphql-response+json or application/json";
            Err(ClientError::new(ErrorCode::NotAcceptable, description))
        }
        _ if graphql_response.is_above(&json) => Ok(MediaType::GraphqlResponse),
        _ => Ok(MediaType::Json),
    }
}

/// What a client says of one media type. The most precise of several ranges counts. HTTP Semantics, "Accept".
#[derive(Debug, Clone, Copy, Default)]
struct Liking {
    /// 0: nothing was said.
    precision: u8,
    quality: f32,
    position: usize,
}

impl Liking {
    fn hear(&mut self, said: Liking) {
        if said.precision > self.precision {
            *self = said;
        }
    }

    fn is_above(&self, other: &Liking) -> bool {
        if self.quality != other.quality {
            return self.quality > other.quality;
        }
        (self.precision, std::cmp::Reverse(self.position)) > (other.precision, std::cmp::Reverse(other.position))
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
