//! Ids of what this context owns, and of what it knows from others.

use hansa_values::{EntityKind, Id};

/// Marks ids of warehouses.
#[derive(Debug)]
pub struct WarehouseKind;

/// Marks ids of stock items.
#[derive(Debug)]
pub struct StockItemKind;

/// Marks ids of reservations.
#[derive(Debug)]
pub struct ReservationKind;

/// Marks ids of the catalog's variants.
#[derive(Debug)]
pub struct VariantKind;

pub type WarehouseId = Id<WarehouseKind>;
pub type StockItemId = Id<StockItemKind>;
pub type ReservationId = Id<ReservationKind>;
pub type VariantId = Id<VariantKind>;

impl EntityKind for WarehouseKind {
    const PREFIX: &'static str = "warehouse";
    const TYPE_NAME: &'static str = "Warehouse";
}

impl EntityKind for StockItemKind {
    const PREFIX: &'static str = "stockitem";
    const TYPE_NAME: &'static str = "StockItem";
}

impl EntityKind for ReservationKind {
    const PREFIX: &'static str = "reservation";
    const TYPE_NAME: &'static str = "Reservation";
}

impl EntityKind for VariantKind {
    const PREFIX: &'static str = "variant";
    const TYPE_NAME: &'static str = "ProductVariant";
}
