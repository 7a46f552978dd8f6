//! A dispute: the buyer's bank takes money back. While it is open the money is nobody's; then it is its owners' again, or lost.

use super::ids::{DisputeId, PaymentId};
use chrono::{DateTime, Utc};
use hansa_values::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a dispute ended, for the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisputeOutcome {
    Won,
    Lost,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Dispute {
    pub id: DisputeId,
    pub payment: PaymentId,
    /// The provider's id.
    pub reference: String,
    /// What is held back: never more than was captured and has not gone back.
    pub amount: Money,
    /// SCREAMING_SNAKE.
    pub reason: String,
    /// `None` while it is open.
    pub outcome: Option<DisputeOutcome>,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// What the provider tells of a dispute, as often and as late as it likes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DisputeTold {
    pub(crate) reference: String,
    /// Without it, everything that is left of the payment.
    pub(crate) amount: Option<Money>,
    pub(crate) reason: String,
    /// Where it has ended.
    pub(crate) outcome: Option<DisputeOutcome>,
}

impl DisputeOutcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            DisputeOutcome::Won => "won",
            DisputeOutcome::Lost => "lost",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<DisputeOutcome> {
        [DisputeOutcome::Won, DisputeOutcome::Lost].into_iter().find(|outcome| outcome.as_str() == text)
    }
}
