//! Money: minor units in i64 and a currency. Texts are decimals, never floats.

use crate::CurrencyCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in the smallest unit of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    pub minor_units: i64,
    pub currency: CurrencyCode,
}

/// Why a text is no amount in its currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("an amount is a decimal number such as 12.50, without spaces, signs of thousands or an exponent")]
    NotADecimal,
    #[error("{currency} has {digits} digits behind the point, not {found}")]
    TooManyDigits { currency: CurrencyCode, digits: u32, found: usize },
    #[error("the amount is larger than can be stored")]
    TooLarge,
}

impl Money {
    /// Reads `-?digits[.digits]`; fewer digits behind the point than the currency has are fine.
    pub fn parse(amount: &str, currency: CurrencyCode) -> Result<Money, MoneyError> {
        let (is_negative, digits) = match amount.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, amount),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(MoneyError::NotADecimal),
            Some((whole, fraction)) => (whole, fraction),
            None => (digits, ""),
        };
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
            return Err(MoneyError::NotADecimal);
        }
        let exponent = currency.exponent();
        if fraction.len() > exponent as usize {
            return Err(MoneyError::TooManyDigits { currency, digits: exponent, found: fraction.len() });
        }
        let sign = if is_negative { -1 } else { 1 };
        let padding = exponent as usize - fraction.len();
        let all = whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', padding));
        let minor_units = all
            .into_iter()
            .try_fold(0i64, |units, digit| units.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0')));
        minor_units.map(|minor_units| Money { minor_units, currency }).ok_or(MoneyError::TooLarge)
    }

    /// The decimal text, with all digits that the currency has.
    pub fn amount(self) -> impl fmt::Display {
        Amount(self)
    }
}

struct Amount(Money);

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Amount(money) = self;
        let exponent = money.currency.exponent();
        let sign = if money.minor_units < 0 { "-" } else { "" };
        let units = money.minor_units.unsigned_abs();
        let base = 10u64.pow(exponent);
        match exponent {
            0 => write!(formatter, "{sign}{units}"),
            _ => write!(formatter, "{sign}{}.{:0width$}", units / base, units % base, width = exponent as usize),
        }
    }
}
