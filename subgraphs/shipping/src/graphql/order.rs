//! `Order`: another context's, with what is sent for it.

use super::{shipment::ShipmentNode, shipping};
use crate::{
    domain::{ids::OrderId, shipment::Shipment},
    shipping::shipment_resource,
    tables::shipments,
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, Sibling, directives, request_context};

/// An order, of which this context knows the id.
#[derive(Debug, Clone)]
pub(crate) struct OrderNode(pub(super) Sibling<OrderId>);

#[Object(name = "Order", directive = directives::key::apply("id".to_owned(), None))]
impl OrderNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// One for each tenant that sells in the order. What the caller may not see is left out.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn shipments(&self, ctx: &Context<'_>) -> Option<Result<Vec<ShipmentNode>, Fault>> {
        let (context, caller) = (shipping(ctx), request_context(ctx).caller());
        let load = async {
            let mut seen = shipments::of_orders(&context.db, &self.0.siblings.ids).await?;
            seen.retain(|shipment: &Shipment| context.may(caller, "shipmentRead", &shipment_resource(shipment)));
            Ok::<_, Fault>(ShipmentNode::all(seen))
        };
        let own = self.0.siblings.ask("shipments", load).await;
        let of_this = |node: &&ShipmentNode| node.shipment.order_id == self.0.id;
        Some(own.map(|all| all.iter().filter(of_this).cloned().collect()))
    }
}
