//! The schema: thin types over the domain. Every path asks the policies.

mod entities;
mod inputs;
mod loaders;
mod mutation;
mod order_line;
mod payloads;
mod query;
mod stock_item;
mod subscription;
mod variant;
mod warehouse;

use crate::{Inventory, NAME};
use async_graphql::{Context, ID, Interface};
use entities::Entity;
use hansa_subgraph_host::{Caller, Fault, Subgraph, SubgraphBuilder, request_context};
use hansa_values::TenantId;
use loaders::{AvailabilityLoader, WarehouseLoader};
use mutation::Mutation;
use query::Query;
use stock_item::StockItemObject;
use subscription::Changes;
use warehouse::WarehouseObject;

/// Something with an id, which `node` finds again.
#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Unique among everything."))]
pub(crate) enum Node {
    Warehouse(WarehouseObject),
    StockItem(StockItemObject),
}

/// The schema, without what is behind it.
pub(crate) fn builder() -> SubgraphBuilder<Query, Mutation, Entity, Changes> {
    Subgraph::build_with(NAME, Query, Mutation, Changes).register::<Node>()
}

/// The schema with its loaders.
pub(crate) fn served(inventory: &Inventory) -> SubgraphBuilder<Query, Mutation, Entity, Changes> {
    let (of_warehouses, of_variants) = (inventory.clone(), inventory.clone());
    builder()
        .data(inventory.clone())
        .data(inventory.feed.clone())
        .loader(move |_| WarehouseLoader(of_warehouses.clone()))
        .loader(move |_| AvailabilityLoader(of_variants.clone()))
}

/// The context behind the schema.
fn inventory<'a>(ctx: &Context<'a>) -> &'a Inventory {
    ctx.data_unchecked::<Inventory>()
}

fn may_read(ctx: &Context<'_>, tenant: TenantId) -> bool {
    inventory(ctx).may_read(request_context(ctx).caller(), tenant)
}

/// The acting tenant, if the caller may read its stock.
fn readable_tenant(context: &Inventory, caller: &Caller) -> Result<TenantId, Fault> {
    if !caller.is_authenticated() {
        return Err(Fault::unauthenticated());
    }
    caller.tenant.filter(|tenant| context.may_read(caller, *tenant)).ok_or_else(Fault::forbidden)
}

/// A number as GraphQL has them; what is larger is the largest.
fn int(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}
