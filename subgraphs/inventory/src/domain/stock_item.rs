//! The stock of one variant in one warehouse. What is promised, at every event: nothing held is below zero, and what is
//! sold and held together is never more than what came in, and what awaits dispatch is never more than what was sold.

use super::{
    AdjustmentReason, ReservationId, StockRefusal, VariantId, WarehouseId,
    stock_event::{
        Adjusted, Counted, Dispatched, HoldEnded, ReceiptReason, Received, Released, ReleasedFrom, Reserved,
        StockItemEvent,
    },
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::Aggregate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// More units of one variant in one warehouse are a typing mistake.
pub const QUANTITY_MAX: i64 = 1_000_000_000;

/// The state: sums of what has happened, and what is held for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StockItem {
    received: i64,
    /// Corrections and counts; may be below zero.
    adjusted: i64,
    committed: i64,
    /// Committed units that are still in the warehouse.
    awaiting: i64,
    held: i64,
    holds: BTreeMap<ReservationId, i64>,
}

/// Whose stock, where: in every event, because events are read alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StockKey {
    pub(crate) variant: VariantId,
    pub(crate) warehouse: WarehouseId,
}

/// What is to be done to a stock item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StockCommand {
    pub(crate) key: StockKey,
    pub(crate) action: StockAction,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StockAction {
    Receive {
        quantity: i64,
        reason: ReceiptReason,
        reference: Option<String>,
    },
    Adjust {
        change: i64,
        reason: AdjustmentReason,
        reference: Option<String>,
    },
    /// Of all that is there, sold or not.
    Count {
        counted: i64,
    },
    Reserve {
        hold: HoldOf,
        quantity: i64,
        expires_at: DateTime<Utc>,
    },
    Release {
        hold: HoldOf,
    },
    Expire {
        hold: HoldOf,
    },
    Commit {
        hold: HoldOf,
    },
    /// Takes back what was committed and has not left the warehouse.
    Restore {
        hold: HoldOf,
        quantity: i64,
    },
    /// Committed units leave the warehouse: never more than are awaited.
    Dispatch {
        hold: HoldOf,
        shipment: String,
        quantity: i64,
    },
}

/// For which order a hold is, in which reservation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HoldOf {
    pub(crate) reservation: ReservationId,
    pub(crate) order: String,
}

impl StockItem {
    /// Units that are here and not sold.
    pub(crate) fn on_hand(&self) -> i64 {
        self.received + self.adjusted - self.committed
    }

    pub(crate) fn held(&self) -> i64 {
        self.held
    }

    /// Units that were sold.
    pub(crate) fn committed(&self) -> i64 {
        self.committed
    }

    /// Units that were sold and are still here.
    pub(crate) fn awaiting_dispatch(&self) -> i64 {
        self.awaiting
    }

    pub(crate) fn available(&self) -> i64 {
        self.on_hand() - self.held
    }

    fn held_for(&self, reservation: ReservationId) -> Result<i64, StockRefusal> {
        self.holds.get(&reservation).copied().ok_or(StockRefusal::NoHold)
    }

    /// The change that a correction makes, which leaves what is held.
    fn checked_change(&self, change: i64) -> Result<i64, StockRefusal> {
        let after = self.on_hand().checked_add(change).ok_or(StockRefusal::QuantityTooLarge)?;
        match after {
            after if after < self.held => Err(StockRefusal::BelowReserved { held: self.held, awaiting: self.awaiting }),
            after if after > QUANTITY_MAX => Err(StockRefusal::QuantityTooLarge),
            _ => Ok(change),
        }
    }

    fn end_hold(&mut self, reservation: ReservationId) {
        self.held -= self.holds.remove(&reservation).unwrap_or(0);
    }
}

/// A number of units that somebody names.
pub(crate) fn checked_quantity(quantity: i64) -> Result<i64, StockRefusal> {
    match quantity {
        i64::MIN..0 => Err(StockRefusal::NegativeQuantity),
        0 => Err(StockRefusal::QuantityZero),
        1..=QUANTITY_MAX => Ok(quantity),
        _ => Err(StockRefusal::QuantityTooLarge),
    }
}

impl Aggregate for StockItem {
    const NAME: &'static str = "stock_item";
    const FOLD_VERSION: u32 = 2;

    type Event = StockItemEvent;
    type Command = StockCommand;
    type Refusal = StockRefusal;

