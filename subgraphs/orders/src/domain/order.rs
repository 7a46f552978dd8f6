//! An order: what was bought at which prices, and what became of it. Its placing is [`super::placement`]'s business, which
//! tells it when it is confirmed, rejected or cancelled; those commands do nothing where they come again.

mod event;
mod returns;

pub use event::{
    CancellationRefusal, CancellationRefused, CancellationRequested, Cancelled, CancelledBy, OrderEvent, OrderNoted,
    OrderedLine, PartOfLine, Placed, Rejected, RejectionReason, ReturnDecided, ReturnRefunded, Returned, Shipped,
};
pub use returns::{OrderReturn, ReturnStatus};

use super::{
    Refusal,
    ids::{OrderLineId, ReturnId},
};
use hansa_event_sourcing::Aggregate;
use hansa_values::Money;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    #[default]
    Pending,
    PaymentReview,
    Confirmed,
    Rejected,
    Cancelling,
    Cancelled,
    Fulfilled,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Order {
    placed: Option<Placed>,
    status: OrderStatus,
    is_confirmed: bool,
    is_captured: bool,
    reason: Option<RejectionReason>,
    detail: Option<String>,
    /// Shipments that are under way or have come.
    dispatched: BTreeMap<String, Shipped>,
    /// Shipping said that something is under way, before it said what.
    is_under_way: bool,
    delivered: BTreeMap<String, Shipped>,
    returns: BTreeMap<ReturnId, OrderReturn>,
}

/// What may happen to an order.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderCommand {
    Place(Placed),
    Confirm,
    Reject {
        reason: RejectionReason,
        detail: String,
    },
    Review,
    /// What has gone is not paid, and cannot be taken back.
    LeaveForReview,
    RequestCancellation {
        by: CancelledBy,
        reason: RejectionReason,
    },
    /// It came too late.
    RefuseCancellation,
    /// All is undone.
    Cancel,
    NoteCaptured,
    NoteDispatched(Shipped),
    NoteDelivered(Shipped),
    RequestReturn {
        id: ReturnId,
        lines: Vec<(OrderLineId, i64)>,
        reason: String,
    },
    AcceptReturn(ReturnId),
    RefuseReturn {
        id: ReturnId,
        reason: String,
    },
    ReceiveReturn(ReturnId),
    NoteRefunded {
        id: ReturnId,
        amount: Money,
    },
}

impl OrderStatus {
    pub const ALL: [OrderStatus; 7] = [
        OrderStatus::Pending,
        OrderStatus::PaymentReview,
        OrderStatus::Confirmed,
        OrderStatus::Rejected,
        OrderStatus::Cancelling,
        OrderStatus::Cancelled,
        OrderStatus::Fulfilled,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            OrderStatus::Pending => "PENDING",
            OrderStatus::PaymentReview => "PAYMENT_REVIEW",
            OrderStatus::Confirmed => "CONFIRMED",
            OrderStatus::Rejected => "REJECTED",
            OrderStatus::Cancelling => "CANCELLING",
            OrderStatus::Cancelled => "CANCELLED",
            OrderStatus::Fulfilled => "FULFILLED",
        }
    }
}

/// Reading.
impl Order {
    pub fn placed(&self) -> Option<&Placed> {
        self.placed.as_ref()
    }

    pub fn status(&self) -> OrderStatus {
        self.status
    }

    pub fn reason(&self) -> Option<RejectionReason> {
        self.reason
    }

    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    pub fn lines(&self) -> &[OrderedLine] {
        self.placed.as_ref().map_or(&[], |placed| &placed.lines)
    }

    /// Whether some of it is under way or there.
    pub fn has_left(&self) -> bool {
        self.is_under_way || !self.dispatched.is_empty()
    }

    fn noted(&self) -> Option<OrderNoted> {
        self.placed.as_ref().map(|placed| OrderNoted { order_id: placed.order_id })
    }

    fn delivered_of(&self, line: OrderLineId) -> i64 {
        quantity_of(line, self.delivered.values().flat_map(|shipment| &shipment.lines))
    }

    fn is_all_delivered(&self) -> bool {
        self.lines().iter().all(|line| self.delivered_of(line.line_id) >= line.quantity)
    }

