//! Entities for other subgraphs: each type in one batch.

use super::{inventory, item::ItemObject};
use crate::{
    domain::item::{InventoryItemId, InventoryItemKind},
    items,
};
use async_graphql::{Context, Union};
use hansa_subgraph_host::{Entities, Fault, Loaded, Representations, request_context};

#[derive(Debug, Union)]
#[graphql(name = "_Entity")]
pub(crate) enum Entity {
    Item(ItemObject),
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Entity>) -> Representations<'a, Entity> {
        wanted.by_id::<InventoryItemKind, _, _>(|ids| visible_items(ctx, ids), Entity::Item)
    }
}

/// Those that the caller may see; the others are null, as unknown ones are.
async fn visible_items(
    ctx: &Context<'_>,
    ids: Vec<InventoryItemId>,
) -> Result<Loaded<InventoryItemId, ItemObject>, Fault> {
    let (context, caller) = (inventory(ctx), request_context(ctx).caller());
    let items = items::by_ids(&context.db, &ids).await?;
    let visible = items.into_iter().filter(|item| context.may_read(caller, item.tenant));
    Ok(visible.map(|item| (item.id, Ok(ItemObject(item)))).collect())
}
