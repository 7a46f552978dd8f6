//! Scalars and value types that look the same in every subgraph.

use crate::directives::shareable;
use async_graphql::{InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use chrono::{SecondsFormat, Utc};
use hansa_values::MoneyError;

const TEXT_BYTES_MAX: usize = 2048;

/// A point in time as RFC 3339 in UTC, with milliseconds: `2026-01-31T12:00:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A point in time as RFC 3339 in UTC, with milliseconds: `2026-01-31T12:00:00.000Z`.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(value, "a text such as 2026-01-31T12:00:00.000Z")?;
        match chrono::DateTime::parse_from_rfc3339(&text) {
            Ok(time) => Ok(DateTime(time.to_utc())),
            Err(_) => Err(InputValueError::custom("a time is RFC 3339, such as 2026-01-31T12:00:00.000Z")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(time: chrono::DateTime<Utc>) -> Self {
        DateTime(time)
    }
}

/// A decimal number as text, such as `12.50`: without exponent, and exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(pub String);

/// A decimal number as text, such as `12.50`: without exponent, and exact.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(value, "a text such as \"12.50\"")?;
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number(whole) && is_number(fraction) && text.len() <= 64 {
            Ok(Decimal(text))
        } else {
            Err(InputValueError::custom("a decimal is digits with one point at most, such as \"12.50\""))
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An absolute http or https URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(pub String);

/// An absolute http or https URL.
#[Scalar(name = "URL")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(value, "a text such as \"https://example.org/\"")?;
        let is_http = |uri: &http::Uri| matches!(uri.scheme_str(), Some("http" | "https"));
        match text.parse::<http::Uri>() {
            Ok(uri) if is_http(&uri) && uri.host().is_some_and(|host| !host.is_empty()) => Ok(Url(text)),
            _ => Err(InputValueError::custom("a URL is absolute and starts with http:// or https://")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An ISO 4217 code such as `EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrencyCode(pub hansa_values::CurrencyCode);

/// An ISO 4217 code such as `EUR`.
#[Scalar]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(value, "a text such as \"EUR\"")?;
        text.parse().map(CurrencyCode).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An amount in a currency.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(directive = shareable::apply())]
pub struct Money {
    /// With as many digits behind the point as the currency has.
    pub amount: Decimal,
    pub currency_code: CurrencyCode,
}

impl From<hansa_values::Money> for Money {
    fn from(money: hansa_values::Money) -> Self {
        Money { amount: Decimal(money.amount().to_string()), currency_code: CurrencyCode(money.currency) }
    }
}

/// An amount in a currency, as clients give it.
#[derive(Debug, Clone, PartialEq, Eq, InputObject)]
pub struct MoneyInput {
    /// With no more digits behind the point than the currency has.
    pub amount: Decimal,
    pub currency_code: CurrencyCode,
}

impl MoneyInput {
    pub fn money(&self) -> Result<hansa_values::Money, MoneyError> {
        hansa_values::Money::parse(&self.amount.0, self.currency_code.0)
    }
}

fn text_of<T: async_graphql::InputType>(value: Value, wanted: &str) -> Result<String, InputValueError<T>> {
    match value {
        Value::String(text) if text.len() <= TEXT_BYTES_MAX => Ok(text),
        Value::String(_) => Err(InputValueError::custom(format!("a text of at most {TEXT_BYTES_MAX} bytes is wanted"))),
        _ => Err(InputValueError::custom(format!("{wanted} is wanted"))),
    }
}
