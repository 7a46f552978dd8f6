//! Sold units lie in the warehouse until their shipment leaves: then they are awaited there no more. Where the order was undone
//! before that was heard, its units are in stock again although they are gone: they are sold after all, and leave.

use super::{
    movements::Movement,
    published::{LinePart, ShipmentDispatched},
    sold_lines::SoldLines,
};
use crate::{
    domain::{HoldOf, ReservationId, StockAction, StockItemId, StockRefusal},
    shelf::ShelfError,
    tables::reservations::{self, HoldStanding, Way},
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

/// What is gone was promised to others since. Holds end and stock comes in; where it does not, somebody has to look.
#[derive(Debug, thiserror::Error)]
#[error(
    "the shipment {shipment} left with {quantity} units of {order}, which had been undone: {item} is to lose them, but {source}; \
     correct its stock or free what others hold there, then retry this"
)]
struct PromisedToOthers {
    shipment: String,
    order: String,
    item: StockItemId,
    quantity: i64,
    source: StockRefusal,
}

/// Units of a reservation that leave a stock item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Leaving {
    item: StockItemId,
    reservation: ReservationId,
    /// The order was undone, and the units were given back.
    is_undone: bool,
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
        let mut gone: BTreeMap<Leaving, i64> = BTreeMap::new();
        for line in &self.lines {
            for (row, quantity) in sold.pass(unit, (line, Way::Out)).await? {
                let is_undone = row.standing == HoldStanding::Released;
                *gone.entry(Leaving { item: row.item, reservation: row.reservation, is_undone }).or_default() +=
                    quantity;
            }
        }
        for (leaving, quantity) in gone {
            if leaving.is_undone {
                self.sell_again(unit, sold, (leaving, quantity)).await?;
            }
            let dispatch =
                StockAction::Dispatch { hold: self.hold(leaving), shipment: self.shipment_id.clone(), quantity };
            sold.shelf.act(unit, leaving.item, dispatch).await?;
        }
        Ok(())
    }
}

impl ShipmentDispatched {
    fn hold(&self, leaving: Leaving) -> HoldOf {
        HoldOf { reservation: leaving.reservation, order: self.order_id.clone() }
    }

    /// Takes units that were given back, and are gone, out of stock: nothing that others hold.
    async fn sell_again(
        &self,
        unit: &mut UnitOfWork,
        sold: &mut SoldLines,
        (leaving, quantity): (Leaving, i64),
    ) -> Result<(), HandleError> {
        let expires_at = unit.command().now;
        let reserve = StockAction::Reserve { hold: self.hold(leaving), quantity, expires_at };
        match sold.shelf.act(unit, leaving.item, reserve).await {
            Err(ShelfError::Refused(source)) => {
                let (shipment, order) = (self.shipment_id.clone(), self.order_id.clone());
                let promised = PromisedToOthers { shipment, order, item: leaving.item, quantity, source };
                return Err(HandleError::Retry(Box::new(promised)));
            }
            other => other?,
        }
        tracing::warn!(
            shipment.id = self.shipment_id, order.id = self.order_id, stock_item.id = %leaving.item, quantity,
            "a shipment of an order that was undone has left: its units are sold after all"
        );
        Ok(sold.shelf.act(unit, leaving.item, StockAction::Commit { hold: self.hold(leaving) }).await?)
    }
}
