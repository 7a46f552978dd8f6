//! Sold units lie in the warehouse until their shipment leaves: then they are awaited there no more.

use super::{
    movements::Movement,
    published::{LinePart, ShipmentDispatched},
    sold_lines::SoldLines,
};
use crate::{
    domain::{HoldOf, ReservationId, StockAction, StockItemId},
    tables::reservations::{self, Way},
};
use hansa_messaging::{HandleError, Listening};
use hansa_relational::UnitOfWork;
use std::collections::BTreeMap;

/// The commit of the reservation is on its way.
#[derive(Debug, thiserror::Error)]
#[error("the shipment {shipment} left with units of {order} that are not sold yet")]
struct NotSoldYet {
    shipment: String,
    order: String,
}

impl Movement for ShipmentDispatched {
    const NAME: &'static str = "order-dispatches";

    const LISTENING: &'static [Listening] =
        &[Listening { context: "shipping", aggregate: "shipment", events: &[("dispatched", 1)] }];

    fn lines(&self) -> &[LinePart] {
        &self.lines
    }

    async fn apply(self, unit: &mut UnitOfWork, sold: &mut SoldLines) -> Result<(), HandleError> {
        if sold.is_unsold(&self.lines) {
            let not_yet = NotSoldYet { shipment: self.shipment_id, order: self.order_id };
            return Err(HandleError::Retry(Box::new(not_yet)));
        }
        if !reservations::shipment_left(unit, &self.shipment_id).await? {
            return Ok(());
        }
        let mut gone: BTreeMap<(StockItemId, ReservationId), i64> = BTreeMap::new();
        for line in &self.lines {
            for (row, quantity) in sold.pass(unit, (line, Way::Out)).await? {
                *gone.entry((row.item, row.reservation)).or_default() += quantity;
            }
        }
        for ((item, reservation), quantity) in gone {
            let hold = HoldOf { reservation, order: self.order_id.clone() };
            let dispatch = StockAction::Dispatch { hold, shipment: self.shipment_id.clone(), quantity };
            sold.shelf.act(unit, item, dispatch).await?;
        }
        Ok(())
    }
}
