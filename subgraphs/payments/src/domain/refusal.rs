//! Why a command was not done: a closed list, in README.md with the mutations that give it.

use hansa_values::{CurrencyCode, Money, MoneyError};

/// An expected failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the caller may not do this in the acting tenant")]
    Forbidden,
    #[error("only users have payment methods")]
    Unauthenticated,
    #[error(
        "a payment method is a token of the provider: 1 to 200 letters, digits, `_` and `-`, and never the number of a card"
    )]
    PaymentMethodInvalid,
    #[error("one user has {max} payment methods at most")]
    TooManyPaymentMethods { max: usize },
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("an amount of money that moves is more than nothing")]
    AmountNotPositive,
    #[error(transparent)]
    AmountInvalid(#[from] MoneyError),
    #[error("this is in {currency}, and amounts in other currencies are not exchanged")]
    CurrencyMismatch { currency: CurrencyCode },
    #[error("nothing of this payment was captured, so there is nothing to give back")]
    NotCaptured,
    #[error("at most {} {} of this payment can still be given back", left.amount(), left.currency)]
    RefundTooLarge { left: Money },
    #[error("a reason has 1 to 200 characters, and no control characters")]
    ReasonInvalid,
    #[error("the vendor's balance is {} {}", balance.amount(), balance.currency)]
    BalanceTooSmall { balance: Money },
    #[error("this key was used before, with another input")]
    IdempotencyKeyReused,
}

impl Refusal {
    /// The code that clients see.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Forbidden => "FORBIDDEN",
            Refusal::Unauthenticated => "UNAUTHENTICATED",
            Refusal::PaymentMethodInvalid => "PAYMENT_METHOD_INVALID",
            Refusal::TooManyPaymentMethods { .. } => "TOO_MANY_PAYMENT_METHODS",
            Refusal::NotFound(_) => "NOT_FOUND",
            Refusal::AmountNotPositive => "AMOUNT_NOT_POSITIVE",
            Refusal::AmountInvalid(_) => "AMOUNT_INVALID",
            Refusal::CurrencyMismatch { .. } => "CURRENCY_MISMATCH",
            Refusal::NotCaptured => "NOT_CAPTURED",
            Refusal::RefundTooLarge { .. } => "REFUND_TOO_LARGE",
            Refusal::ReasonInvalid => "REASON_INVALID",
            Refusal::BalanceTooSmall { .. } => "BALANCE_TOO_SMALL",
            Refusal::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
        }
    }
}
