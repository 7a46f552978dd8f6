//! Entities for other subgraphs: each type in one batch.

use super::{
    order::OrderNode,
    payment::{PaymentNode, visible},
    payments,
    tenant::TenantNode,
    vendor::VendorNode,
};
use crate::{
    domain::ids::{Order, PaymentId, Vendor},
    tables,
};
use async_graphql::{Context, ID, Interface, Union};
use hansa_subgraph_host::{Entities, Fault, Loaded, Representations, Sibling, request_context};
use hansa_values::Tenant;

/// Something with an id, which `node` finds again.
#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Unique among everything."))]
pub(crate) enum Node {
    Payment(PaymentNode),
}

#[derive(Debug, Union)]
#[graphql(name = "_Entity")]
pub(crate) enum Entity {
    Payment(PaymentNode),
    Order(OrderNode),
    Vendor(VendorNode),
    Tenant(TenantNode),
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Entity>) -> Representations<'a, Entity> {
        wanted
            .by_id(|ids| visible_payments(ctx, ids), Entity::Payment)
            .by_id::<Order, _, _>(async move |ids| Ok(Sibling::all(ids, OrderNode)), Entity::Order)
            .by_id::<Vendor, _, _>(async move |ids| Ok(Sibling::all(ids, VendorNode)), Entity::Vendor)
            .by_id::<Tenant, _, _>(
                async move |ids| Ok(ids.into_iter().map(|id| (id, Ok(TenantNode(id)))).collect()),
                Entity::Tenant,
            )
    }
}

/// Those that the caller may see; the others are null, as unknown ones are.
async fn visible_payments(ctx: &Context<'_>, ids: Vec<PaymentId>) -> Result<Loaded<PaymentId, PaymentNode>, Fault> {
    let (context, caller) = (payments(ctx), request_context(ctx).caller());
    let rows = tables::payments::by_ids(&context.db, &ids).await?;
    let nodes = PaymentNode::all(visible(context, caller, rows).await?);
    Ok(nodes.into_iter().map(|node| (node.payment_id(), Ok(node))).collect())
}
