//! Subscriptions: that something changed, with what clients ask for again through the graph.

use super::{
    payment::{PaymentNode, PaymentStatus, visible},
    payments,
};
use crate::{domain::ids::PaymentId, tables};
use async_graphql::{Context, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt as _};
use hansa_event_sourcing::RecordedEvent;
use hansa_messaging::{FeedError, FeedEvent};
use hansa_subgraph_host::{Fault, directives, request_context};

/// The subscription root.
#[derive(Debug)]
pub(crate) struct Changes;

/// Something has become of a payment.
#[derive(Debug, SimpleObject)]
pub(crate) struct PaymentChange {
    /// To come back to, as `after`: everything behind it is still to come.
    position: String,
    /// As it is by now.
    payment: PaymentNode,
    status: PaymentStatus,
}

#[Subscription(name = "Subscription")]
impl Changes {
    /// Tells when something has become of a payment that the caller may see.
    #[graphql(directive = directives::authenticated::apply())]
    async fn payment_status_changed(
        &self,
        ctx: &Context<'_>,
        id: ID,
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<PaymentChange, Fault>>, Fault> {
        let (context, caller) = (payments(ctx).clone(), request_context(ctx).caller().clone());
        let id: PaymentId = id.parse().map_err(|error: hansa_values::IdError| Fault::bad_input(error.to_string()))?;
        let found = tables::payments::by_id(&context.db, id).await?;
        if visible(&context, &caller, found.into_iter().collect()).await?.is_empty() {
            return Err(Fault::bad_input("there is no such payment"));
        }
        let stream = id.to_string();
        let is_wanted = move |event: &RecordedEvent| event.aggregate == "payment" && event.stream_id == stream;
        let events = context.feed.events(after.as_deref(), is_wanted).await.map_err(Fault::feed)?;
        Ok(events.then(move |event: Result<FeedEvent, FeedError>| {
            let context = context.clone();
            async move {
                let FeedEvent { position, .. } = event.map_err(Fault::feed)?;
                let payment = tables::payments::by_id(&context.db, id).await?;
                let payment = payment.ok_or_else(|| Fault::internal("an event of a payment that is not there"))?;
                let status = payment.status.into();
                Ok(PaymentChange { position, payment: PaymentNode::one(payment), status })
            }
        }))
    }
}
