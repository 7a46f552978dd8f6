//! Bounded context: orders. README.md says what it owns, and how its mutations refuse.

mod access;
mod commands;
mod consumers;
mod domain;
mod graphql;
mod jobs;
mod order_store;
mod orders;
mod published;
mod tables;
#[cfg(test)]
mod tests;
mod waiters;

pub use commands::{
    CartChange, CartLineUpdate, CartLinesAdd, CartLinesRemove, CheckoutCreate, CommandError, NewCartLine, OrderCancel,
    OrderPlace, ReturnLine, ReturnRefuse, ReturnRequest,
};
pub use domain::{
    Refusal, Refused,
    cart::{Cart, CartLine},
    checkout::{Checkout, Quote, QuotedLine},
    ids::{
        CartId, CartKind, CartLineId, CartLineKind, CheckoutId, CheckoutKind, OrderId, OrderKind, OrderLineId,
        OrderLineKind, PlacementId, PlacementKind, ProductId, ProductKind, ReturnId, ReturnKind, VariantId,
        VariantKind, VendorId, VendorKind,
    },
    offer::{Offer, ShippingMethod},
    order::{
        CancellationRefusal, CancellationRefused, CancellationRequested, Cancelled, CancelledBy, Order, OrderCommand,
        OrderEvent, OrderNoted, OrderReturn, OrderStatus, OrderedLine, PartOfLine, Placed, Rejected, RejectionReason,
        ReturnDecided, ReturnRefunded, ReturnStatus, Returned, Shipped, UnknownStatus,
    },
    placement::{
        AuthorisationRequested, CommitRequested, CompensationStarted, DEADLINE, Delayed, Detail, ExtensionRequested,
        HOLD_SECONDS, LeftForReview, LineToReserve, Noted, Notice, OUTAGE_MAX, OrderPlacement, OutcomeRecorded,
        PlacementEvent, PlacementLine, PlainRequested, PlanningRequested, REVIEW, Refund, RefundRequested,
        ReservationRequested, Started,
    },
};
pub use orders::Orders;
pub use published::{LISTENS, PUBLISHES};
pub use tables::{orders::OrderRow, returns::ReturnRow};

/// Its name in the supergraph.
pub const NAME: &str = "orders";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] =
    &[("order", "Order"), ("orderline", "OrderLine"), ("cart", "Cart"), ("checkout", "Checkout"), ("return", "Return")];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}
