//! Orders as streams of events, with the tables that show them: written in one unit.

use crate::{
    domain::{
        Refusal,
        ids::{OrderId, PlacementId},
        order::{Order, OrderCommand, OrderEvent, OrderStatus, Placed},
    },
    tables::{order_pages, orders, returns},
};
use hansa_event_sourcing::Aggregate as _;
use hansa_event_store::{Loaded, append, load};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_saga::ProcessError;

/// The stream of the placing of an order, in the lane of the order.
pub(crate) fn placement_of(order: OrderId) -> String {
    PlacementId::from_uuid(order.uuid()).to_string()
}

/// Decides, appends and shows what has become of it. An order that there is not is the default.
pub(crate) async fn change(
    unit: &mut UnitOfWork,
    id: OrderId,
    command: OrderCommand,
) -> Result<Result<Order, Refusal>, ProcessError> {
    let loaded = load::<Order>(unit, &id.to_string()).await?;
    change_loaded(unit, (id, loaded), command).await
}

/// An order as it is in this unit.
pub(crate) async fn find(unit: &mut UnitOfWork, id: OrderId) -> Result<Order, ProcessError> {
    Ok(load::<Order>(unit, &id.to_string()).await?.state)
}

/// Places an order: there is nothing of it yet, or the unit fails.
pub(crate) async fn place(unit: &mut UnitOfWork, placed: Placed) -> Result<Result<Order, Refusal>, ProcessError> {
    change_loaded(unit, (placed.order_id, Loaded::default()), OrderCommand::Place(placed)).await
}

/// Locks and reads at once the orders of these placings, which are locked already.
pub(crate) async fn prefetch(unit: &mut UnitOfWork, placements: &[String]) -> Result<(), StoreError> {
    let of =
        |placement: &String| placement.parse().ok().map(|id: PlacementId| OrderId::from_uuid(id.uuid()).to_string());
    let ids: Vec<String> = placements.iter().filter_map(of).collect();
    hansa_event_store::hold(unit, &ids).await?;
    hansa_event_store::prefetch::<Order>(unit, &ids).await
}

async fn change_loaded(
    unit: &mut UnitOfWork,
    (id, loaded): (OrderId, Loaded<Order>),
    command: OrderCommand,
) -> Result<Result<Order, Refusal>, ProcessError> {
    let stream = id.to_string();
    let events = match loaded.state.decide(command) {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if events.is_empty() {
        return Ok(Ok(loaded.state));
    }
    let was = loaded.state.status();
    let after = append(unit, (&stream, None), loaded, events.clone()).await?;
    show(unit, (was, &after), &events).await?;
    Ok(Ok(after.state))
}

async fn show(
    unit: &mut UnitOfWork,
    (was, after): (OrderStatus, &Loaded<Order>),
    events: &[OrderEvent],
) -> Result<(), StoreError> {
    let is_new = matches!(events.first(), Some(OrderEvent::Placed(_)));
    match after.state.placed() {
        Some(placed) if is_new => orders::insert(unit, placed, after.version).await?,
        _ => orders::update(unit, &after.state, after.version).await?,
    }
    for event in events {
        let changed = match event {
            OrderEvent::Confirmed(_) => {
                if let Some(placed) = after.state.placed() {
                    order_pages::show_to_sellers(unit, (placed, after.state.status())).await?;
                }
                continue;
            }
            // Most are paid as they are.
            OrderEvent::PaymentCaptured(_) if was == after.state.status() => continue,
            // Who sells in it sees it from the confirmation on; before that, this finds nobody.
            OrderEvent::PaymentReview(_)
            | OrderEvent::PaymentCaptured(_)
            | OrderEvent::CancellationRequested(_)
            | OrderEvent::CancellationRefused(_)
            | OrderEvent::Cancelled(_)
            | OrderEvent::Fulfilled(_) => {
                order_pages::tell_sellers(unit, &after.state).await?;
                continue;
            }
            OrderEvent::ReturnRequested(returned) | OrderEvent::ReturnReceived(returned) => returned.return_id,
            OrderEvent::ReturnAccepted(decided) | OrderEvent::ReturnRefused(decided) => decided.return_id,
            OrderEvent::ReturnRefunded(refunded) => refunded.return_id,
            _ => continue,
        };
        if let Some(one) = after.state.order_return(changed) {
            returns::write(unit, changed, one).await?;
        }
    }
    Ok(())
}
