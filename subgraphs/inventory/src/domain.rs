//! What may be done, and what follows from it. Pure.

mod allocation;
mod ids;
mod level;
mod refusal;
mod reservation;
mod reservation_event;
mod stock_event;
mod stock_item;
#[cfg(test)]
mod tests;
mod warehouse;

pub use allocation::{Candidate, Candidates, LINES_MAX, NotAllocated, WantedLine, allocate};
pub use ids::{
    ReservationId, ReservationKind, StockItemId, StockItemKind, VariantId, VariantKind, WarehouseId, WarehouseKind,
};
pub use level::{AvailabilityChanged, CHANGES_APART, Level};
pub use refusal::{Refusal, StockRefusal};
pub use reservation::{Asked, Reservation, ReservationCommand, Standing};
pub use reservation_event::{
    CommitRefusal, CommitRefused, Ended, Made, RefusalReason, Refused, RefusedLine, ReservationEvent, ReservedLine,
};
pub use stock_event::{
    Adjusted, AdjustmentReason, Counted, HoldEnded, ReceiptReason, Received, Released, ReleasedFrom, Reserved,
    StockItemEvent,
};
pub use stock_item::{HoldOf, QUANTITY_MAX, StockAction, StockCommand, StockItem, StockKey};
pub use warehouse::{WAREHOUSES_MAX, Warehouse, WarehouseChanges, WarehouseContent, WarehouseEvent, WarehouseFacts};
