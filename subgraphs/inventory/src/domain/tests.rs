//! Rules, without a store.

mod allocation;
mod reservation;
mod stock_item;
mod warehouse;

use super::{ReservationId, StockItemId, VariantId, WarehouseId};
use hansa_values::{EntityKind, Id};
use uuid::Uuid;

fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

fn variant(number: u128) -> VariantId {
    id(number)
}

fn warehouse(number: u128) -> WarehouseId {
    id(number)
}

fn item(number: u128) -> StockItemId {
    id(number)
}

fn reservation(number: u128) -> ReservationId {
    id(number)
}
