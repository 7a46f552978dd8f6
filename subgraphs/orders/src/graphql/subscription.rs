//! Subscriptions: that something changed, with what clients ask for again through the graph.

use super::{
    order::{OrderObject, Status},
    orders,
};
use crate::domain::{
    ids::OrderId,
    order::{OrderEvent, OrderStatus},
};
use async_graphql::{Context, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt as _};
use hansa_event_sourcing::{RecordedEvent, StoredEvent as _};
use hansa_messaging::{FeedError, FeedEvent};
use hansa_subgraph_host::{Fault, request_context};

/// The subscription root.
#[derive(Debug)]
pub(crate) struct Changes;

/// An order has another status.
#[derive(Debug, SimpleObject)]
pub(crate) struct OrderStatusChange {
    /// To come back to, as `after`: everything behind it is still to come.
    position: String,
    /// What the change was to. `order.status` is what it is by now.
    status: Status,
    order: Option<OrderObject>,
}

#[Subscription(name = "Subscription")]
impl Changes {
    /// Tells when the status of an order has changed, to those who may see the order.
    async fn order_status_changed(
        &self,
        ctx: &Context<'_>,
        id: ID,
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<OrderStatusChange, Fault>>, Fault> {
        let (orders, caller) = (orders(ctx).clone(), request_context(ctx).caller().clone());
        let unknown = || Fault::bad_input("there is no such order, or it is not the caller's to see");
        let id: OrderId = id.parse().map_err(|_| unknown())?;
        OrderObject::find(&orders, &caller, id).await?.ok_or_else(unknown)?;
        let stream_id = id.to_string();
        let is_wanted = move |event: &RecordedEvent| event.stream_id == stream_id && changes_status(&event.event_type);
        let events = orders.feed.events(after.as_deref(), is_wanted).await.map_err(Fault::feed)?;
        Ok(events.then(move |event| {
            let (orders, caller) = (orders.clone(), caller.clone());
            async move {
                let (position, status) = change(event)?;
                // Asked again each time: rights may have ended, or begun.
                let order = OrderObject::find(&orders, &caller, id).await?;
                Ok(OrderStatusChange { position, status: status.into(), order })
            }
        }))
    }
}

fn changes_status(event_type: &str) -> bool {
    let types = [
        "placed",
        "confirmed",
        "rejected",
        "payment_review",
        "cancellation_requested",
        "cancellation_refused",
        "cancelled",
        "fulfilled",
    ];
    types.contains(&event_type)
}

fn change(event: Result<FeedEvent, FeedError>) -> Result<(String, OrderStatus), Fault> {
    let FeedEvent { position, event } = event.map_err(Fault::feed)?;
    let status = match OrderEvent::read(&event.event.event_type, event.event.content.clone())? {
        OrderEvent::Confirmed(_) | OrderEvent::CancellationRefused(_) => OrderStatus::Confirmed,
        OrderEvent::Rejected(_) => OrderStatus::Rejected,
        OrderEvent::PaymentReview(_) => OrderStatus::PaymentReview,
        OrderEvent::CancellationRequested(_) => OrderStatus::Cancelling,
        OrderEvent::Cancelled(_) => OrderStatus::Cancelled,
        OrderEvent::Fulfilled(_) => OrderStatus::Fulfilled,
        _ => OrderStatus::Pending,
    };
    Ok((position, status))
}
