//! What happens to an order, as its stream and every other context has it.

use crate::domain::ids::{OrderId, OrderLineId, ProductId, ReturnId, VariantId, VendorId};
use hansa_event_sourcing::{EventContent, ReadEventError, StoredEvent};
use hansa_values::{Money, TenantId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// One line, with the price that was frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderedLine {
    pub line_id: OrderLineId,
    pub variant_id: VariantId,
    pub product_id: ProductId,
    /// Who sells it.
    pub tenant_id: TenantId,
    pub vendor_id: VendorId,
    pub sku: String,
    pub title: String,
    pub quantity: i64,
    pub unit_price: Money,
}

/// `placed`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    pub order_id: OrderId,
    pub buyer_id: UserId,
    pub lines: Vec<OrderedLine>,
    pub shipping_method: String,
    /// An address is shipping's; events tell its id only.
    pub delivery_address_id: String,
    pub items_total: Money,
    pub shipping_total: Money,
    pub total: Money,
    pub payment_method: String,
}

/// Why an order did not come about, or was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectionReason {
    OutOfStock,
    /// A line is no longer sold.
    NotForSale,
    /// The buyer holds too much stock already.
    TooManyHolds,
    PaymentDeclined,
    /// The provider never said whether it holds the money.
    PaymentUnresolved,
    /// The money could not be taken after all.
    PaymentFailed,
    NotDeliverable,
    /// Somebody did not answer in time.
    TimedOut,
    /// Somebody wanted it to end.
    Cancelled,
}

/// What needs no more than its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderNoted {
    pub order_id: OrderId,
}

/// `rejected`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rejected {
    pub order_id: OrderId,
    pub reason: RejectionReason,
    /// For people.
    pub detail: String,
}

/// Who wants an order to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelledBy {
    Buyer,
    /// Nobody: it could not be carried out.
    System,
}

/// `cancellation_requested`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancellationRequested {
    pub order_id: OrderId,
    pub by: CancelledBy,
    pub reason: RejectionReason,
}

/// Why an order goes on although its buyer wanted it to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancellationRefusal {
    /// Some of it is on its way.
    Dispatched,
}

/// `cancellation_refused`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancellationRefused {
    pub order_id: OrderId,
    pub reason: CancellationRefusal,
}

/// `cancelled`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    pub order_id: OrderId,
    pub reason: RejectionReason,
}

/// Some of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartOfLine {
    pub line_id: OrderLineId,
    pub variant_id: VariantId,
    pub quantity: i64,
}

/// `part_dispatched` and `part_delivered`: one shipment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shipped {
    pub order_id: OrderId,
    pub shipment_id: String,
    pub tenant_id: TenantId,
    pub lines: Vec<PartOfLine>,
}

/// `return_requested` and `return_received`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Returned {
    pub order_id: OrderId,
    pub return_id: ReturnId,
    /// Who sold it, and gets it back.
    pub tenant_id: TenantId,
    pub lines: Vec<PartOfLine>,
    /// The buyer's words.
    pub reason: String,
    /// What the goods were paid with.
    pub refund: Money,
}

/// `return_accepted` and `return_refused`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReturnDecided {
    pub order_id: OrderId,
    pub return_id: ReturnId,
    pub tenant_id: TenantId,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `return_refunded`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReturnRefunded {
    pub order_id: OrderId,
    pub return_id: ReturnId,
    pub amount: Money,
}

/// Events of the aggregate `order`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum OrderEvent {
    Placed(Placed),
    Confirmed(OrderNoted),
    Rejected(Rejected),
    PaymentReview(OrderNoted),
    PaymentCaptured(OrderNoted),
    CancellationRequested(CancellationRequested),
    CancellationRefused(CancellationRefused),
    Cancelled(Cancelled),
    PartDispatched(Shipped),
    PartDelivered(Shipped),
    Fulfilled(OrderNoted),
    ReturnRequested(Returned),
    ReturnAccepted(ReturnDecided),
    ReturnRefused(ReturnDecided),
    ReturnReceived(Returned),
    ReturnRefunded(ReturnRefunded),
}

