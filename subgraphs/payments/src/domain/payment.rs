//! A payment: one order's money, from the wish to pay to the last refund.
//!
//! At most one command at a time decides what becomes of what was authorised (`pending_command`), so that it is never
//! captured and voided both. Refunds that are under way are held back from what further refunds may take.

use super::{
    Refusal,
    dispute::DisputeOutcome,
    ids::{OrderId, PaymentId},
};
use chrono::{DateTime, Utc};
use hansa_values::{Money, UserId};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStatus {
    Requested,
    /// The provider may or may not have authorised it.
    Unknown,
    Authorised,
    Declined,
    Voided,
    Captured,
    CaptureFailed,
    PartiallyRefunded,
    Refunded,
    Disputed,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    pub id: PaymentId,
    pub order_id: OrderId,
    pub buyer: UserId,
    pub amount: Money,
    /// The token of a payment method: never a number of a card.
    pub payment_method: String,
    pub status: PaymentStatus,
    /// Why it was declined, could not be captured, or is disputed.
    pub reason: Option<String>,
    /// The provider's id.
    pub reference: Option<String>,
    pub authorise_command: Uuid,
    /// The capture or void that is under way.
    pub pending_command: Option<Uuid>,
    /// In minor units of the amount's currency, as the four below.
    pub captured: i64,
    pub refunded: i64,
    pub refund_pending: i64,
    /// What open disputes hold back.
    pub disputed: i64,
    /// What lost disputes have taken.
    pub lost: i64,
    /// The command of the capture, where all of it was undone: what can go back to the buyer goes, now or later.
    pub undone: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Counts writes.
    pub version: i64,
    /// Counts events: the version of the stream.
    pub events: i64,
}

impl PaymentStatus {
    pub const ALL: [PaymentStatus; 10] = [
        PaymentStatus::Requested,
        PaymentStatus::Unknown,
        PaymentStatus::Authorised,
        PaymentStatus::Declined,
        PaymentStatus::Voided,
        PaymentStatus::Captured,
        PaymentStatus::CaptureFailed,
        PaymentStatus::PartiallyRefunded,
        PaymentStatus::Refunded,
        PaymentStatus::Disputed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            PaymentStatus::Requested => "requested",
            PaymentStatus::Unknown => "unknown",
            PaymentStatus::Authorised => "authorised",
            PaymentStatus::Declined => "declined",
            PaymentStatus::Voided => "voided",
            PaymentStatus::Captured => "captured",
            PaymentStatus::CaptureFailed => "capture_failed",
            PaymentStatus::PartiallyRefunded => "partially_refunded",
            PaymentStatus::Refunded => "refunded",
            PaymentStatus::Disputed => "disputed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<PaymentStatus> {
        PaymentStatus::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

impl Payment {
    pub fn money(&self, minor_units: i64) -> Money {
        Money { minor_units, currency: self.amount.currency }
    }

    /// What a further refund, or a further dispute, may be at most.
    pub fn refundable(&self) -> i64 {
        self.captured - self.refunded - self.refund_pending - self.disputed - self.lost
    }

    pub(crate) fn authorised(&mut self, reference: String) {
        self.status = PaymentStatus::Authorised;
        self.reference = Some(reference);
    }

    pub(crate) fn declined(&mut self, reason: &str) {
        self.status = PaymentStatus::Declined;
        self.reason = Some(reason.to_owned());
    }

    /// Begins a capture. The reason says why not.
    pub(crate) fn begin_capture(&mut self, command: Uuid) -> Result<(), &'static str> {
        self.begin(command)
    }

    /// Begins a void; also of what could not be captured, so that the money is let go. The reason says why not.
    pub(crate) fn begin_void(&mut self, command: Uuid) -> Result<(), &'static str> {
        if self.status == PaymentStatus::CaptureFailed && self.pending_command.is_none() {
            self.pending_command = Some(command);
            return Ok(());
        }
        self.begin(command)
    }

