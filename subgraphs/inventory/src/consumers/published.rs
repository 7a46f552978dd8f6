//! What other contexts publish, as far as it is read here.

use crate::domain::VariantId;
use hansa_event_sourcing::{Cause, Command};
use hansa_messaging::ReceivedEvent;
use hansa_relational::UnitOfWork;
use hansa_values::{TenantId, UserId};
use serde::Deserialize;
use uuid::Uuid;

/// Content of catalog's `product.created`, `updated`, `published` and `archived`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductFacts {
    pub(crate) product_id: String,
    pub(crate) status: String,
    pub(crate) variants: Vec<VariantFacts>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VariantFacts {
    pub(crate) variant_id: VariantId,
    pub(crate) sku: String,
    pub(crate) title: String,
}

/// Content of orders' `order_placement.reservation_requested`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReservationRequested {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    #[serde(default)]
    pub(crate) buyer_id: Option<UserId>,
    pub(crate) lines: Vec<RequestedLine>,
    #[serde(default)]
    pub(crate) hold_seconds: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestedLine {
    pub(crate) line_id: String,
    pub(crate) variant_id: VariantId,
    pub(crate) tenant_id: TenantId,
    pub(crate) quantity: i64,
}

/// Content of orders' `order_placement.reservation_release_requested`: `undoes` is the request that it undoes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReleaseRequested {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    pub(crate) undoes: Uuid,
}

/// Content of orders' `order_placement.reservation_commit_requested`: `commits` is the request that made the reservation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommitRequested {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    pub(crate) commits: Uuid,
}

/// Content of orders' `order_placement.reservation_extension_requested`: `extends` is the request that made the reservation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExtensionRequested {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    pub(crate) extends: Uuid,
    pub(crate) hold_seconds: i64,
}

/// Content of orders' `order.return_received`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnReceived {
    pub(crate) order_id: String,
    pub(crate) lines: Vec<LinePart>,
}

/// Content of shipping's `shipment.dispatched`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShipmentDispatched {
    pub(crate) shipment_id: String,
    pub(crate) order_id: String,
    pub(crate) lines: Vec<LinePart>,
}

/// So many units of an order's line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinePart {
    pub(crate) line_id: String,
    pub(crate) quantity: i64,
}

/// The command under which a consumer reacts to one event of a batch.
pub(crate) fn command_for(consumer: &'static str, unit: &UnitOfWork, event: &ReceivedEvent) -> Command {
    let of_unit = unit.command();
    Command {
        operation: consumer,
        actor: of_unit.actor.clone(),
        now: of_unit.now,
        ids: of_unit.ids.clone(),
        traceparent: event.event.traceparent.clone(),
        idempotency_key: None,
        cause: Cause { correlation_id: event.event.correlation_id, causation_id: Some(event.event.event_id) },
    }
}