    /// Nothing of it can be taken back any more.
    pub fn is_all_dispatched(&self) -> bool {
        let parts = || self.dispatched.values().flat_map(|shipment| &shipment.lines);
        self.placed.is_some() && self.lines().iter().all(|line| quantity_of(line.line_id, parts()) >= line.quantity)
    }

    fn is_still_placed(&self) -> bool {
        !self.is_confirmed && matches!(self.status, OrderStatus::Pending | OrderStatus::PaymentReview)
    }
}

fn quantity_of<'a>(line: OrderLineId, parts: impl Iterator<Item = &'a PartOfLine>) -> i64 {
    parts.filter(|part| part.line_id == line).map(|part| part.quantity).sum()
}

/// Deciding.
impl Order {
    fn request_cancellation(&self, by: CancelledBy, reason: RejectionReason) -> Result<Vec<OrderEvent>, Refusal> {
        let Some(OrderNoted { order_id }) = self.noted() else { return Err(Refusal::NotFound("order")) };
        match self.status {
            OrderStatus::Cancelling | OrderStatus::Cancelled => Ok(Vec::new()),
            // Whoever cannot carry it out is not refused: there is nothing that could be ended.
            OrderStatus::Rejected | OrderStatus::Fulfilled if by == CancelledBy::System => Ok(Vec::new()),
            OrderStatus::Rejected | OrderStatus::Fulfilled => Err(Refusal::NotCancellable(self.status)),
            _ if by == CancelledBy::Buyer && self.has_left() => Err(Refusal::Dispatched),
            OrderStatus::Pending | OrderStatus::PaymentReview | OrderStatus::Confirmed => {
                Ok(vec![OrderEvent::CancellationRequested(CancellationRequested { order_id, by, reason })])
            }
        }
    }

    fn refuse_cancellation(&self) -> Vec<OrderEvent> {
        let noted = self.noted().filter(|_| self.status == OrderStatus::Cancelling && self.is_confirmed);
        let Some(OrderNoted { order_id }) = noted else { return Vec::new() };
        let reason = CancellationRefusal::Dispatched;
        let mut events = vec![OrderEvent::CancellationRefused(CancellationRefused { order_id, reason })];
        events.extend(self.once(self.is_all_delivered(), OrderEvent::Fulfilled));
        events
    }

    fn note_delivered(&self, shipped: Shipped) -> Vec<OrderEvent> {
        if self.delivered.contains_key(&shipped.shipment_id) || self.placed.is_none() {
            return Vec::new();
        }
        let mut events = vec![OrderEvent::PartDelivered(shipped)];
        let mut after = self.clone();
        after.evolve(&events[0]);
        if self.status == OrderStatus::Confirmed && after.is_all_delivered() {
            events.extend(self.noted().map(OrderEvent::Fulfilled));
        }
        events
    }

    /// The money came after all, while people looked for it.
    fn note_captured(&self) -> Vec<OrderEvent> {
        let mut events = self.once(!self.is_captured, OrderEvent::PaymentCaptured);
        let is_due = !events.is_empty() && self.is_left_for_review() && self.is_all_delivered();
        events.extend(self.once(is_due, OrderEvent::Fulfilled));
        events
    }

    fn is_left_for_review(&self) -> bool {
        self.is_confirmed && self.status == OrderStatus::PaymentReview
    }

    /// One event about the order as a whole, where it makes a difference.
    fn once(&self, is_news: bool, event: fn(OrderNoted) -> OrderEvent) -> Vec<OrderEvent> {
        self.noted().filter(|_| is_news).map(event).into_iter().collect()
    }
}

impl Aggregate for Order {
    const NAME: &'static str = "order";
    const FOLD_VERSION: u32 = 2;

    type Event = OrderEvent;
    type Command = OrderCommand;
    type Refusal = Refusal;

