//! What may be done, and what follows from it. Pure.

mod allocation;
mod ids;
mod level;
mod refusal;
mod reservation;
pub(crate) mod reservation_event;
pub(crate) mod stock_event;
mod stock_item;
#[cfg(test)]
mod tests;
mod warehouse;

pub use ids::{
    ReservationId, ReservationKind, StockItemId, StockItemKind, VariantId, VariantKind, WarehouseId, WarehouseKind,
};
pub use refusal::{Refusal, StockRefusal};
pub use stock_event::AdjustmentReason;
pub use stock_item::QUANTITY_MAX;
pub use warehouse::{Warehouse, WarehouseChanges, WarehouseFacts};

pub(crate) use allocation::{Candidate, Candidates, LINES_MAX, NotAllocated, WantedLine, allocate};
pub(crate) use level::{AvailabilityChanged, CHANGES_APART, Level};
pub(crate) use reservation::{Asked, Reservation, ReservationCommand, Standing};
pub(crate) use reservation_event::{Made, RefusalReason, RefusedLine, ReservationEvent, ReservedLine};
pub(crate) use stock_event::{ReceiptReason, ReleasedFrom, StockItemEvent};
pub(crate) use stock_item::{HoldOf, StockAction, StockCommand, StockItem, StockKey};
pub(crate) use warehouse::{WAREHOUSES_MAX, WarehouseEvent};
