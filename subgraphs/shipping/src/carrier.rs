//! Carriers: what they tell by callbacks, and a sandbox that carries by itself.

pub(crate) mod callback;
pub(crate) mod sandbox;
mod signature;

#[cfg(test)]
pub(crate) use signature::signed_header;

use crate::{
    Shipping,
    requests::record,
    tables::{
        shipments,
        tracking::{self, TrackingEvent},
    },
};
use hansa_event_sourcing::{Actor, Cause, Command};
use hansa_relational::{StoreError, UnitOfWork};

/// What became of something that a carrier told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The shipment has moved on.
    Applied,
    /// Noted; the shipment is further already.
    Noted,
    /// It was told before.
    Duplicate,
    Unknown,
}

impl Shipping {
    /// The command under which a carrier's news are taken. They are of the shipment's order ([`record`]); a trace have only those
    /// that something here began.
    pub(crate) fn carrier_command(&self, operation: &'static str) -> Command {
        Command {
            operation,
            actor: Actor::default(),
            now: self.services.clock.now(),
            ids: self.services.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        }
    }
}

/// Notes what a carrier told, once, and moves the shipment on where that is news.
pub(crate) async fn take(unit: &mut UnitOfWork, told: &TrackingEvent) -> Result<Told, StoreError> {
    let Some(mut shipment) = shipments::by_id(&mut *unit, told.shipment).await? else { return Ok(Told::Unknown) };
    if !tracking::insert(unit, told).await? {
        return Ok(Told::Duplicate);
    }
    let events = shipment.reported(told.status);
    if events.is_empty() {
        return Ok(Told::Noted);
    }
    record(unit, &mut shipment, &events).await?;
    Ok(Told::Applied)
}
