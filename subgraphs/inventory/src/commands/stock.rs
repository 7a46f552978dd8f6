//! `stockReceive`, `stockAdjust`, `stockCount` and `stockTransfer`.

use super::{CommandError, Done};
use crate::{
    Inventory,
    domain::{
        AdjustmentReason, ReceiptReason, Refusal, StockAction, StockItemId, StockKey, StockRefusal, VariantId,
        WarehouseId,
    },
    shelf::{Shelf, ShelfError},
    tables::{
        stock_levels::{self, Placed, StockLevel},
        variants, warehouses,
    },
};
use hansa_event_sourcing::Command;
use hansa_event_store::{AppendError, Loaded};
use hansa_relational::{Begun, StoreError, UnitOfWork};
use hansa_subgraph_host::Caller;
use hansa_values::TenantId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Somebody else may have changed the same stock item: so often it is tried again.
const ATTEMPTS: usize = 4;
const REFERENCE_CHARACTERS_MAX: usize = 120;

/// Input of `stockReceive`. Ids are as the client gave them.
#[derive(Debug, Clone, Serialize)]
pub struct StockReceive {
    pub variant_id: String,
    pub warehouse_id: String,
    pub quantity: i64,
    pub reference: Option<String>,
    pub expected_version: Option<i64>,
}

/// Input of `stockAdjust`.
#[derive(Debug, Clone, Serialize)]
pub struct StockAdjust {
    pub variant_id: String,
    pub warehouse_id: String,
    /// Below zero where units are gone.
    pub change: i64,
    pub reason: AdjustmentReason,
    pub reference: Option<String>,
    pub expected_version: Option<i64>,
}

/// Input of `stockCount`.
#[derive(Debug, Clone, Serialize)]
pub struct StockCount {
    pub variant_id: String,
    pub warehouse_id: String,
    /// Units that lie there: sold ones that await dispatch are among them.
    pub counted: i64,
    pub expected_version: Option<i64>,
}

/// Input of `stockTransfer`.
#[derive(Debug, Clone, Serialize)]
pub struct StockTransfer {
    pub variant_id: String,
    pub from_warehouse_id: String,
    pub to_warehouse_id: String,
    pub quantity: i64,
    pub reference: Option<String>,
}

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Changed {
    items: Vec<StockItemId>,
}

/// What is done to the stock of one variant.
struct Change {
    variant: VariantId,
    /// At most two; each with the input's field that names the warehouse.
    moves: Vec<Move>,
    expected_version: Option<i64>,
}

struct Move {
    field: &'static str,
    warehouse: WarehouseId,
    action: StockAction,
}

impl Inventory {
    pub async fn stock_receive(
        &self,
        caller: &Caller,
        command: &Command,
        input: StockReceive,
    ) -> Result<Done<StockLevel>, CommandError> {
        let tenant = self.stock_tenant(caller)?;
        let reference = checked_reference(input.reference)?;
        let action = StockAction::Receive { quantity: input.quantity, reason: ReceiptReason::Delivery, reference };
        let moves = vec![Move::new("warehouseId", &input.warehouse_id, action)?];
        let change = Change { variant: variant(&input.variant_id)?, moves, expected_version: input.expected_version };
        self.change_one(command, tenant, change).await
    }

    pub async fn stock_adjust(
        &self,
        caller: &Caller,
        command: &Command,
        input: StockAdjust,
    ) -> Result<Done<StockLevel>, CommandError> {
        let tenant = self.stock_tenant(caller)?;
        let reference = checked_reference(input.reference)?;
        let action = StockAction::Adjust { change: input.change, reason: input.reason, reference };
        let moves = vec![Move::new("warehouseId", &input.warehouse_id, action)?];
        let change = Change { variant: variant(&input.variant_id)?, moves, expected_version: input.expected_version };
        self.change_one(command, tenant, change).await
    }

    pub async fn stock_count(
        &self,
        caller: &Caller,
        command: &Command,
        input: StockCount,
    ) -> Result<Done<StockLevel>, CommandError> {
        let tenant = self.stock_tenant(caller)?;
        let action = StockAction::Count { counted: input.counted };
        let moves = vec![Move::new("warehouseId", &input.warehouse_id, action)?];
        let change = Change { variant: variant(&input.variant_id)?, moves, expected_version: input.expected_version };
        self.change_one(command, tenant, change).await
    }

    /// Gives both stock items: the one that gave, and the one that got.
    pub async fn stock_transfer(
        &self,
        caller: &Caller,
        command: &Command,
        input: StockTransfer,
    ) -> Result<Done<(StockLevel, StockLevel)>, CommandError> {
        let tenant = self.stock_tenant(caller)?;
        let (quantity, reason) = (input.quantity, AdjustmentReason::Transfer);
        let reference = checked_reference(input.reference)?;
        if quantity < 0 {
            return Err(Refusal::Stock(StockRefusal::NegativeQuantity).into());
        }
        let give = StockAction::Adjust { change: -quantity, reason, reference: reference.clone() };
        let get = StockAction::Adjust { change: quantity, reason, reference };
        let give = Move::new("fromWarehouseId", &input.from_warehouse_id, give)?;
        let get = Move::new("toWarehouseId", &input.to_warehouse_id, get)?;
        if give.warehouse == get.warehouse {
            return Err(Refusal::SameWarehouse.into());
        }
        let change = Change { variant: variant(&input.variant_id)?, moves: vec![give, get], expected_version: None };
        let Done { value, replayed } = self.change_stock(command, tenant, change).await?;
        let mut levels = value.into_iter();
        let both = levels.next().zip(levels.next()).ok_or(StoreError::NoRow)?;
        Ok(Done { value: both, replayed })
    }