    fn decide(&self, command: OrderCommand) -> Result<Vec<OrderEvent>, Refusal> {
        match command {
            OrderCommand::Place(placed) => match self.placed {
                None => Ok(vec![OrderEvent::Placed(placed)]),
                Some(_) => Err(Refusal::AlreadyPlaced),
            },
            OrderCommand::Confirm => Ok(self.once(self.is_still_placed(), OrderEvent::Confirmed)),
            OrderCommand::Review => Ok(self.once(self.status == OrderStatus::Pending, OrderEvent::PaymentReview)),
            OrderCommand::LeaveForReview => {
                let statuses = [OrderStatus::Confirmed, OrderStatus::Fulfilled, OrderStatus::Cancelling];
                Ok(self.once(self.is_confirmed && statuses.contains(&self.status), OrderEvent::PaymentReview))
            }
            OrderCommand::NoteCaptured => Ok(self.note_captured()),
            OrderCommand::Reject { reason, detail } => {
                let noted = self.noted().filter(|_| self.is_still_placed());
                let rejected = |OrderNoted { order_id }| OrderEvent::Rejected(Rejected { order_id, reason, detail });
                Ok(noted.map(rejected).into_iter().collect())
            }
            OrderCommand::RequestCancellation { by, reason } => self.request_cancellation(by, reason),
            OrderCommand::RefuseCancellation => Ok(self.refuse_cancellation()),
            OrderCommand::Cancel => {
                let noted = self.noted().filter(|_| self.status == OrderStatus::Cancelling);
                let reason = self.reason.unwrap_or(RejectionReason::Cancelled);
                let cancelled = |OrderNoted { order_id }| OrderEvent::Cancelled(Cancelled { order_id, reason });
                Ok(noted.map(cancelled).into_iter().collect())
            }
            OrderCommand::NoteDispatched(shipped) => {
                let is_known = self.placed.is_none() || self.dispatched.contains_key(&shipped.shipment_id);
                Ok(if is_known { Vec::new() } else { vec![OrderEvent::PartDispatched(shipped)] })
            }
            OrderCommand::NoteDelivered(shipped) => Ok(self.note_delivered(shipped)),
            OrderCommand::RequestReturn { id, lines, reason } => self.request_return(id, &lines, reason),
            OrderCommand::AcceptReturn(id) => self.decide_return(id, None),
            OrderCommand::RefuseReturn { id, reason } => self.decide_return(id, Some(reason)),
            OrderCommand::ReceiveReturn(id) => self.receive_return(id),
            OrderCommand::NoteRefunded { id, amount } => Ok(self.note_refunded(id, amount)),
        }
    }

    fn evolve(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placed(placed) => self.placed = Some(placed.clone()),
            OrderEvent::Confirmed(_) => {
                self.status = OrderStatus::Confirmed;
                self.is_confirmed = true;
            }
            OrderEvent::PaymentReview(_) => {
                self.status = OrderStatus::PaymentReview;
                (self.reason, self.detail) = (None, None);
            }
            OrderEvent::PaymentCaptured(_) => {
                self.is_captured = true;
                if self.is_left_for_review() {
                    self.status = OrderStatus::Confirmed;
                }
            }
            OrderEvent::Fulfilled(_) => self.status = OrderStatus::Fulfilled,
            OrderEvent::Rejected(Rejected { reason, detail, .. }) => {
                self.status = OrderStatus::Rejected;
                (self.reason, self.detail) = (Some(*reason), Some(detail.clone()));
            }
            OrderEvent::CancellationRequested(requested) => {
                self.status = OrderStatus::Cancelling;
                self.reason = Some(requested.reason);
            }
            OrderEvent::CancellationRefused(_) => {
                self.status = OrderStatus::Confirmed;
                self.reason = None;
                self.is_under_way = true;
            }
            OrderEvent::Cancelled(_) => self.status = OrderStatus::Cancelled,
            OrderEvent::PartDispatched(shipped) => {
                self.dispatched.insert(shipped.shipment_id.clone(), shipped.clone());
            }
            OrderEvent::PartDelivered(shipped) => {
                self.dispatched.insert(shipped.shipment_id.clone(), shipped.clone());
                self.delivered.insert(shipped.shipment_id.clone(), shipped.clone());
            }
            OrderEvent::ReturnRequested(_)
            | OrderEvent::ReturnAccepted(_)
            | OrderEvent::ReturnRefused(_)
            | OrderEvent::ReturnReceived(_)
            | OrderEvent::ReturnRefunded(_) => self.evolve_return(event),
        }
    }
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that is no status of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no status of an order or a return")]
pub struct UnknownStatus(String);

impl FromStr for OrderStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<OrderStatus, UnknownStatus> {
        let found = OrderStatus::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}
