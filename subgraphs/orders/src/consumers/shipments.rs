//! Where an order's shipments are.

use super::kind;
use crate::{
    domain::{
        ids::OrderId,
        order::{OrderCommand, PartOfLine, Shipped},
    },
    order_store,
};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use hansa_values::TenantId;
use serde::Deserialize;

pub(crate) const NAME: &str = "order-shipments";

pub(crate) const LISTENING: &[Listening] =
    &[Listening { context: "shipping", aggregate: "shipment", events: &[("dispatched", 1), ("delivered", 1)] }];

/// Of shipping's shipments.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShipmentFacts {
    shipment_id: String,
    order_id: OrderId,
    tenant_id: TenantId,
    lines: Vec<PartOfLine>,
}

/// The consumer.
#[derive(Debug)]
pub(crate) struct Shipments;

impl Consumer for Shipments {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let ShipmentFacts { shipment_id, order_id, tenant_id, lines } = event.content()?;
            let shipped = Shipped { order_id, shipment_id, tenant_id, lines };
            let command = match kind(event).1 {
                "delivered" => OrderCommand::NoteDelivered(shipped),
                _ => OrderCommand::NoteDispatched(shipped),
            };
            let noted = order_store::change(unit, order_id, command).await?;
            noted.map(drop).map_err(|refusal| HandleError::Poison(refusal.to_string()))
        })
    }
}
