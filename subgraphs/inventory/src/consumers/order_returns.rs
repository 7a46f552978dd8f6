//! Returned units go back into stock: to the warehouse that they came from, and never more than were sold from it.

use super::{
    published::{LinePart, ReturnReceived, command_for},
    sold_lines::SoldLines,
};
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
        self.handle_all(unit, std::slice::from_ref(event))
    }

    fn handle_all<'a>(&'a self, unit: &'a mut UnitOfWork, events: &'a [ReceivedEvent]) -> HandleFuture<'a> {
        Box::pin(async move {
            let returns: Vec<ReturnReceived> = events.iter().map(ReceivedEvent::content).collect::<Result<_, _>>()?;
            let lines: Vec<&[LinePart]> = returns.iter().map(|returned| returned.lines.as_slice()).collect();
            let mut sold = SoldLines::open(unit, &lines).await?;
            for (event, returned) in events.iter().zip(returns) {
                unit.act_for(command_for(NAME, unit, event));
                take_back(unit, &mut sold, returned).await?;
            }
            Ok(sold.shelf.put_back(unit).await?)
        })
    }
}

async fn take_back(unit: &mut UnitOfWork, sold: &mut SoldLines, returned: ReturnReceived) -> Result<(), HandleError> {
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
    Ok(())
}
