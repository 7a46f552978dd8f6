//! Durations, sizes and addresses as people write them: `500ms`, `10s`, `2MiB`, `[::1]:4000`. A bare number would
//! leave the unit to be guessed.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, net::SocketAddr, str::FromStr, time::Duration};

/// A length of time with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// A number of bytes with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const SPAN_UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
const SIZE_UNITS: [(&str, u64); 4] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)];

impl Span {
    pub const fn from_secs(seconds: u64) -> Span {
        Span(Duration::from_secs(seconds))
    }

    pub const fn from_millis(milliseconds: u64) -> Span {
        Span(Duration::from_millis(milliseconds))
    }
}

impl ByteSize {
    pub const fn from_kib(kibibytes: u64) -> ByteSize {
        ByteSize(kibibytes << 10)
    }

    pub const fn from_mib(mebibytes: u64) -> ByteSize {
        ByteSize(mebibytes << 20)
    }

    /// For comparing with the length of something in memory.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        number_with_unit(text, &SPAN_UNITS).map(|milliseconds| Span(Duration::from_millis(milliseconds))).ok_or_else(
            || format!("`{text}` is no duration; write a whole number and a unit, such as 500ms, 10s, 2m or 1h"),
        )
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<ByteSize, String> {
        number_with_unit(text, &SIZE_UNITS).map(ByteSize).ok_or_else(|| {
            format!("`{text}` is no size; write a whole number and a unit, such as 512B, 64KiB, 2MiB or 1GiB")
        })
    }
}

fn number_with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits_end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let number: u64 = text[..digits_end].parse().ok()?;
    let unit = text[digits_end..].trim_start();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor)
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        write_with_unit(formatter, milliseconds, &SPAN_UNITS, "ms")
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with_unit(formatter, self.0, &SIZE_UNITS, "B")
    }
}

/// In the largest unit that needs no fraction.
fn write_with_unit(
    formatter: &mut fmt::Formatter<'_>,
    number: u64,
    units: &[(&str, u64)],
    smallest: &str,
) -> fmt::Result {
    let whole = units.iter().filter(|(_, factor)| number > 0 && number.is_multiple_of(*factor));
    match whole.max_by_key(|(_, factor)| *factor) {
        Some((unit, factor)) => write!(formatter, "{}{unit}", number / factor),
        None => write!(formatter, "{number}{smallest}"),
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let expected = "a duration with its unit, such as 500ms, 10s, 2m or 1h";
        deserializer.deserialize_str(TextVisitor { expected, parse: Span::from_str })
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ByteSize, D::Error> {
        let expected = "a size with its unit, such as 512B, 64KiB, 2MiB or 1GiB";
        deserializer.deserialize_str(TextVisitor { expected, parse: ByteSize::from_str })
    }
}

/// An address to listen on.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("`{text}` is no address; write numbers and a port, such as 127.0.0.1:4000, 0.0.0.0:4000 or [::1]:4000")
    })
}

/// The same for a field of settings, by `#[serde(deserialize_with)]`.
pub fn deserialize_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let expected = "an address with a port, such as 127.0.0.1:4000";
    deserializer.deserialize_str(TextVisitor { expected, parse: parse_address })
}

/// Parses a text, and says what it should have been when it is none.
struct TextVisitor<T> {
    expected: &'static str,
    parse: fn(&str) -> Result<T, String>,
}

impl<T> de::Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(E::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+ ?(ms|s|m|h)$" })
    }
}

impl JsonSchema for ByteSize {
    fn schema_name() -> Cow<'static, str> {
        "ByteSize".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+ ?(B|KiB|MiB|GiB)$" })
    }
}
