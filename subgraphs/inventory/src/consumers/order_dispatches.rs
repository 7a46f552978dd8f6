//! Sold units lie in the warehouse until their shipment leaves: then they are awaited there no more.

use super::{
    published::{LinePart, ShipmentDispatched, command_for},
    sold_lines::SoldLines,
};
use crate::{
    domain::{HoldOf, ReservationId, StockAction, StockItemId},
    tables::reservations::{self, Way},
};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use std::collections::BTreeMap;

pub(super) const NAME: &str = "order-dispatches";

pub(super) const LISTENING: &[Listening] =
    &[Listening { context: "shipping", aggregate: "shipment", events: &[("dispatched", 1)] }];

/// The commit of the reservation is on its way.
#[derive(Debug, thiserror::Error)]
#[error("the shipment {shipment} left with units of {order} that are not sold yet")]
struct NotSoldYet {
    shipment: String,
    order: String,
}

#[derive(Debug)]
pub(crate) struct OrderDispatches;

impl Consumer for OrderDispatches {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        self.handle_all(unit, std::slice::from_ref(event))
    }

    fn handle_all<'a>(&'a self, unit: &'a mut UnitOfWork, events: &'a [ReceivedEvent]) -> HandleFuture<'a> {
        Box::pin(async move {
            let shipments: Vec<ShipmentDispatched> =
                events.iter().map(ReceivedEvent::content).collect::<Result<_, _>>()?;
            let lines: Vec<&[LinePart]> = shipments.iter().map(|shipment| shipment.lines.as_slice()).collect();
            let mut sold = SoldLines::open(unit, &lines).await?;
            for (event, shipment) in events.iter().zip(shipments) {
                unit.act_for(command_for(NAME, unit, event));
                let_go(unit, &mut sold, shipment).await?;
            }
            Ok(sold.shelf.put_back(unit).await?)
        })
    }
}

async fn let_go(unit: &mut UnitOfWork, sold: &mut SoldLines, shipment: ShipmentDispatched) -> Result<(), HandleError> {
    if sold.is_unsold(&shipment.lines) {
        let not_yet = NotSoldYet { shipment: shipment.shipment_id, order: shipment.order_id };
        return Err(HandleError::Retry(Box::new(not_yet)));
    }
    if !reservations::shipment_left(unit, &shipment.shipment_id).await? {
        return Ok(());
    }
    let mut gone: BTreeMap<(StockItemId, ReservationId), i64> = BTreeMap::new();
    for line in &shipment.lines {
        for (row, quantity) in sold.pass(unit, (line, Way::Out)).await? {
            *gone.entry((row.item, row.reservation)).or_default() += quantity;
        }
    }
    for ((item, reservation), quantity) in gone {
        let hold = HoldOf { reservation, order: shipment.order_id.clone() };
        let dispatch = StockAction::Dispatch { hold, shipment: shipment.shipment_id.clone(), quantity };
        sold.shelf.act(unit, item, dispatch).await?;
    }
    Ok(())
}
