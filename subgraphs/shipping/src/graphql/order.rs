//! `Order`: another context's, with what is sent for it.

use super::{shipment::ShipmentNode, shipping};
use crate::{
    domain::{ids::OrderId, shipment::Shipment},
    shipping::shipment_resource,
    tables::shipments,
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, Siblings, directives, request_context};
use std::{collections::HashMap, sync::Arc};

/// An order, of which this context knows the id.
#[derive(Debug, Clone)]
pub(crate) struct OrderNode {
    id: OrderId,
    siblings: Arc<Siblings<OrderId>>,
}

impl OrderNode {
    pub(super) fn one(id: OrderId) -> OrderNode {
        OrderNode { id, siblings: Siblings::new([id]) }
    }

    /// Orders that came together.
    pub(super) fn all(ids: Vec<OrderId>) -> HashMap<OrderId, OrderNode> {
        let siblings = Siblings::new(ids);
        siblings.ids.iter().map(|id| (*id, OrderNode { id: *id, siblings: siblings.clone() })).collect()
    }
}

#[Object(name = "Order", directive = directives::key::apply("id".to_owned(), None))]
impl OrderNode {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// One for each tenant that sells in the order. What the caller may not see is left out.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn shipments(&self, ctx: &Context<'_>) -> Option<Result<Vec<ShipmentNode>, Fault>> {
        let (context, caller) = (shipping(ctx), request_context(ctx).caller());
        let load = async {
            let mut seen = shipments::of_orders(&context.db, &self.siblings.ids).await?;
            seen.retain(|shipment: &Shipment| context.may(caller, "shipmentRead", &shipment_resource(shipment)));
            Ok::<_, Fault>(ShipmentNode::all(seen))
        };
        let own = self.siblings.ask("shipments", load).await;
        let of_this = |node: &&ShipmentNode| node.shipment.order_id == self.id;
        Some(own.map(|all| all.iter().filter(of_this).cloned().collect()))
    }
}
