//! Entities for other subgraphs: each type in one batch.

use super::{
    inventory, loaders, may_read,
    order_line::{OrderLineKey, OrderLineObject},
    stock_item::StockItemObject,
    variant::VariantObject,
    warehouse::WarehouseObject,
};
use crate::{
    domain::{StockItemId, StockItemKind, VariantId, VariantKind, WarehouseId, WarehouseKind},
    tables::{reservations, stock_levels, warehouses},
};
use async_graphql::{Context, Union};
use hansa_subgraph_host::{Entities, Fault, Loaded, Representations};

#[derive(Debug, Union)]
#[graphql(name = "_Entity")]
pub(crate) enum Entity {
    Warehouse(WarehouseObject),
    StockItem(StockItemObject),
    Variant(VariantObject),
    OrderLine(OrderLineObject),
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Entity>) -> Representations<'a, Entity> {
        wanted
            .by_id::<WarehouseKind, _, _>(|ids| visible_warehouses(ctx, ids), Entity::Warehouse)
            .by_id::<StockItemKind, _, _>(|ids| visible_items(ctx, ids), Entity::StockItem)
            .by_id::<VariantKind, _, _>(|ids| variants(ctx, ids), Entity::Variant)
            .by_representation("OrderLine", |lines| order_lines(ctx, lines), Entity::OrderLine)
    }
}

/// Those that the caller may see; the others are null, as unknown ones are.
async fn visible_warehouses(
    ctx: &Context<'_>,
    ids: Vec<WarehouseId>,
) -> Result<Loaded<WarehouseId, WarehouseObject>, Fault> {
    let found = warehouses::by_ids(&inventory(ctx).db, &ids).await?;
    let visible = found.into_iter().filter(|warehouse| may_read(ctx, warehouse.tenant));
    Ok(visible.map(|warehouse| (warehouse.id, Ok(WarehouseObject(warehouse)))).collect())
}

async fn visible_items(
    ctx: &Context<'_>,
    ids: Vec<StockItemId>,
) -> Result<Loaded<StockItemId, StockItemObject>, Fault> {
    let found = stock_levels::by_ids(&inventory(ctx).db, &ids).await?;
    let visible = found.into_iter().filter(|item| may_read(ctx, item.tenant));
    Ok(visible.map(|item| (item.id, Ok(StockItemObject(item)))).collect())
}

/// Variants that the catalog has told of. Who may see a variant is the catalog's to say; everybody may know its level.
async fn variants(ctx: &Context<'_>, ids: Vec<VariantId>) -> Result<Loaded<VariantId, VariantObject>, Fault> {
    let levels = loaders::levels(inventory(ctx), &ids).await?;
    Ok(levels.into_iter().map(|(id, known)| (id, Ok(VariantObject { id, known: Some(known) }))).collect())
}

async fn order_lines(
    ctx: &Context<'_>,
    lines: Vec<OrderLineKey>,
) -> Result<Vec<Option<Result<OrderLineObject, Fault>>>, Fault> {
    let ids: Vec<String> = lines.into_iter().map(|line| line.id).collect();
    let rows = reservations::of_lines(&inventory(ctx).db, &ids).await?;
    Ok(ids.into_iter().map(|id| Some(Ok(OrderLineObject::new(ctx, id, &rows)))).collect())
}