impl RejectionReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            RejectionReason::OutOfStock => "OUT_OF_STOCK",
            RejectionReason::NotForSale => "NOT_FOR_SALE",
            RejectionReason::TooManyHolds => "TOO_MANY_HOLDS",
            RejectionReason::PaymentDeclined => "PAYMENT_DECLINED",
            RejectionReason::PaymentUnresolved => "PAYMENT_UNRESOLVED",
            RejectionReason::PaymentFailed => "PAYMENT_FAILED",
            RejectionReason::NotDeliverable => "NOT_DELIVERABLE",
            RejectionReason::TimedOut => "TIMED_OUT",
            RejectionReason::Cancelled => "CANCELLED",
        }
    }

    /// In inventory's words; `None` where it did not answer.
    pub(crate) fn of_reservation(reason: Option<&str>) -> RejectionReason {
        match reason {
            None => RejectionReason::TimedOut,
            Some("UNKNOWN_VARIANT" | "INVALID_LINES") => RejectionReason::NotForSale,
            Some("TOO_MANY_HOLDS") => RejectionReason::TooManyHolds,
            Some(_) => RejectionReason::OutOfStock,
        }
    }
}

impl EventContent for OrderEvent {
    fn event_type(&self) -> &'static str {
        match self {
            OrderEvent::Placed(_) => "placed",
            OrderEvent::Confirmed(_) => "confirmed",
            OrderEvent::Rejected(_) => "rejected",
            OrderEvent::PaymentReview(_) => "payment_review",
            OrderEvent::PaymentCaptured(_) => "payment_captured",
            OrderEvent::CancellationRequested(_) => "cancellation_requested",
            OrderEvent::CancellationRefused(_) => "cancellation_refused",
            OrderEvent::Cancelled(_) => "cancelled",
            OrderEvent::PartDispatched(_) => "part_dispatched",
            OrderEvent::PartDelivered(_) => "part_delivered",
            OrderEvent::Fulfilled(_) => "fulfilled",
            OrderEvent::ReturnRequested(_) => "return_requested",
            OrderEvent::ReturnAccepted(_) => "return_accepted",
            OrderEvent::ReturnRefused(_) => "return_refused",
            OrderEvent::ReturnReceived(_) => "return_received",
            OrderEvent::ReturnRefunded(_) => "return_refunded",
        }
    }
}

impl StoredEvent for OrderEvent {
    fn read(event_type: &str, content: Value) -> Result<Self, ReadEventError> {
        fn content_of<T: DeserializeOwned>(event_type: &str, content: Value) -> Result<T, ReadEventError> {
            serde_json::from_value(content).map_err(|error| ReadEventError::content(event_type, error))
        }
        match event_type {
            "placed" => content_of(event_type, content).map(OrderEvent::Placed),
            "confirmed" => content_of(event_type, content).map(OrderEvent::Confirmed),
            "rejected" => content_of(event_type, content).map(OrderEvent::Rejected),
            "payment_review" => content_of(event_type, content).map(OrderEvent::PaymentReview),
            "payment_captured" => content_of(event_type, content).map(OrderEvent::PaymentCaptured),
            "cancellation_requested" => content_of(event_type, content).map(OrderEvent::CancellationRequested),
            "cancellation_refused" => content_of(event_type, content).map(OrderEvent::CancellationRefused),
            "cancelled" => content_of(event_type, content).map(OrderEvent::Cancelled),
            "part_dispatched" => content_of(event_type, content).map(OrderEvent::PartDispatched),
            "part_delivered" => content_of(event_type, content).map(OrderEvent::PartDelivered),
            "fulfilled" => content_of(event_type, content).map(OrderEvent::Fulfilled),
            "return_requested" => content_of(event_type, content).map(OrderEvent::ReturnRequested),
            "return_accepted" => content_of(event_type, content).map(OrderEvent::ReturnAccepted),
            "return_refused" => content_of(event_type, content).map(OrderEvent::ReturnRefused),
            "return_received" => content_of(event_type, content).map(OrderEvent::ReturnReceived),
            "return_refunded" => content_of(event_type, content).map(OrderEvent::ReturnRefunded),
            other => Err(ReadEventError::unknown(other)),
        }
    }
}

impl RejectionReason {
    /// For people.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            RejectionReason::OutOfStock => "there is not enough in stock",
            RejectionReason::NotForSale => "something is not sold any more",
            RejectionReason::TooManyHolds => "too much is reserved for the buyer already",
            RejectionReason::PaymentDeclined => "the payment was declined",
            RejectionReason::PaymentUnresolved => "the payment could not be resolved",
            RejectionReason::PaymentFailed => "the payment failed",
            RejectionReason::NotDeliverable => "it cannot be delivered to this address",
            RejectionReason::TimedOut => "it took too long",
            RejectionReason::Cancelled => "it was cancelled",
        }
    }
}
