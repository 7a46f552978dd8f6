//! Subscriptions: that something changed, with what clients ask for again through the graph.

use super::{
    shipment::{ShipmentNode, ShipmentStatus},
    shipping,
};
use crate::{domain::ids::ShipmentId, shipping::shipment_resource, tables::shipments};
use async_graphql::{Context, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt as _};
use hansa_event_sourcing::RecordedEvent;
use hansa_messaging::{FeedError, FeedEvent};
use hansa_subgraph_host::{Fault, directives, request_context};

/// The subscription root.
#[derive(Debug)]
pub(crate) struct Changes;

/// A shipment has moved on.
#[derive(Debug, SimpleObject)]
pub(crate) struct ShipmentChange {
    /// To come back to, as `after`: everything behind it is still to come.
    position: String,
    /// As it is by now.
    shipment: ShipmentNode,
    status: ShipmentStatus,
}

#[Subscription(name = "Subscription")]
impl Changes {
    /// Tells when a shipment that the caller may see has moved on.
    #[graphql(directive = directives::authenticated::apply())]
    async fn tracking_updated(
        &self,
        ctx: &Context<'_>,
        shipment_id: ID,
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<ShipmentChange, Fault>>, Fault> {
        let (context, caller) = (shipping(ctx).clone(), request_context(ctx).caller().clone());
        let id: ShipmentId =
            shipment_id.parse().map_err(|error: hansa_values::IdError| Fault::bad_input(error.to_string()))?;
        let found = shipments::by_id(&context.db, id).await?;
        if !found.is_some_and(|shipment| context.may(&caller, "shipmentRead", &shipment_resource(&shipment))) {
            return Err(Fault::bad_input("there is no such shipment"));
        }
        let stream = id.to_string();
        let is_wanted = move |event: &RecordedEvent| event.aggregate == "shipment" && event.stream_id == stream;
        let events = context.feed.events(after.as_deref(), is_wanted).await.map_err(Fault::feed)?;
        Ok(events.then(move |event: Result<FeedEvent, FeedError>| {
            let context = context.clone();
            async move {
                let FeedEvent { position, .. } = event.map_err(Fault::feed)?;
                let shipment = shipments::by_id(&context.db, id).await?;
                let shipment = shipment.ok_or_else(|| Fault::internal("an event of a shipment that is not there"))?;
                let status = shipment.status.into();
                Ok(ShipmentChange { position, shipment: ShipmentNode::one(shipment), status })
            }
        }))
    }
}
