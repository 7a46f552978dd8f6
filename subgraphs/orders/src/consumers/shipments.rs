//! Where an order's shipments are. One that its seller cancels ends the whole order: a buyer gets all of it or nothing. Shipping
//! lets nobody cancel after something has left, and cancels by itself what the undoing of an order asks for; that changes
//! nothing here.

use super::{answers::PlacementHost, kind};
use crate::{
    domain::{
        ids::OrderId,
        order::{CancelledBy, Order, OrderCommand, OrderStatus, PartOfLine, RejectionReason, Shipped},
        placement::{Notice, OrderPlacement},
    },
    order_store::{self, placement_of},
};
use hansa_event_store::{hold, load};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use hansa_saga::{Processes, What};
use hansa_values::TenantId;
use serde::Deserialize;
use std::collections::BTreeSet;

pub(crate) const NAME: &str = "order-shipments";

pub(crate) const LISTENING: &[Listening] = &[Listening {
    context: "shipping",
    aggregate: "shipment",
    events: &[("dispatched", 1), ("delivered", 1), ("cancelled", 1)],
}];

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
pub(crate) struct Shipments {
    pub(crate) placements: Processes<OrderPlacement, PlacementHost>,
}

impl Consumer for Shipments {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn prepare<'a>(&'a self, unit: &'a mut UnitOfWork, events: &'a [ReceivedEvent]) -> HandleFuture<'a> {
        Box::pin(async move {
            let (mut all, mut ended) = (BTreeSet::new(), Vec::new());
            for event in events {
                let placement = placement_of(event.content::<ShipmentFacts>()?.order_id);
                ended.extend((kind(event).1 == "cancelled").then(|| placement.clone()));
                all.insert(placement);
            }
            hold(unit, &ended).await?;
            Ok(order_store::prefetch(unit, &Vec::from_iter(all)).await?)
        })
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let ShipmentFacts { shipment_id, order_id, tenant_id, lines } = event.content()?;
            let shipped = Shipped { order_id, shipment_id, tenant_id, lines };
            let command = match kind(event).1 {
                "cancelled" => return self.end(unit, &shipped).await,
                "delivered" => OrderCommand::NoteDelivered(shipped),
                _ => OrderCommand::NoteDispatched(shipped),
            };
            let noted = order_store::change(unit, order_id, command).await?;
            noted.map(drop).map_err(|refusal| HandleError::Poison(refusal.to_string()))
        })
    }
}

impl Shipments {
    /// Undoes a confirmed order, as where a step fails after the confirmation.
    async fn end(&self, unit: &mut UnitOfWork, cancelled: &Shipped) -> Result<(), HandleError> {
        let id = cancelled.order_id;
        let order = load::<Order>(unit, &id.to_string()).await.map_err(|error| HandleError::Retry(error.into()))?.state;
        if order.status() != OrderStatus::Confirmed {
            return Ok(());
        }
        if order.has_left() {
            let shipment = cancelled.shipment_id.as_str();
            tracing::error!(
                order.id = %id, shipment.id = shipment,
                "a shipment was cancelled while another one of its order left: somebody has to refund its lines"
            );
            return Ok(());
        }
        // The placing first, as whoever else writes both.
        self.placements.tell(unit, &placement_of(id), What::Notice(Notice::Cancel)).await?;
        let end = OrderCommand::RequestCancellation { by: CancelledBy::System, reason: RejectionReason::Cancelled };
        let noted = order_store::change(unit, id, end).await?;
        noted.map(drop).map_err(|refusal| HandleError::Poison(refusal.to_string()))
    }
}
