//! Bounded context: payments, and the ledger of what they moved. README.md says what it owns, and how its mutations refuse.

mod calls;
mod commands;
mod disputes;
mod domain;
mod erasures;
mod graphql;
mod methods;
mod payments;
mod provider;
mod requests;
mod settings;
mod settle;
mod tables;
#[cfg(test)]
mod tests;
mod webhooks;

pub use calls::Calls;
pub use commands::{CommandError, PayoutSchedule, RefundCreate};
pub use domain::{
    Refusal,
    dispute::{Dispute, DisputeOutcome},
    event::{
        DisputeClosed, Disputed, LedgerPosted, PaymentEvent, PayoutScheduled, PostedLine, Refunded, Refused, Requested,
        Succeeded, Told,
    },
    ids::{DisputeId, LedgerEntryId, OrderId, PaymentId, PaymentMethodId, PayoutId, RefundId, VendorId},
    ledger::AccountKind,
    operation::OperationKind,
    payment::{Payment, PaymentStatus},
};
pub use methods::{PaymentMethodAttach, PaymentMethodDetach};
pub use payments::Payments;
pub use provider::{Call, CallError, CallFuture, Outcome, Provider, SandboxCall, SandboxLog};
pub use requests::Requests;
pub use settings::{PaymentsSettings, ProviderSettings, SandboxSettings, Secret, SettingError, StripeSettings};
pub use tables::{
    payment_methods::PaymentMethodRow,
    payouts::PayoutRow,
    refunds::{RefundRow, RefundStatus},
};
pub use webhooks::SandboxWebhooks;

use hansa_event_sourcing::Published;
use hansa_messaging::{Erasures, Listener};

/// Its name in the supergraph.
pub const NAME: &str = "payments";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[("payment", "Payment")];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[
    Published {
        aggregate: "payment",
        events: &[
            ("requested", 1),
            ("authorised", 1),
            ("declined", 1),
            ("outcome_unknown", 1),
            ("voided", 1),
            ("void_failed", 1),
            ("captured", 1),
            ("capture_failed", 1),
            ("refunded", 1),
            ("refund_failed", 1),
            ("disputed", 1),
            ("dispute_closed", 1),
        ],
    },
    Published { aggregate: "ledger", events: &[("posted", 1)] },
    Published { aggregate: "payout", events: &[("scheduled", 1)] },
];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[
    Listener { consumer: Requests::NAME, events: Requests::LISTENS },
    Listener { consumer: Erasures::NAME, events: Erasures::LISTENS },
];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}
