//! Numbers of attributes: decimals in millionths, so that equal texts are equal numbers and order is exact.

use super::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Number {
    pub millionths: i64,
}

impl Number {
    const DIGITS_BEFORE: usize = 12;
    const DIGITS_BEHIND: usize = 6;

    /// Reads `-?digits[.digits]`.
    pub fn parse(text: &str) -> Result<Number, Refusal> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number =
            |part: &str, max: usize| (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole, Self::DIGITS_BEFORE) || !is_number(fraction, Self::DIGITS_BEHIND) {
            return Err(Refusal::NumberInvalid);
        }
        let padded = format!("{whole}{fraction:0<width$}", width = Self::DIGITS_BEHIND);
        let millionths: i64 = padded.parse().map_err(|_| Refusal::NumberInvalid)?;
        Ok(Number { millionths: if text.starts_with('-') { -millionths } else { millionths } })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.millionths < 0 { "-" } else { "" };
        let digits = self.millionths.unsigned_abs();
        let fraction = format!("{:06}", digits % 1_000_000);
        match fraction.trim_end_matches('0') {
            "" => write!(formatter, "{sign}{}", digits / 1_000_000),
            fraction => write!(formatter, "{sign}{}.{fraction}", digits / 1_000_000),
        }
    }
}
