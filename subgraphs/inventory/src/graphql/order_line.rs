//! `OrderLine`: the orders', with what is reserved for it.

use super::{int, loaders::WarehouseLoader, may_read, warehouse::WarehouseObject};
use crate::tables::reservations::{HoldStanding, LineRow};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use hansa_subgraph_host::{Caller, Fault, directives, loader, request_context, scalars::DateTime};
use serde::Deserialize;

/// A line as the router knows it.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderLineKey {
    pub(crate) id: String,
}

#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "OrderLine", directive = directives::key::apply("id".to_owned(), None))]
pub(crate) struct OrderLineObject {
    id: ID,
    /// What is reserved for the line. For the buyer, and for the staff of the line's tenant; null for others.
    reservation: Option<LineReservation>,
}

/// Where the units of an order's line stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ReservationLevel {
    /// Until `expiresAt`, while the order is being placed.
    Held,
    /// For good.
    Committed,
    /// The order was undone.
    Released,
    /// The order took too long.
    Expired,
}

/// What is reserved for a line, from all warehouses together.
#[derive(Debug, Clone)]
pub(crate) struct LineReservation {
    /// At least one.
    parts: Vec<LineRow>,
    standing: HoldStanding,
}

/// What one warehouse has for a line.
#[derive(Debug, Clone)]
pub(crate) struct LineAllocation(LineRow);

/// What is reserved for a line.
#[Object(name = "LineReservation")]
impl LineReservation {
    async fn level(&self) -> ReservationLevel {
        match self.standing {
            HoldStanding::Held => ReservationLevel::Held,
            HoldStanding::Committed => ReservationLevel::Committed,
            HoldStanding::Released => ReservationLevel::Released,
            HoldStanding::Expired => ReservationLevel::Expired,
        }
    }

    /// Units.
    async fn quantity(&self) -> i32 {
        int(self.parts.iter().map(|part| part.quantity).sum())
    }

    /// Until when units are held; null where they are not.
    async fn expires_at(&self) -> Option<DateTime> {
        let is_held = self.standing == HoldStanding::Held;
        self.parts.first().filter(|_| is_held).map(|part| part.expires_at.into())
    }

    /// Which warehouses have them. For the staff of the line's tenant; null for others.
    async fn allocations(&self, ctx: &Context<'_>) -> Option<Vec<LineAllocation>> {
        let is_staff = self.parts.first().is_some_and(|part| may_read(ctx, part.tenant));
        is_staff.then(|| self.parts.iter().cloned().map(LineAllocation).collect())
    }
}

/// What one warehouse has for a line.
#[Object(name = "LineAllocation")]
impl LineAllocation {
    async fn warehouse(&self, ctx: &Context<'_>) -> Option<Result<WarehouseObject, Fault>> {
        let found = loader::<WarehouseLoader>(ctx).load_one(self.0.warehouse).await;
        found.map(|found| found.map(WarehouseObject)).transpose()
    }

    async fn quantity(&self) -> i32 {
        int(self.0.quantity)
    }

    /// Units that left the warehouse.
    async fn dispatched(&self) -> i32 {
        int(self.0.dispatched)
    }

    /// Units that came back.
    async fn returned(&self) -> i32 {
        int(self.0.returned)
    }
}

impl OrderLineObject {
    /// `rows` are those of the line, the newest reservation last.
    pub(crate) fn new(ctx: &Context<'_>, id: String, rows: &[LineRow]) -> OrderLineObject {
        let newest = rows.iter().rfind(|row| row.line == id);
        let visible = newest.filter(|row| is_visible(ctx, request_context(ctx).caller(), row));
        let reservation = visible.map(|newest| {
            let is_part = |row: &&LineRow| row.line == id && row.reservation == newest.reservation;
            LineReservation { parts: rows.iter().filter(is_part).cloned().collect(), standing: newest.standing }
        });
        OrderLineObject { id: id.into(), reservation }
    }
}

fn is_visible(ctx: &Context<'_>, caller: &Caller, row: &LineRow) -> bool {
    let is_buyer = row.buyer.is_some() && row.buyer == caller.user;
    is_buyer || may_read(ctx, row.tenant)
}