    fn begin(&mut self, command: Uuid) -> Result<(), &'static str> {
        match self.status {
            PaymentStatus::Authorised if self.pending_command.is_none() => {
                self.pending_command = Some(command);
                Ok(())
            }
            PaymentStatus::Authorised => Err("ANOTHER_COMMAND_UNDER_WAY"),
            PaymentStatus::Requested | PaymentStatus::Unknown => Err("NOT_AUTHORISED_YET"),
            PaymentStatus::Declined => Err("DECLINED"),
            PaymentStatus::Voided => Err("VOIDED"),
            PaymentStatus::CaptureFailed => Err("CAPTURE_FAILED"),
            PaymentStatus::Captured
            | PaymentStatus::PartiallyRefunded
            | PaymentStatus::Refunded
            | PaymentStatus::Disputed => Err("ALREADY_CAPTURED"),
        }
    }

    pub(crate) fn captured(&mut self) {
        self.pending_command = None;
        self.status = PaymentStatus::Captured;
        self.captured = self.amount.minor_units;
    }

    pub(crate) fn capture_failed(&mut self, reason: &str) {
        self.pending_command = None;
        self.status = PaymentStatus::CaptureFailed;
        self.reason = Some(reason.to_owned());
    }

    /// The authorisation is undone; one that had been declined stays so.
    pub(crate) fn settle_void(&mut self) {
        self.pending_command = None;
        if self.status != PaymentStatus::Declined {
            self.status = PaymentStatus::Voided;
        }
    }

    pub(crate) fn void_failed(&mut self) {
        self.pending_command = None;
    }

    /// Holds back what a refund takes; without an amount all that is left.
    pub(crate) fn begin_refund(&mut self, amount: Option<Money>) -> Result<Money, Refusal> {
        if self.captured == 0 {
            return Err(Refusal::NotCaptured);
        }
        let left = self.money(self.refundable());
        let amount = amount.unwrap_or(left);
        if amount.currency != self.amount.currency {
            return Err(Refusal::CurrencyMismatch { currency: self.amount.currency });
        }
        // With nothing left, "all that is left" is too large as well.
        if amount.minor_units < 0 || amount.minor_units == 0 && left.minor_units > 0 {
            return Err(Refusal::AmountNotPositive);
        }
        if amount.minor_units > left.minor_units || left.minor_units == 0 {
            return Err(Refusal::RefundTooLarge { left });
        }
        self.refund_pending += amount.minor_units;
        Ok(amount)
    }

    /// The capture is undone: how much of what is wanted goes back now, which may be nothing. Where all is wanted, what
    /// cannot go back yet does so later.
    pub(crate) fn undo_capture(&mut self, capture: Option<Uuid>, wanted: Money) -> Result<Money, Refusal> {
        if self.captured == 0 {
            return Ok(self.money(0));
        }
        if wanted.currency != self.amount.currency {
            return Err(Refusal::CurrencyMismatch { currency: self.amount.currency });
        }
        if wanted.minor_units <= 0 {
            return Err(Refusal::AmountNotPositive);
        }
        if wanted.minor_units >= self.captured {
            self.undone = capture;
        }
        Ok(self.money(wanted.minor_units.min(self.refundable())))
    }

    pub(crate) fn refunded(&mut self, amount: Money) {
        self.refund_pending -= amount.minor_units;
        self.refunded += amount.minor_units;
        if self.status != PaymentStatus::Disputed {
            self.status = self.undisputed();
        }
    }

    pub(crate) fn refund_failed(&mut self, amount: Money) {
        self.refund_pending -= amount.minor_units;
    }

    /// Holds back what the buyer's bank wants, as far as it is still here; gives how much that is.
    pub(crate) fn disputed(&mut self, wanted: Option<Money>, reason: &str) -> Money {
        let left = self.refundable();
        let wanted = wanted.filter(|wanted| wanted.currency == self.amount.currency);
        let amount = wanted.map_or(left, |wanted| wanted.minor_units.min(left).max(0));
        self.disputed += amount;
        self.status = PaymentStatus::Disputed;
        self.reason = Some(reason.to_owned());
        self.money(amount)
    }

    /// A payment of which disputes are open or were lost stays disputed.
    pub(crate) fn dispute_closed(&mut self, amount: Money, outcome: DisputeOutcome) {
        self.disputed -= amount.minor_units;
        if outcome == DisputeOutcome::Lost {
            self.lost += amount.minor_units;
        }
        if self.disputed == 0 && self.lost == 0 && outcome == DisputeOutcome::Won {
            self.status = self.undisputed();
            self.reason = None;
        }
    }

    /// What has become of the captured money, apart from disputes.
    fn undisputed(&self) -> PaymentStatus {
        match self.refunded {
            0 => PaymentStatus::Captured,
            refunded if refunded == self.captured => PaymentStatus::Refunded,
            _ => PaymentStatus::PartiallyRefunded,
        }
    }
}