    fn decide(&self, StockCommand { key, action }: StockCommand) -> Result<Vec<StockItemEvent>, StockRefusal> {
        let StockKey { variant: variant_id, warehouse: warehouse_id } = key;
        let ended = |hold: HoldOf, quantity: i64| HoldEnded {
            variant_id,
            warehouse_id,
            reservation_id: hold.reservation,
            order_id: hold.order,
            quantity,
        };
        let event = match action {
            StockAction::Receive { quantity, reason, reference } => {
                let quantity = self.checked_change(checked_quantity(quantity)?)?;
                StockItemEvent::Received(Received { variant_id, warehouse_id, quantity, reason, reference })
            }
            StockAction::Adjust { change: 0, .. } => return Err(StockRefusal::QuantityZero),
            StockAction::Adjust { change, reason, reference } => {
                let change = self.checked_change(change)?;
                StockItemEvent::Adjusted(Adjusted { variant_id, warehouse_id, change, reason, reference })
            }
            StockAction::Count { counted } if counted < 0 => return Err(StockRefusal::NegativeQuantity),
            StockAction::Count { counted } => {
                let change = self.checked_change(counted - self.on_hand() - self.awaiting)?;
                StockItemEvent::Counted(Counted { variant_id, warehouse_id, counted, change })
            }
            StockAction::Reserve { hold, quantity, expires_at } => {
                let quantity = checked_quantity(quantity)?;
                if self.holds.contains_key(&hold.reservation) {
                    return Err(StockRefusal::HeldAlready);
                }
                if quantity > self.available() {
                    return Err(StockRefusal::OutOfStock { available: self.available() });
                }
                let HoldOf { reservation: reservation_id, order: order_id } = hold;
                let reserved = Reserved { variant_id, warehouse_id, reservation_id, order_id, quantity, expires_at };
                StockItemEvent::Reserved(reserved)
            }
            StockAction::Release { hold } => {
                let quantity = self.held_for(hold.reservation)?;
                StockItemEvent::Released(released(key, hold, (quantity, ReleasedFrom::Held)))
            }
            StockAction::Restore { hold, quantity } => {
                if checked_quantity(quantity)? > self.awaiting {
                    return Err(StockRefusal::NoHold);
                }
                StockItemEvent::Released(released(key, hold, (quantity, ReleasedFrom::Committed)))
            }
            StockAction::Dispatch { hold, shipment: shipment_id, quantity } => {
                let quantity = checked_quantity(quantity)?.min(self.awaiting);
                if quantity == 0 {
                    return Ok(Vec::new());
                }
                let HoldOf { reservation: reservation_id, order: order_id } = hold;
                let facts = Dispatched { variant_id, warehouse_id, reservation_id, order_id, shipment_id, quantity };
                StockItemEvent::Dispatched(facts)
            }
            StockAction::Expire { hold } => {
                let quantity = self.held_for(hold.reservation)?;
                StockItemEvent::Expired(ended(hold, quantity))
            }
            StockAction::Commit { hold } => {
                let quantity = self.held_for(hold.reservation)?;
                StockItemEvent::Committed(ended(hold, quantity))
            }
        };
        Ok(vec![event])
    }

    fn evolve(&mut self, event: &StockItemEvent) {
        match event {
            StockItemEvent::Received(received) => self.received += received.quantity,
            StockItemEvent::Adjusted(adjusted) => self.adjusted += adjusted.change,
            StockItemEvent::Counted(counted) => self.adjusted += counted.change,
            StockItemEvent::Reserved(reserved) => {
                self.held += reserved.quantity;
                *self.holds.entry(reserved.reservation_id).or_default() += reserved.quantity;
            }
            StockItemEvent::Released(released) => match released.from {
                ReleasedFrom::Held => self.end_hold(released.reservation_id),
                ReleasedFrom::Committed => {
                    self.committed -= released.quantity;
                    self.awaiting -= released.quantity;
                }
            },
            StockItemEvent::Expired(ended) => self.end_hold(ended.reservation_id),
            StockItemEvent::Committed(ended) => {
                self.end_hold(ended.reservation_id);
                self.committed += ended.quantity;
                self.awaiting += ended.quantity;
            }
            StockItemEvent::Dispatched(dispatched) => self.awaiting -= dispatched.quantity,
        }
    }
}

fn released(key: StockKey, hold: HoldOf, (quantity, from): (i64, ReleasedFrom)) -> Released {
    Released {
        variant_id: key.variant,
        warehouse_id: key.warehouse,
        reservation_id: hold.reservation,
        order_id: hold.order,
        quantity,
        from,
    }
}
