//! How the HTTP side of a mock misbehaves on purpose.
//!
//! Names are the same in the JSON form, in the `x-mock-*` request headers (with dashes) and in the flags of
//! `hansa mock`.

use http::HeaderMap;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::str::FromStr;

/// What to do wrong. The default does nothing wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// Wait this long before answering.
    pub delay_ms: u64,
    /// Answer with this HTTP status (100 to 999) instead of the right one.
    #[serde(deserialize_with = "checked_status")]
    pub status: Option<u16>,
    /// Leave out what comes after this many bytes of the body; the HTTP message is complete, its JSON is not.
    pub truncate_bytes: Option<usize>,
    /// Break the connection off after this many bytes of the body.
    pub break_off_bytes: Option<usize>,
    /// Answer every request with `errors` carrying this text, and without `data`.
    pub error: Option<String>,
    /// Answer every n-th request with status 500 and `errors`.
    pub fail_every: Option<u64>,
    /// Add this many bytes under `extensions`, to make an enormous answer.
    pub pad_bytes: Option<usize>,
    /// Replace or damage the body.
    pub body: Option<BodyKind>,
    /// Let request headers `x-mock-delay-ms`, `x-mock-status`, … override these settings for one request.
    pub allow_headers: bool,
}

/// A body that a well-behaved subgraph never sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyKind {
    /// No body at all.
    Empty,
    /// An HTML page, as a proxy in front of a dead process sends it.
    Html,
    /// JSON that never ends: chunks until the client closes.
    Endless,
    /// Lists nested 100,000 deep.
    Deep,
    /// The right answer with two bytes in a string that are not UTF-8.
    InvalidUtf8,
    /// The right answer with each field of `data` twice; the second one is null.
    DuplicateKeys,
    /// One entity more than asked for.
    ExtraEntities,
    /// One entity fewer than asked for.
    FewerEntities,
    /// Each field of `data` has a value of another kind than its type's.
    WrongTypes,
    /// A JSON object with neither `data` nor `errors`.
    NoData,
}

const BODY_KINDS: [(&str, BodyKind); 10] = [
    ("empty", BodyKind::Empty),
    ("html", BodyKind::Html),
    ("endless", BodyKind::Endless),
    ("deep", BodyKind::Deep),
    ("invalid-utf8", BodyKind::InvalidUtf8),
    ("duplicate-keys", BodyKind::DuplicateKeys),
    ("extra-entities", BodyKind::ExtraEntities),
    ("fewer-entities", BodyKind::FewerEntities),
    ("wrong-types", BodyKind::WrongTypes),
    ("no-data", BodyKind::NoData),
];

/// What may follow `x-mock-` in the name of a request header.
const HEADERS: [&str; 8] =
    ["delay-ms", "status", "truncate-bytes", "break-off-bytes", "error", "fail-every", "pad-bytes", "body"];

impl FromStr for BodyKind {
    type Err = String;

    fn from_str(text: &str) -> Result<BodyKind, String> {
        BODY_KINDS.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind).ok_or_else(|| {
            let advice = crate::load_error::nearest_name(text, BODY_KINDS.iter().map(|(name, _)| *name));
            format!("unknown body kind `{text}`: {advice}")
        })
    }
}

impl Knobs {
    /// The settings for one request. A header that cannot be read is an error: a test that misspells one should
    /// not pass by accident.
    pub(crate) fn with_headers(&self, headers: &HeaderMap) -> Result<Knobs, String> {
        let mut knobs = self.clone();
        if !self.allow_headers {
            return Ok(knobs);
        }
        for (name, value) in headers {
            let Some(knob) = name.as_str().strip_prefix("x-mock-") else { continue };
            let text = value.to_str().map_err(|_| format!("header {name} is not plain text"))?;
            match knob {
                "delay-ms" => knobs.delay_ms = number(knob, text)?,
                "status" => knobs.status = Some(as_status(number(knob, text)?)?),
                "truncate-bytes" => knobs.truncate_bytes = Some(number(knob, text)?),
                "break-off-bytes" => knobs.break_off_bytes = Some(number(knob, text)?),
                "error" => knobs.error = Some(text.to_owned()),
                "fail-every" => knobs.fail_every = Some(number(knob, text)?),
                "pad-bytes" => knobs.pad_bytes = Some(number(knob, text)?),
                "body" => knobs.body = Some(text.parse()?),
                _ => {
                    let advice = crate::load_error::nearest_name(knob, HEADERS.into_iter());
                    return Err(format!("unknown header x-mock-{knob}: after x-mock-, {advice}"));
                }
            }
        }
        Ok(knobs)
    }
}

fn as_status(number: u16) -> Result<u16, String> {
    http::StatusCode::from_u16(number).map(|_| number).map_err(|_| format!("{number} is no HTTP status"))
}

fn checked_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let status = Option::<u16>::deserialize(deserializer)?;
    status.map(as_status).transpose().map_err(D::Error::custom)
}

fn number<T: FromStr>(knob: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("header x-mock-{knob} wants a whole number, not `{text}`"))
}
