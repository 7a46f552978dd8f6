//! Root fields for reading. What is unknown and what is not for the caller are null alike.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{
    inventory, loaders, may_read, readable_tenant, stock_item::StockItemObject, variant::AvailabilityObject,
    warehouse::WarehouseObject,
};
use crate::{
    Inventory,
    domain::{StockItemId, VariantId},
    tables::{
        stock_levels::{self, LevelFilter},
        warehouses,
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use hansa_subgraph_host::{
    Caller, Connection, CursorValue, Fault, PageArguments, QueryFingerprint, directives, request_context,
};
use hansa_values::{EntityKind, Id};

/// More variants in one question are asked for again.
const VARIANTS_MAX: usize = 100;

/// The query root.
#[derive(Debug)]
pub(crate) struct Query;

/// Which stock items are wanted.
#[derive(Debug, Default, InputObject)]
pub(crate) struct StockItemFilter {
    variant_id: Option<ID>,
    warehouse_id: Option<ID>,
}

#[Object]
impl Query {
    async fn stock_item(&self, ctx: &Context<'_>, id: ID) -> Option<Result<StockItemObject, Fault>> {
        let id: StockItemId = id.parse().ok()?;
        let found = stock_levels::by_ids(&inventory(ctx).db, &[id]).await.map_err(Fault::from);
        let visible = found.map(|found| found.into_iter().find(|item| may_read(ctx, item.tenant)));
        visible.map(|item| item.map(StockItemObject)).transpose()
    }

    /// The acting tenant's stock, oldest first.
    #[graphql(
        directive = directives::authenticated::apply(),
        directive = directives::requires_scopes::apply(directives::scope("inventory:read"))
    )]
    async fn stock_items(
        &self,
        ctx: &Context<'_>,
        filter: Option<StockItemFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<StockItemObject>, Fault>> {
        let caller = request_context(ctx).caller();
        let page = PageArguments { first, after, last, before };
        Some(item_page(inventory(ctx), caller, filter.unwrap_or_default(), page).await)
    }

    /// The acting tenant's warehouses, oldest first.
    #[graphql(
        directive = directives::authenticated::apply(),
        directive = directives::requires_scopes::apply(directives::scope("inventory:read"))
    )]
    async fn warehouses(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<WarehouseObject>, Fault>> {
        let page = PageArguments { first, after, last, before };
        Some(warehouse_page(inventory(ctx), request_context(ctx).caller(), page).await)
    }

    /// How much there is of each of these variants, at most 100: in their order, and null for unknown ones.
    #[graphql(complexity = "1 + 100 * child_complexity")]
    async fn availability(
        &self,
        ctx: &Context<'_>,
        variant_ids: Vec<ID>,
    ) -> Option<Result<Vec<Option<AvailabilityObject>>, Fault>> {
        if variant_ids.len() > VARIANTS_MAX {
            let text = format!("at most {VARIANTS_MAX} variants at once, not {}", variant_ids.len());
            return Some(Err(Fault::bad_input(text)));
        }
        let wanted: Vec<Option<VariantId>> = variant_ids.iter().map(|id| id.parse().ok()).collect();
        let known: Vec<VariantId> = wanted.iter().flatten().copied().collect();
        let levels = loaders::levels(inventory(ctx), &known).await;
        let one = |variant: VariantId, known| AvailabilityObject { variant, known };
        Some(levels.map(|levels| {
            let found = |id: Option<VariantId>| id.and_then(|id| levels.get(&id).map(|known| one(id, *known)));
            wanted.into_iter().map(found).collect()
        }))
    }
}

async fn item_page(
    context: &Inventory,
    caller: &Caller,
    filter: StockItemFilter,
    page: PageArguments,
) -> Result<Connection<StockItemObject>, Fault> {
    let tenant = readable_tenant(context, caller)?;
    let filter = LevelFilter { variant: wanted(filter.variant_id), warehouse: wanted(filter.warehouse_id) };
    let page = page.page(&context.services.cursors, QueryFingerprint::of("Query.stockItems", &(tenant, filter)))?;
    let rows = stock_levels::page(&context.db, (tenant, filter), &page).await?;
    let rows = rows.into_iter().map(StockItemObject).collect();
    let place = |item: &StockItemObject| CursorValue { sort_values: Vec::new(), id: item.0.id.to_string() };
    Ok(Connection::from_rows(rows, &page, place))
}

async fn warehouse_page(
    context: &Inventory,
    caller: &Caller,
    page: PageArguments,
) -> Result<Connection<WarehouseObject>, Fault> {
    let tenant = readable_tenant(context, caller)?;
    let page = page.page(&context.services.cursors, QueryFingerprint::of("Query.warehouses", &tenant))?;
    let rows = warehouses::page(&context.db, tenant, &page).await?;
    let rows = rows.into_iter().map(WarehouseObject).collect();
    let place = |warehouse: &WarehouseObject| CursorValue { sort_values: Vec::new(), id: warehouse.0.id.to_string() };
    Ok(Connection::from_rows(rows, &page, place))
}

/// What is no id is the id of nothing.
fn wanted<K: EntityKind>(id: Option<ID>) -> Option<Id<K>> {
    id.map(|id| id.parse().unwrap_or(Id::from_uuid(uuid::Uuid::nil())))
}
