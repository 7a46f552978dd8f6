//! Returned units go back into stock: to the warehouse that they came from, and never more than were sold from it.

use super::{
    movements::Movement,
    published::{LinePart, ReturnReceived},
    sold_lines::SoldLines,
};
use crate::{
    domain::{ReceiptReason, StockAction, StockItemId},
    tables::reservations::Way,
};
use hansa_messaging::{HandleError, Listening};
use hansa_relational::UnitOfWork;
use std::collections::BTreeMap;

impl Movement for ReturnReceived {
    const NAME: &'static str = "order-returns";

    const LISTENING: &'static [Listening] =
        &[Listening { context: "orders", aggregate: "order", events: &[("return_received", 1)] }];

    fn lines(&self) -> &[LinePart] {
        &self.lines
    }

    async fn apply(self, unit: &mut UnitOfWork, sold: &mut SoldLines) -> Result<(), HandleError> {
        let mut back: BTreeMap<StockItemId, i64> = BTreeMap::new();
        for line in &self.lines {
            for (row, quantity) in sold.pass(unit, (line, Way::Back)).await? {
                *back.entry(row.item).or_default() += quantity;
            }
        }
        for (item, quantity) in back {
            let reference = Some(self.order_id.clone());
            let receive = StockAction::Receive { quantity, reason: ReceiptReason::Return, reference };
            sold.shelf.act(unit, item, receive).await?;
        }
        Ok(())
    }
}