    fn stock_tenant(&self, caller: &Caller) -> Result<TenantId, CommandError> {
        let tenant = caller.tenant.filter(|tenant| self.may_write(caller, *tenant));
        tenant.ok_or_else(|| Refusal::Forbidden.into())
    }

    async fn change_one(
        &self,
        command: &Command,
        tenant: TenantId,
        change: Change,
    ) -> Result<Done<StockLevel>, CommandError> {
        let Done { value, replayed } = self.change_stock(command, tenant, change).await?;
        let value = value.into_iter().next().ok_or(StoreError::NoRow)?;
        Ok(Done { value, replayed })
    }

    /// Tries again where somebody else was faster.
    async fn change_stock(
        &self,
        command: &Command,
        tenant: TenantId,
        change: Change,
    ) -> Result<Done<Vec<StockLevel>>, CommandError> {
        let mut attempt = 1;
        loop {
            match self.try_to_change(command, tenant, &change).await {
                Err(TryError::Outrun) if attempt < ATTEMPTS => attempt += 1,
                Err(TryError::Outrun) => return Err(StoreError::Busy.into()),
                Err(TryError::Command(error)) => return Err(error),
                Ok(done) => return Ok(done),
            }
        }
    }

    async fn try_to_change(
        &self,
        command: &Command,
        tenant: TenantId,
        change: &Change,
    ) -> Result<Done<Vec<StockLevel>>, TryError> {
        let mut unit = match self.db.begin_concurrent::<Changed>(command).await? {
            Begun::Replayed(Changed { items }) => {
                return Ok(Done { value: in_order(&self.db, &items).await?, replayed: true });
            }
            Begun::Fresh(unit) => unit,
        };
        check_owners(&mut unit, tenant, change).await?;
        let mut shelf = Shelf::load(&mut unit, &BTreeSet::from([change.variant]), &BTreeSet::new()).await?;
        let mut items = Vec::with_capacity(change.moves.len());
        for one in &change.moves {
            let key = StockKey { variant: change.variant, warehouse: one.warehouse };
            let item = shelf.at(key).unwrap_or_else(|| new_item(&mut shelf, (command, tenant), key));
            let current = shelf.version_of(item).unwrap_or_default();
            if change.expected_version.is_some_and(|expected| expected != current) {
                return Err(TryError::Command(Refusal::VersionConflict { current }.into()));
            }
            shelf.act(&mut unit, item, one.action.clone()).await?;
            items.push(item);
        }
        shelf.put_back(&mut unit).await?;
        let levels = in_order(&mut unit, &items).await?;
        unit.commit(&Changed { items }).await?;
        Ok(Done { value: levels, replayed: false })
    }
}

/// Why a change was not made.
enum TryError {
    /// Somebody else has changed the same, or made the same stock item.
    Outrun,
    Command(CommandError),
}

impl Move {
    fn new(field: &'static str, warehouse: &str, action: StockAction) -> Result<Move, Refusal> {
        let warehouse = warehouse.parse().map_err(|_| Refusal::WarehouseNotFound { field })?;
        Ok(Move { field, warehouse, action })
    }
}

async fn check_owners(unit: &mut UnitOfWork, tenant: TenantId, change: &Change) -> Result<(), TryError> {
    for one in &change.moves {
        let warehouse = warehouses::by_id(&mut *unit, one.warehouse).await?;
        if warehouse.is_none_or(|warehouse| warehouse.tenant != tenant) {
            return Err(TryError::Command(Refusal::WarehouseNotFound { field: one.field }.into()));
        }
    }
    let owners = variants::owners(unit, [change.variant]).await?;
    match owners.get(&change.variant) == Some(&tenant) {
        true => Ok(()),
        false => Err(TryError::Command(Refusal::UnknownVariant.into())),
    }
}

/// A stock item that is about to begin.
fn new_item(shelf: &mut Shelf, (command, tenant): (&Command, TenantId), key: StockKey) -> StockItemId {
    let id = command.ids.id();
    shelf.put(Placed { id, tenant, key, priority: 0, is_active: true }, Loaded::default());
    id
}

async fn in_order(source: impl hansa_relational::Source, ids: &[StockItemId]) -> Result<Vec<StockLevel>, StoreError> {
    let mut levels = stock_levels::by_ids(source, ids).await?;
    levels.sort_by_key(|level| ids.iter().position(|id| *id == level.id));
    Ok(levels)
}

fn variant(id: &str) -> Result<VariantId, Refusal> {
    id.parse().map_err(|_| Refusal::UnknownVariant)
}

fn checked_reference(reference: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(reference) = reference else { return Ok(None) };
    let reference = reference.trim();
    let is_good =
        (1..=REFERENCE_CHARACTERS_MAX).contains(&reference.chars().count()) && !reference.chars().any(char::is_control);
    if is_good { Ok(Some(reference.to_owned())) } else { Err(Refusal::ReferenceInvalid) }
}

impl From<StoreError> for TryError {
    fn from(error: StoreError) -> TryError {
        match error {
            StoreError::UniqueViolation { constraint } if constraint == "stock_levels_place" => TryError::Outrun,
            other => TryError::Command(other.into()),
        }
    }
}

impl From<ShelfError> for TryError {
    fn from(error: ShelfError) -> TryError {
        match error {
            ShelfError::Append(AppendError::VersionConflict { .. }) => TryError::Outrun,
            ShelfError::Store(error) => error.into(),
            other => TryError::Command(other.into()),
        }
    }
}
