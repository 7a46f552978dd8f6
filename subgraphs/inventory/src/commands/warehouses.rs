//! `warehouseCreate` and `warehouseUpdate`.

use super::{CommandError, Done};
use crate::{
    Inventory,
    domain::{Refusal, WAREHOUSES_MAX, Warehouse, WarehouseChanges, WarehouseEvent, WarehouseFacts, WarehouseId},
    tables::warehouses,
    timers,
};
use hansa_event_sourcing::Command;
use hansa_relational::{Begun, StoreError};
use hansa_subgraph_host::Caller;
use serde::{Deserialize, Serialize};

const UNKNOWN: Refusal = Refusal::WarehouseNotFound { field: "id" };

/// Input of `warehouseCreate`.
#[derive(Debug, Clone, Serialize)]
pub struct WarehouseCreate {
    pub facts: WarehouseFacts,
}

/// Input of `warehouseUpdate`.
#[derive(Debug, Clone, Serialize)]
pub struct WarehouseUpdate {
    /// As the client gave it.
    pub id: String,
    pub changes: WarehouseChanges,
    pub expected_version: Option<i64>,
}

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Changed {
    warehouse: WarehouseId,
}

impl Inventory {
    pub async fn warehouse_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: WarehouseCreate,
    ) -> Result<Done<Warehouse>, CommandError> {
        let tenant = caller.tenant.filter(|tenant| self.may_write(caller, *tenant)).ok_or(Refusal::Forbidden)?;
        let facts = input.facts.checked()?;
        let mut unit = match self.db.begin::<Changed>(command).await? {
            Begun::Replayed(Changed { warehouse }) => return self.replayed_warehouse(warehouse).await,
            Begun::Fresh(unit) => unit,
        };
        if warehouses::count(&mut unit, tenant).await? >= WAREHOUSES_MAX {
            return Err(Refusal::TooManyWarehouses.into());
        }
        let warehouse = Warehouse { id: command.ids.id(), tenant, facts, created_at: command.now, version: 1 };
        warehouses::insert(&mut unit, &warehouse).await.map_err(code_taken)?;
        unit.record(warehouse.event(&WarehouseEvent::Created(warehouse.content())));
        unit.commit(&Changed { warehouse: warehouse.id }).await?;
        Ok(Done { value: warehouse, replayed: false })
    }

    pub async fn warehouse_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: WarehouseUpdate,
    ) -> Result<Done<Warehouse>, CommandError> {
        let id: WarehouseId = input.id.parse().map_err(|_| UNKNOWN)?;
        let mut unit = match self.db.begin::<Changed>(command).await? {
            Begun::Replayed(Changed { warehouse }) => return self.replayed_warehouse(warehouse).await,
            Begun::Fresh(unit) => unit,
        };
        let found = warehouses::by_id(&mut unit, id).await?;
        let mut warehouse = found.filter(|found| self.may_write(caller, found.tenant)).ok_or(UNKNOWN)?;
        if input.expected_version.is_some_and(|expected| expected != warehouse.version) {
            return Err(Refusal::VersionConflict { current: warehouse.version }.into());
        }
        let was_active = warehouse.facts.is_active;
        if let Some(event) = warehouse.change(input.changes)? {
            if !warehouses::update(&mut unit, &warehouse).await.map_err(code_taken)? {
                return Err(Refusal::VersionConflict { current: warehouse.version }.into());
            }
            unit.record(warehouse.event(&event));
        }
        if was_active != warehouse.facts.is_active {
            timers::schedule_recount(&mut unit, id).await?;
        }
        unit.commit(&Changed { warehouse: id }).await?;
        Ok(Done { value: warehouse, replayed: false })
    }

    async fn replayed_warehouse(&self, id: WarehouseId) -> Result<Done<Warehouse>, CommandError> {
        let value = warehouses::by_id(&self.db, id).await?.ok_or(UNKNOWN)?;
        Ok(Done { value, replayed: true })
    }
}

fn code_taken(error: StoreError) -> CommandError {
    match error {
        StoreError::UniqueViolation { constraint } if constraint == "warehouses_code" => Refusal::CodeTaken.into(),
        other => CommandError::from(other),
    }
}
