//! What inventory tells of its warehouses, kept to say which ways of shipping serve them.

use crate::{
    domain::ids::WarehouseId,
    tables::warehouses::{self, KnownWarehouse},
};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ProjectedTable, ReceivedEvent};
use hansa_relational::{Direction, Keyset, UnitOfWork};
use serde::Deserialize;

/// The consumer of inventory's warehouses.
#[derive(Debug)]
pub struct Warehouses;

/// `warehouse.*`, as far as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WarehouseFacts {
    warehouse_id: WarehouseId,
    is_active: bool,
}

impl Warehouses {
    pub const NAME: &'static str = "warehouses";

    pub const LISTENS: &'static [Listening] =
        &[Listening { context: "inventory", aggregate: "warehouse", events: &[("created", 1), ("updated", 1)] }];
}

impl Consumer for Warehouses {
    fn name(&self) -> &'static str {
        Warehouses::NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        Warehouses::LISTENS
    }

    fn projects_into(&self) -> &'static [ProjectedTable] {
        const KEY: Keyset = Keyset::new(&[("id", Direction::Ascending)]);
        &[ProjectedTable { name: "warehouses", key: KEY }]
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let WarehouseFacts { warehouse_id, is_active } = event.content()?;
            let nobodys = || HandleError::Poison(format!("the warehouse {warehouse_id} is no tenant's"));
            let tenant = event.event.tenant.ok_or_else(nobodys)?;
            let known = KnownWarehouse { id: warehouse_id, tenant, is_active };
            Ok(warehouses::write(unit, known, event.event.stream_version).await?)
        })
    }
}
