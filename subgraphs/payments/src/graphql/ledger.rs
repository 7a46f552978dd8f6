//! `LedgerAccount` and `Payout`.

use super::vendor::VendorNode;
use crate::{
    domain::ledger::AccountKind as Kind,
    tables::{ledger::AccountRow, payouts::PayoutRow},
};
use async_graphql::{Enum, ID, Object};
use hansa_subgraph_host::{
    Sibling,
    scalars::{DateTime, Money},
};

/// What an account is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum LedgerAccountKind {
    /// What the payment provider owes the platform.
    ProviderClearing,
    /// Captured, and not yet anybody's.
    CustomerFunds,
    /// What a vendor is owed.
    VendorPayable,
    PlatformFees,
    /// What buyers paid for shipping.
    Shipping,
    /// What was sent to vendors.
    PayoutClearing,
    /// What buyers' banks want back, until it is known whose it is.
    Disputes,
}

#[derive(Debug, Clone)]
pub(crate) struct LedgerAccountNode(pub(super) AccountRow);

#[derive(Debug, Clone)]
pub(crate) struct PayoutNode(pub(super) PayoutRow);

/// An account of the ledger, in one currency.
#[Object(name = "LedgerAccount")]
impl LedgerAccountNode {
    async fn kind(&self) -> LedgerAccountKind {
        match self.0.kind {
            Kind::ProviderClearing => LedgerAccountKind::ProviderClearing,
            Kind::CustomerFunds => LedgerAccountKind::CustomerFunds,
            Kind::VendorPayable => LedgerAccountKind::VendorPayable,
            Kind::PlatformFees => LedgerAccountKind::PlatformFees,
            Kind::Shipping => LedgerAccountKind::Shipping,
            Kind::PayoutClearing => LedgerAccountKind::PayoutClearing,
            Kind::Disputes => LedgerAccountKind::Disputes,
        }
    }

    /// Whose it is; null for the platform's own.
    async fn vendor(&self) -> Option<VendorNode> {
        self.0.vendor.map(|(vendor, _)| VendorNode(Sibling::one(vendor)))
    }

    async fn balance(&self) -> Money {
        self.0.balance().into()
    }
}

/// Money that was sent to a vendor.
#[Object(name = "Payout")]
impl PayoutNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn vendor(&self) -> VendorNode {
        VendorNode(Sibling::one(self.0.vendor))
    }

    async fn amount(&self) -> Money {
        self.0.amount.into()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}
