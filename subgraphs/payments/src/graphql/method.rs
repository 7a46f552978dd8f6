//! `PaymentMethod`: for its owner alone.

use super::payment::label;
use crate::tables::payment_methods::PaymentMethodRow;
use async_graphql::{ID, Object};
use hansa_subgraph_host::scalars::DateTime;

/// What somebody pays with.
#[derive(Debug, Clone)]
pub(crate) struct PaymentMethodNode(pub(super) PaymentMethodRow);

#[Object(name = "PaymentMethod")]
impl PaymentMethodNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What `orderPlace` is given as `paymentMethod`. The provider's: it is worth nothing to anybody else.
    async fn token(&self) -> &str {
        &self.0.token
    }

    /// For people.
    async fn label(&self) -> String {
        label(&self.0.token)
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}
