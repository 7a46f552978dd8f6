//! Entities for other subgraphs: each type in one batch.

use super::{
    address::AddressNode,
    checkout::{CheckoutNode, CheckoutRepresentation},
    order::OrderNode,
    shipment::ShipmentNode,
    shipping,
    variant::{VariantNode, VariantRepresentation},
    warehouse::WarehouseNode,
};
use crate::{
    domain::ids::{DeliveryAddressId, OrderKind, ShipmentId, WarehouseKind},
    shipping::{address_resource, shipment_resource},
    tables::{addresses, shipments},
};
use async_graphql::{Context, ID, Interface, Union};
use hansa_subgraph_host::{Entities, Fault, Loaded, Representations, Sibling, request_context};

/// Something with an id, which `node` finds again.
#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Unique among everything."))]
pub(crate) enum Node {
    Address(AddressNode),
    Shipment(ShipmentNode),
}

#[derive(Debug, Union)]
#[graphql(name = "_Entity")]
pub(crate) enum Entity {
    Address(AddressNode),
    Shipment(ShipmentNode),
    Order(OrderNode),
    Variant(VariantNode),
    Warehouse(WarehouseNode),
    Checkout(CheckoutNode),
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Entity>) -> Representations<'a, Entity> {
        wanted
            .by_id(|ids| visible_addresses(ctx, ids), Entity::Address)
            .by_id(|ids| visible_shipments(ctx, ids), Entity::Shipment)
            .by_id::<OrderKind, _, _>(async move |ids| Ok(Sibling::all(ids, OrderNode)), Entity::Order)
            .by_id::<WarehouseKind, _, _>(async move |ids| Ok(Sibling::all(ids, WarehouseNode)), Entity::Warehouse)
            .by_representation("ProductVariant", variants, Entity::Variant)
            .by_representation("Checkout", checkouts, Entity::Checkout)
    }
}

/// Those that the caller may see; the others are null, as unknown ones are.
async fn visible_addresses(
    ctx: &Context<'_>,
    ids: Vec<DeliveryAddressId>,
) -> Result<Loaded<DeliveryAddressId, AddressNode>, Fault> {
    let (context, caller) = (shipping(ctx), request_context(ctx).caller());
    let rows = addresses::by_ids(&context.db, &ids).await?.into_iter();
    let seen =
        rows.filter(|row| !row.is_deleted).filter(|row| context.may(caller, "addressRead", &address_resource(row)));
    Ok(seen.map(|row| (row.id, Ok(AddressNode(row)))).collect())
}

async fn visible_shipments(ctx: &Context<'_>, ids: Vec<ShipmentId>) -> Result<Loaded<ShipmentId, ShipmentNode>, Fault> {
    let (context, caller) = (shipping(ctx), request_context(ctx).caller());
    let mut rows = shipments::by_ids(&context.db, &ids).await?;
    rows.retain(|row| context.may(caller, "shipmentRead", &shipment_resource(row)));
    Ok(ShipmentNode::all(rows).into_iter().map(|node| (node.shipment.id, Ok(node))).collect())
}

/// Whether there is one is for its owner to say.
async fn checkouts(wanted: Vec<CheckoutRepresentation>) -> Result<Vec<Option<Result<CheckoutNode, Fault>>>, Fault> {
    Ok(wanted.into_iter().map(|one| CheckoutNode::read(one).map(Ok)).collect())
}

async fn variants(wanted: Vec<VariantRepresentation>) -> Result<Vec<Option<Result<VariantNode, Fault>>>, Fault> {
    Ok(VariantNode::all(wanted).into_iter().map(|node| node.map(Ok)).collect())
}
