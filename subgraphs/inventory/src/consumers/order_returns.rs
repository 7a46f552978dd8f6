//! Returned units go back into stock: to the warehouse that they came from, and never more than were sold from it.

use super::{published::ReturnReceived, sold_lines::SoldLines};
use crate::{
    domain::{ReceiptReason, StockAction, StockItemId},
    tables::reservations::Way,
};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use std::collections::BTreeMap;

pub(super) const NAME: &str = "order-returns";

pub(super) const LISTENING: &[Listening] =
    &[Listening { context: "orders", aggregate: "order", events: &[("return_received", 1)] }];

#[derive(Debug)]
pub(crate) struct OrderReturns;

impl Consumer for OrderReturns {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move { take_back(unit, event.content()?).await })
    }
}

async fn take_back(unit: &mut UnitOfWork, returned: ReturnReceived) -> Result<(), HandleError> {
    let mut sold = SoldLines::open(unit, &returned.lines).await?;
    let mut back: BTreeMap<StockItemId, i64> = BTreeMap::new();
    for line in &returned.lines {
        for (row, quantity) in sold.pass(unit, (line, Way::Back)).await? {
            *back.entry(row.item).or_default() += quantity;
        }
    }
    for (item, quantity) in back {
        let reference = Some(returned.order_id.clone());
        let receive = StockAction::Receive { quantity, reason: ReceiptReason::Return, reference };
        sold.shelf.act(unit, item, receive).await?;
    }
    sold.shelf.put_back(unit).await?;
    Ok(())
}
