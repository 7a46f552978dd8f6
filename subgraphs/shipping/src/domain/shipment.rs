//! A shipment: what one tenant sends for one order. Its state has a rank, which only rises: what a carrier tells late, twice
//! or out of order moves nothing back.

use super::{
    Refusal,
    event::{ShipmentEvent, ShipmentFacts, ShipmentLine},
    ids::{DeliveryAddressId, OrderId, ShipmentId},
};
use chrono::{DateTime, Utc};
use hansa_values::{TenantId, UserId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShipmentStatus {
    Planned,
    LabelCreated,
    Dispatched,
    InTransit,
    Failed,
    Delivered,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Shipment {
    pub id: ShipmentId,
    pub order_id: OrderId,
    pub tenant: TenantId,
    pub buyer: UserId,
    pub address_id: DeliveryAddressId,
    pub method_code: String,
    pub lines: Vec<ShipmentLine>,
    pub weight_grams: i64,
    pub status: ShipmentStatus,
    /// The order is confirmed: from now on there may be a label.
    pub is_confirmed: bool,
    /// The carrier's number; none before the label.
    pub tracking_code: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Counts writes.
    pub version: i64,
    /// Counts events: the version of the stream.
    pub events: i64,
}

impl ShipmentStatus {
    pub const ALL: [ShipmentStatus; 7] = [
        ShipmentStatus::Planned,
        ShipmentStatus::LabelCreated,
        ShipmentStatus::Dispatched,
        ShipmentStatus::InTransit,
        ShipmentStatus::Failed,
        ShipmentStatus::Delivered,
        ShipmentStatus::Cancelled,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            ShipmentStatus::Planned => "planned",
            ShipmentStatus::LabelCreated => "label_created",
            ShipmentStatus::Dispatched => "dispatched",
            ShipmentStatus::InTransit => "in_transit",
            ShipmentStatus::Failed => "failed",
            ShipmentStatus::Delivered => "delivered",
            ShipmentStatus::Cancelled => "cancelled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<ShipmentStatus> {
        ShipmentStatus::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// A parcel that could not be delivered may be delivered after all, and nothing comes after that.
    const fn rank(self) -> u8 {
        match self {
            ShipmentStatus::Planned => 0,
            ShipmentStatus::LabelCreated => 1,
            ShipmentStatus::Dispatched => 2,
            ShipmentStatus::InTransit => 3,
            ShipmentStatus::Failed => 4,
            ShipmentStatus::Delivered => 5,
            ShipmentStatus::Cancelled => 6,
        }
    }

    /// Whether a carrier has it or had it.
    pub(crate) fn has_left(self) -> bool {
        matches!(
            self,
            ShipmentStatus::Dispatched | ShipmentStatus::InTransit | ShipmentStatus::Failed | ShipmentStatus::Delivered
        )
    }

    /// Whether nobody needs its address any more.
    pub fn has_ended(self) -> bool {
        matches!(self, ShipmentStatus::Delivered | ShipmentStatus::Cancelled | ShipmentStatus::Failed)
    }
}

impl Shipment {
    /// What events tell.
    pub(crate) fn facts(&self) -> ShipmentFacts {
        ShipmentFacts {
            shipment_id: self.id,
            order_id: self.order_id,
            tenant_id: self.tenant,
            buyer_id: Some(self.buyer),
            lines: self.lines.clone(),
        }
    }

    pub(crate) fn create_label(&mut self, tracking_code: String) -> Result<ShipmentEvent, Refusal> {
        if self.status != ShipmentStatus::Planned {
            return Err(Refusal::WrongStatus { status: self.status });
        }
        if !self.is_confirmed {
            return Err(Refusal::NotConfirmed);
        }
        self.tracking_code = Some(tracking_code);
        self.status = ShipmentStatus::LabelCreated;
        Ok(ShipmentEvent::LabelCreated(self.facts()))
    }

    pub(crate) fn dispatch(&mut self) -> Result<ShipmentEvent, Refusal> {
        if self.status != ShipmentStatus::LabelCreated {
            return Err(Refusal::WrongStatus { status: self.status });
        }
        self.status = ShipmentStatus::Dispatched;
        Ok(ShipmentEvent::Dispatched(self.facts()))
    }

    /// By staff, and with it the whole order: whoever bought it gets everything or nothing. `others` are the order's other
    /// shipments.
    pub(crate) fn withdraw(&mut self, others: &[Shipment]) -> Result<ShipmentEvent, Refusal> {
        let mut after = self.clone();
        let event = after.cancel()?;
        if !self.is_confirmed {
            return Err(Refusal::NotConfirmed);
        }
        if others.iter().any(|other| other.status.has_left()) {
            return Err(Refusal::Dispatched);
        }
        *self = after;
        Ok(event)
    }

    /// What was not handed over yet.
    pub(crate) fn cancel(&mut self) -> Result<ShipmentEvent, Refusal> {
        match self.status {
            ShipmentStatus::Planned | ShipmentStatus::LabelCreated => {
                self.status = ShipmentStatus::Cancelled;
                Ok(ShipmentEvent::Cancelled(self.facts()))
            }
            status => Err(Refusal::WrongStatus { status }),
        }
    }

    /// What the carrier says has become of it, with what that implies and was never told: others hear of the dispatch, whatever
    /// a carrier tells first. Nothing where it is further already, or has no label, so that no carrier can have it.
    pub(crate) fn reported(&mut self, status: ShipmentStatus) -> Vec<ShipmentEvent> {
        let has_carrier = self.tracking_code.is_some() && self.status != ShipmentStatus::Cancelled;
        let Some(news) = self.became(status).filter(|_| has_carrier && status.rank() > self.status.rank()) else {
            return Vec::new();
        };
        let implied = [ShipmentStatus::Dispatched, ShipmentStatus::InTransit];
        let skipped = implied.into_iter().filter(|one| self.status.rank() < one.rank() && one.rank() < status.rank());
        let events = skipped.filter_map(|status| self.became(status)).chain([news]).collect();
        self.status = status;
        events
    }

    /// The event that a carrier's news are.
    fn became(&self, status: ShipmentStatus) -> Option<ShipmentEvent> {
        let event = match status {
            ShipmentStatus::Dispatched => ShipmentEvent::Dispatched,
            ShipmentStatus::InTransit => ShipmentEvent::InTransit,
            ShipmentStatus::Failed => ShipmentEvent::Failed,
            ShipmentStatus::Delivered => ShipmentEvent::Delivered,
            ShipmentStatus::Planned | ShipmentStatus::LabelCreated | ShipmentStatus::Cancelled => return None,
        };
        Some(event(self.facts()))
    }
}

/// Whether a shipment may leave beside these others of its order: where one was cancelled before anything left, all are about
/// to be.
pub(crate) fn may_leave_beside(others: &[Shipment]) -> Result<(), Refusal> {
    let is_one_cancelled = others.iter().any(|other| other.status == ShipmentStatus::Cancelled);
    match is_one_cancelled && !others.iter().any(|other| other.status.has_left()) {
        true => Err(Refusal::OrderCancelled),
        false => Ok(()),
    }
}
