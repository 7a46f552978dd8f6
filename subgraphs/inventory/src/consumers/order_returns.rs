//! Returned units go back into stock: to the warehouse that they came from, and never more than were sold from it.

use super::published::{ReturnReceived, ReturnedLine, content};
use crate::{
    domain::{ReceiptReason, StockAction, StockItemId},
    shelf::Shelf,
    tables::reservations::{self, HoldStanding, LineRow},
};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const NAME: &str = "order-returns";

pub(super) const LISTENING: &[Listening] =
    &[Listening { context: "orders", aggregate: "order", events: &[("return_received", 1)] }];

/// More lines are a mistake of whoever asks.
const LINES_MAX: usize = 1_000;

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
        Box::pin(async move {
            let returned: ReturnReceived = content(event)?;
            if returned.lines.len() > LINES_MAX {
                return Err(HandleError::Poison(format!("a return has at most {LINES_MAX} lines")));
            }
            take_back(unit, returned).await
        })
    }
}

async fn take_back(unit: &mut UnitOfWork, returned: ReturnReceived) -> Result<(), HandleError> {
    let ids: BTreeSet<String> = returned.lines.iter().map(|line| line.line_id.clone()).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let sold = |unit_rows: Vec<LineRow>| -> Vec<LineRow> {
        unit_rows.into_iter().filter(|row| row.standing == HoldStanding::Committed).collect()
    };
    // Which stock items are to be locked is known before; how much of them came back is read after.
    let rows = sold(reservations::of_lines(&mut *unit, &ids).await?);
    let items: BTreeSet<StockItemId> = rows.iter().map(|row| row.item).collect();
    let mut shelf = Shelf::load(unit, &BTreeSet::new(), &items).await?;
    let mut rows = sold(reservations::of_lines(&mut *unit, &ids).await?);
    let mut back: BTreeMap<StockItemId, i64> = BTreeMap::new();
    for line in &returned.lines {
        let left = give_back(unit, (line, &mut rows), &mut back).await?;
        if left > 0 {
            tracing::warn!(order.id = returned.order_id, line.id = line.line_id, left, "more came back than was sold");
        }
    }
    for (item, quantity) in back {
        let reference = Some(returned.order_id.clone());
        let receive = StockAction::Receive { quantity, reason: ReceiptReason::Return, reference };
        shelf.act(unit, item, receive).await?;
    }
    shelf.put_back(unit).await?;
    Ok(())
}

/// Spreads a line over the parts that it was sold in; gives what is left.
async fn give_back(
    unit: &mut UnitOfWork,
    (line, rows): (&ReturnedLine, &mut [LineRow]),
    back: &mut BTreeMap<StockItemId, i64>,
) -> Result<i64, HandleError> {
    let mut left = line.quantity;
    for row in rows.iter_mut().filter(|row| row.line == line.line_id) {
        let quantity = left.min(row.quantity - row.returned);
        if quantity > 0 {
            reservations::give_back(unit, row, quantity).await?;
            row.returned += quantity;
            *back.entry(row.item).or_default() += quantity;
            left -= quantity;
        }
    }
    Ok(left)
}
