//! The tables `reservations` and `reservation_lines`: what was reserved for whom, and what became of it.

use crate::domain::{Made, ReservationId, ReservedLine, StockItemId, WarehouseId};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::{TenantId, UserId};
use std::{collections::HashMap, fmt, str::FromStr};
use uuid::Uuid;

/// Where a reservation that was made stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldStanding {
    Held,
    Committed,
    Released,
    Expired,
}

/// What one buyer holds at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct HeldByBuyer {
    pub(crate) reservations: i64,
    pub(crate) units: i64,
}

/// A hold whose time is over.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) id: ReservationId,
    pub(crate) correlation_id: Option<Uuid>,
}

/// A part of an order's line, with what became of it.
#[derive(Debug, Clone)]
pub(crate) struct LineRow {
    pub(crate) reservation: ReservationId,
    pub(crate) number: i64,
    pub(crate) line: String,
    pub(crate) warehouse: WarehouseId,
    pub(crate) item: StockItemId,
    pub(crate) tenant: TenantId,
    pub(crate) quantity: i64,
    /// Units that left the warehouse.
    pub(crate) dispatched: i64,
    /// Units that came back.
    pub(crate) returned: i64,
    pub(crate) standing: HoldStanding,
    pub(crate) buyer: Option<UserId>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// Which way units of a line go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the buyer.
    Out,
    /// From the buyer.
    Back,
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no standing of a reservation")]
pub(crate) struct UnknownStanding(String);

impl HoldStanding {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            HoldStanding::Held => "HELD",
            HoldStanding::Committed => "COMMITTED",
            HoldStanding::Released => "RELEASED",
            HoldStanding::Expired => "EXPIRED",
        }
    }
}

impl FromStr for HoldStanding {
    type Err = UnknownStanding;

    fn from_str(text: &str) -> Result<Self, UnknownStanding> {
        let all = [HoldStanding::Held, HoldStanding::Committed, HoldStanding::Released, HoldStanding::Expired];
        all.into_iter().find(|one| one.as_str() == text).ok_or_else(|| UnknownStanding(text.to_owned()))
    }
}

impl LineRow {
    /// How many units can still go this way. Of an order that was undone, what left before or after that can come back.
    pub(crate) fn room(&self, way: Way) -> i64 {
        match (way, self.standing) {
            (Way::Out, HoldStanding::Committed | HoldStanding::Released) => self.quantity - self.dispatched,
            (Way::Back, HoldStanding::Committed) => self.quantity - self.returned,
            (Way::Back, HoldStanding::Released) => self.dispatched - self.returned,
            (_, _) => 0,
        }
    }

    fn passed(&mut self, way: Way, quantity: i64) {
        match way {
            Way::Out => self.dispatched += quantity,
            Way::Back => self.returned += quantity,
        }
    }
}

impl fmt::Display for HoldStanding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

struct OfBuyer(UserId, HeldByBuyer);

impl FromRow for OfBuyer {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let held = HeldByBuyer { reservations: row.int("reservations")?, units: row.int("units")? };
        Ok(OfBuyer(row.parsed("buyer_id")?, held))
    }
}

impl FromRow for Due {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Due { id: row.parsed("id")?, correlation_id: row.optional_parsed("correlation_id")? })
    }
}

impl FromRow for LineRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(LineRow {
            reservation: row.parsed("reservation_id")?,
            number: row.int("number")?,
            line: row.text("line_id")?,
            warehouse: row.parsed("warehouse_id")?,
            item: row.parsed("stock_item_id")?,
            tenant: row.parsed("tenant_id")?,
            quantity: row.int("quantity")?,
            dispatched: row.int("dispatched")?,
            returned: row.int("returned")?,
            standing: row.parsed("standing")?,
            buyer: row.optional_parsed("buyer_id")?,
            expires_at: row.time("expires_at")?,
        })
    }
}

/// What these buyers hold, at most 500 of them; who holds nothing is left out.
pub(crate) async fn held_by(
    unit: &mut UnitOfWork,
    buyers: &[UserId],
) -> Result<HashMap<UserId, HeldByBuyer>, StoreError> {
    let found = query(
        "SELECT buyer_id, COUNT(*) AS reservations, CAST(SUM(units) AS BIGINT) AS units FROM reservations
         WHERE standing = 'HELD' AND ",
    )
    .push_in("buyer_id", buyers.iter().map(ToString::to_string))
    .push(" GROUP BY buyer_id")
    .fetch_all::<OfBuyer>(unit)
    .await?;
    Ok(found.into_iter().map(|OfBuyer(buyer, held)| (buyer, held)).collect())
}

