//! What has happened to an order: its events, in words.

use super::order::OrderObject;
use crate::{
    Orders,
    access::View,
    domain::order::{CancelledBy, OrderEvent, RejectionReason},
};
use async_graphql::SimpleObject;
use hansa_event_sourcing::{EventContent as _, RecordedEvent, StoredEvent as _};
use hansa_relational::{FromRow, Row, StoreError, query};
use hansa_subgraph_host::{Connection, CursorValue, Fault, PageArguments, QueryFingerprint, scalars::DateTime};
use hansa_values::TenantId;

/// More than an order can have: each of its units could be sent and come back alone.
const EVENTS_MAX: i64 = 1_000;

/// One thing that happened to an order.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "OrderTimelineEntry")]
pub(crate) struct TimelineEntry {
    at: DateTime,
    /// As the event is called, such as `CONFIRMED`.
    #[graphql(name = "type")]
    event_type: String,
    /// For people, in English.
    text: String,
    #[graphql(skip)]
    version: i64,
}

struct Stored(RecordedEvent);

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        serde_json::from_value(row.json("event")?).map(Stored).map_err(StoreError::Payload)
    }
}

/// The part of it that the caller sees.
pub(super) async fn page(
    orders: &Orders,
    order: &OrderObject,
    arguments: PageArguments,
) -> Result<Connection<TimelineEntry>, Fault> {
    let id = order.row.id;
    let page = arguments.page(&orders.services.cursors, QueryFingerprint::of("Order.timeline", &id))?;
    let stored: Vec<Stored> = query("SELECT event FROM events WHERE stream_id = $1 ORDER BY stream_version LIMIT $2")
        .bind(id.to_string())
        .bind(EVENTS_MAX)
        .fetch_all(&orders.db)
        .await?;
    let mut entries = Vec::with_capacity(stored.len());
    for Stored(recorded) in stored {
        let event = OrderEvent::read(&recorded.event_type, recorded.content)?;
        if is_seen(&event, order.view()) {
            entries.push(TimelineEntry {
                at: recorded.recorded_at.into(),
                event_type: event.event_type().to_uppercase(),
                text: text(&event),
                version: recorded.stream_version,
            });
        }
    }
    if page.is_backward() {
        entries.reverse();
    }
    if let Some(start) = &page.start {
        let start: i64 = start.id.parse().map_err(|_| Fault::bad_input("this is no cursor of a timeline"))?;
        entries.retain(|entry| if page.is_backward() { entry.version < start } else { entry.version > start });
    }
    entries.truncate(page.fetch_limit());
    let place = |entry: &TimelineEntry| CursorValue { sort_values: Vec::new(), id: entry.version.to_string() };
    Ok(Connection::from_rows(entries, &page, place))
}

/// What one seller does is no business of another.
fn is_seen(event: &OrderEvent, view: View) -> bool {
    match view {
        View::Buyer => true,
        View::Seller(own) => seller_of(event).is_none_or(|seller| seller == own),
    }
}

fn seller_of(event: &OrderEvent) -> Option<TenantId> {
    match event {
        OrderEvent::PartDispatched(shipped) | OrderEvent::PartDelivered(shipped) => Some(shipped.tenant_id),
        OrderEvent::ReturnRequested(returned) | OrderEvent::ReturnReceived(returned) => Some(returned.tenant_id),
        OrderEvent::ReturnAccepted(decided) | OrderEvent::ReturnRefused(decided) => Some(decided.tenant_id),
        _ => None,
    }
}

fn text(event: &OrderEvent) -> String {
    match event {
        OrderEvent::Placed(_) => "The order was placed.".to_owned(),
        OrderEvent::Confirmed(_) => "The order is confirmed: stock and payment are reserved.".to_owned(),
        OrderEvent::Rejected(rejected) => format!("The order was rejected: {}.", rejected.reason.text()),
        OrderEvent::PaymentReview(_) => "The payment is under review.".to_owned(),
        OrderEvent::PaymentCaptured(_) => "The order is paid.".to_owned(),
        OrderEvent::CancellationRequested(requested) => match requested.by {
            CancelledBy::Buyer => "The buyer asked to cancel the order.".to_owned(),
            CancelledBy::System if requested.reason == RejectionReason::Cancelled => {
                "A seller cannot send its part: the whole order is undone.".to_owned()
            }
            CancelledBy::System => format!("The order cannot be carried out: {}.", requested.reason.text()),
        },
        OrderEvent::CancellationRefused(_) => {
            "The order cannot be cancelled any more: some of it is on its way.".to_owned()
        }
        OrderEvent::Cancelled(_) => "The order is cancelled.".to_owned(),
        OrderEvent::PartDispatched(_) => "A parcel is on its way.".to_owned(),
        OrderEvent::PartDelivered(_) => "A parcel was delivered.".to_owned(),
        OrderEvent::Fulfilled(_) => "Everything was delivered.".to_owned(),
        OrderEvent::ReturnRequested(_) => "The buyer asked to send something back.".to_owned(),
        OrderEvent::ReturnAccepted(_) => "The seller agreed to take it back.".to_owned(),
        OrderEvent::ReturnRefused(decided) => {
            format!(
                "The seller refused to take it back: {}.",
                decided.reason.as_deref().unwrap_or("no reason was given")
            )
        }
        OrderEvent::ReturnReceived(_) => "The goods are back with the seller.".to_owned(),
        OrderEvent::ReturnRefunded(refunded) => {
            format!("{} {} were paid back.", refunded.amount.amount(), refunded.amount.currency)
        }
    }
}
