//! `Shipment` and `TrackingEvent`.

use super::{address::AddressNode, int, order::OrderNode, shipping, variant::VariantNode};
use crate::{
    domain::{
        event::ShipmentLine as Line,
        ids::{DeliveryAddressId, ShipmentId},
        shipment::{Shipment, ShipmentStatus as Status},
    },
    shipping::{address_resource, shipment_resource},
    tables::{addresses, tracking},
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use hansa_subgraph_host::{Fault, Sibling, Siblings, directives, request_context, scalars::DateTime};
use std::sync::Arc;

/// Where a shipment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ShipmentStatus {
    Planned,
    LabelCreated,
    /// The carrier has it.
    Dispatched,
    InTransit,
    /// It could not be delivered; it may be after all.
    Failed,
    Delivered,
    Cancelled,
}

#[derive(Debug, Clone)]
pub(crate) struct ShipmentNode {
    pub(super) shipment: Shipment,
    siblings: Arc<Siblings<ShipmentId>>,
    addresses: Arc<Vec<DeliveryAddressId>>,
}

/// So many of a variant, for a line of an order.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ShipmentLine {
    variant: VariantNode,
    quantity: i32,
}

/// Something that the carrier told.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct TrackingEvent {
    status: ShipmentStatus,
    description: Option<String>,
    location: Option<String>,
    /// As the carrier says.
    occurred_at: DateTime,
    received_at: DateTime,
}

impl ShipmentNode {
    /// Shipments that came together.
    pub(super) fn all(shipments: Vec<Shipment>) -> Vec<ShipmentNode> {
        let siblings = Siblings::new(shipments.iter().map(|shipment| shipment.id));
        let addresses = Arc::new(shipments.iter().map(|shipment| shipment.address_id).collect::<Vec<_>>());
        let node = |shipment| ShipmentNode { shipment, siblings: siblings.clone(), addresses: addresses.clone() };
        shipments.into_iter().map(node).collect()
    }

    pub(super) fn one(shipment: Shipment) -> ShipmentNode {
        let addresses = Arc::new(vec![shipment.address_id]);
        ShipmentNode { siblings: Siblings::new([shipment.id]), shipment, addresses }
    }
}

/// What one tenant sends for one order. For its buyer and for staff.
#[Object(
    name = "Shipment",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl ShipmentNode {
    pub(super) async fn id(&self) -> ID {
        self.shipment.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.shipment.id.to_string().into()
    }

    async fn order(&self) -> OrderNode {
        OrderNode(Sibling::one(self.shipment.order_id))
    }

    async fn status(&self) -> ShipmentStatus {
        self.shipment.status.into()
    }

    /// The code of the way of shipping.
    async fn method_code(&self) -> &str {
        &self.shipment.method_code
    }

    async fn lines(&self) -> Vec<ShipmentLine> {
        let line =
            |line: &Line| ShipmentLine { variant: VariantNode::bare(line.variant_id), quantity: int(line.quantity) };
        self.shipment.lines.iter().map(line).collect()
    }

    async fn weight_grams(&self) -> i32 {
        int(self.shipment.weight_grams)
    }

    /// The carrier's number; null before there is a label.
    async fn tracking_code(&self) -> Option<&str> {
        self.shipment.tracking_code.as_deref()
    }

    /// Where it goes; null once its owner has deleted it and nothing is on its way there.
    async fn address(&self, ctx: &Context<'_>) -> Option<Result<AddressNode, Fault>> {
        let (context, caller) = (shipping(ctx), request_context(ctx).caller());
        let load = addresses::by_ids(&context.db, &self.addresses);
        let addresses = match self.siblings.ask("addresses", load).await {
            Ok(addresses) => addresses,
            Err(fault) => return Some(Err(fault)),
        };
        let address = addresses.iter().find(|address| address.id == self.shipment.address_id)?;
        let may = context.may(caller, "addressRead", &address_resource(address))
            || context.may(caller, "shipmentWrite", &shipment_resource(&self.shipment));
        may.then(|| Ok(AddressNode(address.clone())))
    }

    /// What the carrier told, in the order in which it happened, at most 100.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn tracking_events(&self, ctx: &Context<'_>) -> Option<Result<Vec<TrackingEvent>, Fault>> {
        let load = tracking::of_shipments(&shipping(ctx).db, &self.siblings.ids);
        let told = match self.siblings.ask("tracking events", load).await {
            Ok(told) => told,
            Err(fault) => return Some(Err(fault)),
        };
        let own = told.iter().filter(|event| event.shipment == self.shipment.id).take(100);
        Some(Ok(own.cloned().map(TrackingEvent::from).collect()))
    }

    async fn created_at(&self) -> DateTime {
        self.shipment.created_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.shipment.updated_at.into()
    }

    /// Counts changes; give it as `expectedVersion`.
    async fn version(&self) -> i32 {
        int(self.shipment.version)
    }
}

impl From<tracking::TrackingEvent> for TrackingEvent {
    fn from(event: tracking::TrackingEvent) -> TrackingEvent {
        TrackingEvent {
            status: event.status.into(),
            description: event.description,
            location: event.location,
            occurred_at: event.occurred_at.into(),
            received_at: event.received_at.into(),
        }
    }
}

impl From<Status> for ShipmentStatus {
    fn from(status: Status) -> ShipmentStatus {
        match status {
            Status::Planned => ShipmentStatus::Planned,
            Status::LabelCreated => ShipmentStatus::LabelCreated,
            Status::Dispatched => ShipmentStatus::Dispatched,
            Status::InTransit => ShipmentStatus::InTransit,
            Status::Failed => ShipmentStatus::Failed,
            Status::Delivered => ShipmentStatus::Delivered,
            Status::Cancelled => ShipmentStatus::Cancelled,
        }
    }
}

impl From<ShipmentStatus> for Status {
    fn from(status: ShipmentStatus) -> Status {
        match status {
            ShipmentStatus::Planned => Status::Planned,
            ShipmentStatus::LabelCreated => Status::LabelCreated,
            ShipmentStatus::Dispatched => Status::Dispatched,
            ShipmentStatus::InTransit => Status::InTransit,
            ShipmentStatus::Failed => Status::Failed,
            ShipmentStatus::Delivered => Status::Delivered,
            ShipmentStatus::Cancelled => Status::Cancelled,
        }
    }
}