/// Holds whose time is over, the oldest first.
pub(crate) async fn due(source: impl Source, now: DateTime<Utc>, limit: i64) -> Result<Vec<Due>, StoreError> {
    query(
        "SELECT id, correlation_id FROM reservations WHERE standing = 'HELD' AND expires_at <= $1
         ORDER BY expires_at, id LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(source)
    .await
}

/// The parts of these orders' lines, at most 1,000 lines; the newest reservation comes last.
pub(crate) async fn of_lines(source: impl Source, lines: &[String]) -> Result<Vec<LineRow>, StoreError> {
    query(
        "SELECT reservation_id, number, line_id, warehouse_id, stock_item_id, tenant_id, quantity, dispatched, returned,
             standing, buyer_id, expires_at
         FROM reservation_lines JOIN reservations ON reservations.id = reservation_lines.reservation_id WHERE ",
    )
    .push_in("line_id", lines.iter())
    .push(" ORDER BY made_at, reservation_id, number LIMIT 10000")
    .fetch_all(source)
    .await
}

/// Writes what was made. `tenant_of` knows whose each stock item is.
pub(crate) async fn insert(
    unit: &mut UnitOfWork,
    made: &Made,
    buyer: Option<UserId>,
    tenant_of: impl Fn(&ReservedLine) -> Option<TenantId>,
) -> Result<(), StoreError> {
    let id = made.reservation_id.to_string();
    let (now, cause) = (unit.command().now, unit.command().cause);
    query(
        "INSERT INTO reservations (id, order_id, buyer_id, standing, units, made_at, expires_at, correlation_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&id)
    .bind(&made.order_id)
    .bind(buyer.map(|buyer| buyer.to_string()))
    .bind(HoldStanding::Held.as_str())
    .bind(made.lines.iter().map(|line| line.quantity).sum::<i64>())
    .bind(now)
    .bind(made.expires_at)
    .bind(cause.correlation_id.map(|id| id.to_string()))
    .execute(unit)
    .await?;
    for (number, line) in (0i64..).zip(&made.lines) {
        let tenant = tenant_of(line).ok_or(StoreError::NoRow)?;
        query(
            "INSERT INTO reservation_lines (reservation_id, number, line_id, variant_id, warehouse_id, stock_item_id,
                 tenant_id, quantity, returned)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
        )
        .bind(&id)
        .bind(number)
        .bind(&line.line_id)
        .bind(line.variant_id.to_string())
        .bind(line.warehouse_id.to_string())
        .bind(line.stock_item_id.to_string())
        .bind(tenant.to_string())
        .bind(line.quantity)
        .execute(unit)
        .await?;
    }
    Ok(())
}

pub(crate) async fn set_standing(
    unit: &mut UnitOfWork,
    id: ReservationId,
    standing: HoldStanding,
) -> Result<(), StoreError> {
    query("UPDATE reservations SET standing = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(standing.as_str())
        .execute(unit)
        .await
        .map(|_| ())
}

pub(crate) async fn set_expiry(
    unit: &mut UnitOfWork,
    id: ReservationId,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    query("UPDATE reservations SET expires_at = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(expires_at)
        .execute(unit)
        .await
        .map(|_| ())
}

/// Notes that units of a line went this way.
pub(crate) async fn pass(
    unit: &mut UnitOfWork,
    line: &mut LineRow,
    (way, quantity): (Way, i64),
) -> Result<(), StoreError> {
    let noted = match way {
        Way::Out => {
            "UPDATE reservation_lines SET dispatched = dispatched + $3 WHERE reservation_id = $1 AND number = $2"
        }
        Way::Back => "UPDATE reservation_lines SET returned = returned + $3 WHERE reservation_id = $1 AND number = $2",
    };
    let noted = query(noted).bind(line.reservation.to_string()).bind(line.number).bind(quantity);
    noted.execute(unit).await?;
    line.passed(way, quantity);
    Ok(())
}

/// How many units of a reservation have left each of its stock items; what has not left is left out.
pub(crate) async fn dispatched_of(
    unit: &mut UnitOfWork,
    id: ReservationId,
) -> Result<HashMap<StockItemId, i64>, StoreError> {
    let rows: Vec<Row> = query(
        "SELECT stock_item_id, CAST(SUM(dispatched) AS BIGINT) AS dispatched FROM reservation_lines
         WHERE reservation_id = $1 AND dispatched > 0 GROUP BY stock_item_id",
    )
    .bind(id.to_string())
    .fetch_all(unit)
    .await?;
    rows.iter().map(|row| Ok((row.parsed("stock_item_id")?, row.int("dispatched")?))).collect()
}

/// Notes a shipment that left; gives whether it is the first time.
pub(crate) async fn shipment_left(unit: &mut UnitOfWork, shipment: &str) -> Result<bool, StoreError> {
    let now = unit.command().now;
    let noted =
        query("INSERT INTO dispatches (shipment_id, heard_at) VALUES ($1, $2) ON CONFLICT (shipment_id) DO NOTHING");
    Ok(noted.bind(shipment).bind(now).execute(unit).await? > 0)
}
