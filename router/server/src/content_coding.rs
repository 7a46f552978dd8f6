//! How bodies are compressed on their way. HTTP Semantics, "Content Codings".

use http::HeaderValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The codings that settings name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContentCoding {
    Gzip,
    Br,
    Zstd,
}

/// The codings that are read. `deflate` is read from clients that never learnt anything better, and never written: it is
/// gzip with a shorter head that implementations do not agree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadableCoding {
    Gzip,
    Deflate,
    Br,
    Zstd,
}

/// A body that cannot be read because of how it says it is coded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodingError {
    #[error("content coding `{0}` is not one of gzip, br, zstd and deflate")]
    Unknown(String),
    #[error("the content codings `{0}` are applied on top of each other, and one is read at most")]
    Several(String),
}

/// Longer texts are cut: somebody else wrote them.
const NAMES_BYTES_MAX: usize = 60;

impl ContentCoding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            ContentCoding::Gzip => "gzip",
            ContentCoding::Br => "br",
            ContentCoding::Zstd => "zstd",
        }
    }
}

impl ReadableCoding {
    /// What clients may send.
    pub(crate) const ACCEPTED: &'static str = "gzip, br, zstd, deflate";

    pub(crate) fn name(self) -> &'static str {
        match self {
            ReadableCoding::Gzip => "gzip",
            ReadableCoding::Deflate => "deflate",
            ReadableCoding::Br => "br",
            ReadableCoding::Zstd => "zstd",
        }
    }

    /// How a body is coded by its `content-encoding`; `None`: not at all.
    pub(crate) fn of<'a>(lines: impl Iterator<Item = &'a HeaderValue>) -> Result<Option<ReadableCoding>, CodingError> {
        // What is not ASCII is the name of nothing.
        let names = lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(str::trim);
        let names: Vec<&str> =
            names.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity")).collect();
        match names[..] {
            [] => Ok(None),
            [name] => ReadableCoding::named(name).map(Some).ok_or_else(|| CodingError::Unknown(cut(name))),
            _ => Err(CodingError::Several(cut(&names.join(", ")))),
        }
    }

    fn named(name: &str) -> Option<ReadableCoding> {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(ReadableCoding::Gzip),
            "deflate" => Some(ReadableCoding::Deflate),
            "br" => Some(ReadableCoding::Br),
            "zstd" => Some(ReadableCoding::Zstd),
            _ => None,
        }
    }
}

/// For `accept-encoding`; `None` for a list of none.
pub(crate) fn accept_encoding(codings: &[ContentCoding]) -> Option<HeaderValue> {
    let names: Vec<&str> = codings.iter().map(|coding| coding.name()).collect();
    let value = HeaderValue::try_from(names.join(", ")).ok();
    value.filter(|_| !names.is_empty())
}

fn cut(names: &str) -> String {
    let mut end = names.len().min(NAMES_BYTES_MAX);
    while !names.is_char_boundary(end) {
        end -= 1;
    }
    names[..end].to_owned()
}
