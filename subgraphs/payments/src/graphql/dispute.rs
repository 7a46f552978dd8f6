//! `Dispute`.

use crate::domain::dispute::{Dispute, DisputeOutcome};
use async_graphql::{Enum, ID, Object};
use hansa_subgraph_host::scalars::{DateTime, Money};

/// What has become of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum DisputeStatus {
    /// The money is held back: nobody is paid with it, and it cannot be refunded.
    Open,
    /// The money is its owners' again.
    Won,
    /// The buyer has it back.
    Lost,
}

#[derive(Debug, Clone)]
pub(crate) struct DisputeNode(pub(super) Dispute);

/// A buyer's bank takes money back, or wanted to.
#[Object(name = "Dispute")]
impl DisputeNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What of the payment is disputed.
    async fn amount(&self) -> Money {
        self.0.amount.into()
    }

    async fn status(&self) -> DisputeStatus {
        match self.0.outcome {
            None => DisputeStatus::Open,
            Some(DisputeOutcome::Won) => DisputeStatus::Won,
            Some(DisputeOutcome::Lost) => DisputeStatus::Lost,
        }
    }

    /// As the bank says: SCREAMING_SNAKE.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }

    /// Null while it is open.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime::from)
    }
}
