//! The table `tracking_events`: what carriers told, each of it once.

use super::bad;
use crate::domain::{ids::ShipmentId, shipment::ShipmentStatus};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Relational, Row, StoreError, UnitOfWork, query};

/// Something that a carrier told of a shipment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TrackingEvent {
    pub(crate) shipment: ShipmentId,
    /// The carrier's id of it.
    pub(crate) carrier_event: String,
    pub(crate) status: ShipmentStatus,
    pub(crate) description: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) received_at: DateTime<Utc>,
}

impl FromRow for TrackingEvent {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let status = row.text("status")?;
        Ok(TrackingEvent {
            shipment: row.parsed("shipment_id")?,
            carrier_event: row.text("carrier_event")?,
            status: ShipmentStatus::parse(&status).ok_or_else(|| bad("status", format!("`{status}` is no status")))?,
            description: row.optional_text("description")?,
            location: row.optional_text("location")?,
            occurred_at: row.time("occurred_at")?,
            received_at: row.time("received_at")?,
        })
    }
}

/// `false` where it was told before.
pub(crate) async fn insert(unit: &mut UnitOfWork, event: &TrackingEvent) -> Result<bool, StoreError> {
    let inserted = query(
        "INSERT INTO tracking_events (shipment_id, carrier_event, status, description, location, occurred_at,
            received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (shipment_id, carrier_event) DO NOTHING",
    )
    .bind(event.shipment.to_string())
    .bind(&event.carrier_event)
    .bind(event.status.as_str())
    .bind(event.description.clone())
    .bind(event.location.clone())
    .bind(event.occurred_at)
    .bind(event.received_at);
    Ok(inserted.execute(unit).await? > 0)
}

/// What was told of some shipments, in the order in which it happened.
pub(crate) async fn of_shipments(db: &Relational, shipments: &[ShipmentId]) -> Result<Vec<TrackingEvent>, StoreError> {
    query("SELECT * FROM tracking_events WHERE ")
        .push_in("shipment_id", shipments.iter().map(ToString::to_string))
        .push(" ORDER BY occurred_at, carrier_event LIMIT 10000")
        .fetch_all(db)
        .await
}
