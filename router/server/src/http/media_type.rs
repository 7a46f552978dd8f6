//! Which media type a response has, and which bodies are read. GraphQL over HTTP, "Media Types".

use crate::{
    client_error::ClientError,
    error_code::ErrorCode,
    http::payload_format::{INCREMENTAL_SPEC, PayloadFormat, SUBSCRIPTION_SPEC},
};
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

/// How a client may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// For a response as a whole. `None`: only `incremental` is accepted.
    pub(crate) whole: Option<MediaType>,
    /// For a response in parts. `None`: the client does not ask for it, or likes the whole better.
    pub(crate) incremental: Option<PayloadFormat>,
    /// For the responses of a subscription. `None`: the client takes one response only.
    pub(crate) events: Option<PayloadFormat>,
}

/// What clients may ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offered {
    /// Responses in parts.
    pub(crate) incremental: bool,
    pub(crate) subscriptions: bool,
}

impl Accepted {
    /// While it is not known what the client accepts.
    pub(crate) const JSON: Accepted = Accepted { whole: Some(MediaType::Json), incremental: None, events: None };
}

/// The media types that the client likes best. Of those it likes equally it is the one that it names, or names first; a
/// client that names none of ours but allows anything gets `application/json`. Payloads are sent to clients that name
/// their media type, and do not like another one better.
pub(crate) fn negotiate(headers: &HeaderMap, offered: Offered) -> Result<Accepted, ClientError> {
    let mut json = Liking::default();
    let mut graphql_response = Liking::default();
    let mut multipart = Liking::default();
    let mut events = Liking::default();
    let mut event_parts = Liking::default();
    let mut names_spec = false;
    let mut is_anything_named = false;
    for (position, range) in header_parts(headers, &header::ACCEPT).enumerate() {
        is_anything_named = true;
        let (essence, quality) = essence_and_quality(range);
        let hear = |liking: &mut Liking, precision| liking.hear(Liking { precision, quality, position });
        match essence.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => _ = hear(&mut graphql_response, 3),
            "application/json" => _ = hear(&mut json, 3),
            "application/*" => _ = (hear(&mut json, 2), hear(&mut graphql_response, 2)),
            "*/*" => _ = (hear(&mut json, 1), hear(&mut graphql_response, 1)),
            "multipart/mixed" => match incremental_spec(range) {
                Some(precision) if hear(&mut multipart, precision) => names_spec = precision == NAMED_SPEC,
                None if names_subscription_spec(range) => _ = hear(&mut event_parts, NAMED_SPEC),
                _ => {}
            },
            "text/event-stream" => _ = hear(&mut events, 3),
            _ => {}
        }
    }
    if !is_anything_named {
        return Ok(Accepted::JSON);
    }
    let whole = match graphql_response.is_above(&json) {
        true => (graphql_response, MediaType::GraphqlResponse),
        false => (json, MediaType::Json),
    };
    let payloads = match events.is_above(&multipart) {
        true => (events, PayloadFormat::EventStream),
        false => (multipart, PayloadFormat::Multipart { names_spec }),
    };
    // A client of event streams takes every answer as one.
    let is_payload_on = offered.incremental || offered.subscriptions && payloads.1 == PayloadFormat::EventStream;
    let is_asked = is_payload_on && payloads.0.is_accepted() && payloads.0.quality >= whole.0.quality;
    let of_subscription = match event_parts.is_above(&events) {
        true => (event_parts, PayloadFormat::SubscriptionMultipart),
        false => (events, PayloadFormat::EventStream),
    };
    let takes_events = offered.subscriptions && of_subscription.0.is_accepted();
    let accepted = Accepted {
        whole: whole.0.is_accepted().then_some(whole.1),
        incremental: is_asked.then_some(payloads.1),
        events: takes_events.then_some(of_subscription.1),
    };
    match accepted {
        Accepted { whole: None, incremental: None, events: None } => Err(not_acceptable(offered.incremental)),
        _ => Ok(accepted),
    }
}

fn not_acceptable(is_incremental_on: bool) -> ClientError {
    let description = match is_incremental_on {
        true => {
            "`Accept` must allow application/graphql-response+json or application/json; or, for responses in parts, \
             multipart/mixed (alone, or with incrementalSpec=v0.2) or text/event-stream"
        }
        false => "`Accept` must allow application/graphql-response+json or application/json",
    };
    ClientError::new(ErrorCode::NotAcceptable, description)
}

/// Whether a range of `multipart/mixed` says that responses to subscriptions are meant.
fn names_subscription_spec(range: &str) -> bool {
    let parameters = range.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut specs = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("subscriptionspec"));
    specs.any(|(_, value)| value.trim().trim_matches('"') == SUBSCRIPTION_SPEC)
}

const NAMED_SPEC: u8 = 4;

/// How precisely a range of `multipart/mixed` says that our form of payloads is meant. `None`: it means another form.
fn incremental_spec(range: &str) -> Option<u8> {
    let mut precision = 3;
    for parameter in range.split(';').skip(1).map(str::trim).filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "q" | "boundary" | "charset" => {}
            "incrementalspec" if value.trim().trim_matches('"') == INCREMENTAL_SPEC => precision = NAMED_SPEC,
            _ => return None,
        }
    }
    Some(precision)
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
    /// Whether it is the most precise until now.
    fn hear(&mut self, said: Liking) -> bool {
        let is_news = said.precision > self.precision;
        if is_news {
            *self = said;
        }
        is_news
    }

    fn is_accepted(&self) -> bool {
        self.quality > 0.0
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
    Ok(())
}

pub(crate) fn header_parts<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter();
    let lists = values.map(|value| value.to_str().unwrap_or_default());
    lists.flat_map(|list| list.split(',')).map(str::trim).filter(|part| !part.is_empty())
}

/// Broken weights count as 1, as if they were not there.
pub(crate) fn essence_and_quality(range: &str) -> (&str, f32) {
    let mut parameters = range.split(';').map(str::trim);
    let essence = parameters.next().unwrap_or_default();
    let weight = parameters.find_map(|parameter| {
        let (name, weight) = parameter.split_once('=')?;
        let is_weight = name.trim().eq_ignore_ascii_case("q");
        is_weight.then(|| weight.trim().parse().unwrap_or(1.0))
    });
    (essence, weight.unwrap_or(1.0))
}
