//! `Warehouse`: inventory's, with how things are sent from it.

use super::{method::MethodNode, shipping};
use crate::{
    domain::ids::WarehouseId,
    tables::{methods, warehouses},
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, Sibling, directives};
use std::iter::once;

/// A warehouse, of which this context knows whose it is.
#[derive(Debug, Clone)]
pub(crate) struct WarehouseNode(pub(super) Sibling<WarehouseId>);

#[Object(name = "Warehouse", directive = directives::key::apply("id".to_owned(), None))]
impl WarehouseNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The ways of shipping that goods may leave it by: the platform's and its tenant's own, in the order of their codes. None
    /// while it does not serve; null where inventory has not told of it yet.
    async fn serviceable_methods(&self, ctx: &Context<'_>) -> Option<Result<Vec<MethodNode>, Fault>> {
        let (db, siblings) = (&shipping(ctx).db, &self.0.siblings);
        let load = async {
            let known = warehouses::by_ids(db, &siblings.ids).await?;
            Ok::<_, Fault>((known, methods::active(db).await?))
        };
        let loaded = match siblings.ask("serviceable methods", load).await {
            Ok(loaded) => loaded,
            Err(fault) => return Some(Err(fault)),
        };
        let (known, methods) = loaded.as_ref();
        let warehouse = known.get(&self.0.id)?;
        let serves = methods.iter().filter(|method| warehouse.is_active && method.serves(once(&warehouse.tenant)));
        Some(Ok(serves.cloned().map(MethodNode).collect()))
    }
}
