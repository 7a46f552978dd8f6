//! Events of this context. They name addresses by their ids, and never what stands in them.

use super::ids::{OrderId, OrderLineId, ShipmentId, VariantId};
use hansa_event_sourcing::{EventContent, ReadEventError};
use hansa_values::{CurrencyCode, Money, TenantId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// So many of a variant, for a line of the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentLine {
    pub line_id: OrderLineId,
    pub variant_id: VariantId,
    /// As the order told it; missing where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
    pub quantity: i64,
}

/// What every event of a shipment tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentFacts {
    pub shipment_id: ShipmentId,
    pub order_id: OrderId,
    pub tenant_id: TenantId,
    /// Who bought it; missing in events of before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_id: Option<UserId>,
    pub lines: Vec<ShipmentLine>,
}

/// Events of the aggregate `shipment`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ShipmentEvent {
    Planned(ShipmentFacts),
    LabelCreated(ShipmentFacts),
    Dispatched(ShipmentFacts),
    InTransit(ShipmentFacts),
    Delivered(ShipmentFacts),
    Failed(ShipmentFacts),
    Cancelled(ShipmentFacts),
}

/// One shipment for each tenant that sells in the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanMade {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub shipment_ids: Vec<ShipmentId>,
}

/// The order cannot be shipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanRefused {
    pub order_id: OrderId,
    pub command_id: Uuid,
    /// SCREAMING_SNAKE.
    pub reason: String,
}

/// The plan is undone, as far as nothing was handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanCancelled {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub shipment_ids: Vec<ShipmentId>,
    /// Shipments that are on their way.
    pub dispatched_shipment_ids: Vec<ShipmentId>,
}

/// Something was handed over: the plan stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanCancellationRefused {
    pub order_id: OrderId,
    pub command_id: Uuid,
    /// Shipments that are on their way.
    pub dispatched_shipment_ids: Vec<ShipmentId>,
}

/// Events of the aggregate `shipping_plan`: the answers to an order's placing.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PlanEvent {
    Made(PlanMade),
    Refused(PlanRefused),
    Cancelled(PlanCancelled),
    CancellationRefused(PlanCancellationRefused),
}

/// What every event of a way of shipping tells: all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MethodFacts {
    pub code: String,
    pub name: String,
    pub currency: CurrencyCode,
    pub base_price: Money,
    pub price_per_kg: Money,
    /// ISO 3166 codes.
    pub countries: Vec<String>,
    /// Whether new orders may use it.
    pub is_active: bool,
}

/// Events of the aggregate `shipping_method`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum MethodEvent {
    Created(MethodFacts),
    Updated(MethodFacts),
}

impl PlanEvent {
    /// Reads an answer that was kept.
    pub(crate) fn read(event_type: &str, content: Value) -> Result<PlanEvent, ReadEventError> {
        let read = match event_type {
            "made" => serde_json::from_value(content).map(PlanEvent::Made),
            "refused" => serde_json::from_value(content).map(PlanEvent::Refused),
            "cancelled" => serde_json::from_value(content).map(PlanEvent::Cancelled),
            "cancellation_refused" => serde_json::from_value(content).map(PlanEvent::CancellationRefused),
            other => return Err(ReadEventError::unknown(other)),
        };
        read.map_err(|source| ReadEventError::content(event_type, source))
    }
}

impl EventContent for ShipmentEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ShipmentEvent::Planned(_) => "planned",
            ShipmentEvent::LabelCreated(_) => "label_created",
            ShipmentEvent::Dispatched(_) => "dispatched",
            ShipmentEvent::InTransit(_) => "in_transit",
            ShipmentEvent::Delivered(_) => "delivered",
            ShipmentEvent::Failed(_) => "failed",
            ShipmentEvent::Cancelled(_) => "cancelled",
        }
    }
}

impl EventContent for PlanEvent {
    fn event_type(&self) -> &'static str {
        match self {
            PlanEvent::Made(_) => "made",
            PlanEvent::Refused(_) => "refused",
            PlanEvent::Cancelled(_) => "cancelled",
            PlanEvent::CancellationRefused(_) => "cancellation_refused",
        }
    }
}

impl EventContent for MethodEvent {
    fn event_type(&self) -> &'static str {
        match self {
            MethodEvent::Created(_) => "created",
            MethodEvent::Updated(_) => "updated",
        }
    }
}
