//! Ids of this context, and those of others that it keeps.

use hansa_values::{EntityKind, Id};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $id:ident, $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $kind;

        pub type $id = Id<$kind>;

        impl EntityKind for $kind {
            const PREFIX: &'static str = $prefix;
            const TYPE_NAME: &'static str = stringify!($kind);
        }
    )+};
}

kinds! {
    /// Marks ids of payments.
    Payment, PaymentId, "payment";
    /// Marks ids of refunds.
    Refund, RefundId, "refund";
    /// Marks ids of disputes.
    Dispute, DisputeId, "dispute";
    /// Marks ids of payouts.
    Payout, PayoutId, "payout";
    /// Marks ids of entries of the ledger.
    LedgerEntry, LedgerEntryId, "entry";
    /// Marks ids of payment methods that somebody has attached.
    PaymentMethod, PaymentMethodId, "paymentmethod";
    /// Marks ids of orders, which are another context's.
    Order, OrderId, "order";
    /// Marks ids of vendors, which are another context's.
    Vendor, VendorId, "vendor";
}
