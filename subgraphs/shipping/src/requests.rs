//! What the placing of an order asks of this context. A request that comes again is answered again with the same; one whose
//! undo came first is refused.

mod content;

use crate::{
    carrier,
    domain::{
        event::{
            PlanCancellationRefused, PlanCancelled, PlanEvent, PlanMade, PlanRefused, ShipmentEvent, ShipmentLine,
        },
        ids::{DeliveryAddressId, OrderId, ShippingPlanId},
        plan::{Plan, PlanKind},
        shipment::{Shipment, ShipmentStatus},
    },
    settings::CarrierSettings,
    tables::{addresses, methods, plans, shipments},
};
use content::{OrderConfirmed, PlanCancellationRequested, PlanRequested};
use hansa_event_sourcing::{DomainEvent, EventContent};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, OnFailure, ReceivedEvent};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::TenantId;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The consumer of what orders ask for, and of their confirmations. It halts on what it cannot handle: orders wait for its
/// answers.
#[derive(Debug)]
pub struct Requests {
    pub(crate) carrier: CarrierSettings,
}

impl Requests {
    pub const NAME: &'static str = "shipping-requests";

    pub const LISTENS: &'static [Listening] = &[
        Listening {
            context: "orders",
            aggregate: "order_placement",
            events: &[
                ("planning_requested", 1),
                ("planning_cancellation_requested", 1),
                ("planning_withdrawal_requested", 1),
            ],
        },
        Listening { context: "orders", aggregate: "order", events: &[("confirmed", 1)] },
    ];
}

impl Consumer for Requests {
    fn name(&self) -> &'static str {
        Requests::NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        Requests::LISTENS
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Halt
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            match (event.event.aggregate.as_str(), event.event.event_type.as_str()) {
                ("order_placement", "planning_requested") => plan(unit, event.content()?).await,
                ("order_placement", "planning_cancellation_requested") => {
                    cancel(unit, event.content()?, Partly::Allowed).await
                }
                ("order_placement", "planning_withdrawal_requested") => {
                    cancel(unit, event.content()?, Partly::Refused).await
                }
                ("order", "confirmed") => confirmed(unit, event.content()?, &self.carrier).await,
                // Another type of these aggregates: not for us.
                _ => Ok(()),
            }
        })
    }
}

/// Whether an event that others publish has the form that is read here.
#[cfg(test)]
pub(crate) fn readable(event: &hansa_event_sourcing::RecordedEvent) -> Result<(), String> {
    use hansa_event_sourcing::testing::reads;
    match (event.aggregate.as_str(), event.event_type.as_str()) {
        ("order_placement", "planning_requested") => reads::<PlanRequested>(event),
        ("order_placement", "planning_cancellation_requested" | "planning_withdrawal_requested") => {
            reads::<PlanCancellationRequested>(event)
        }
        ("order", "confirmed") => reads::<OrderConfirmed>(event),
        ("product", _) => reads::<crate::products::ProductFacts>(event),
        ("warehouse", _) => reads::<crate::warehouses::WarehouseFacts>(event),
        ("user", "erased") => reads::<hansa_messaging::UserErased>(event),
        (_, other) => Err(format!("`{other}` is not read")),
    }
}

/// Plans one shipment for each tenant that sells in the order.
async fn plan(unit: &mut UnitOfWork, request: PlanRequested) -> Result<(), HandleError> {
    let PlanRequested { order_id, command_id, .. } = request;
    let earlier = earlier(unit, PlanKind::Make, (command_id, order_id)).await?;
    let refused = |reason: &str| PlanEvent::Refused(PlanRefused { order_id, command_id, reason: reason.to_owned() });
    let answer = match earlier {
        Earlier::Answered => return Ok(()),
        Earlier::Withdrawn => refused("WITHDRAWN"),
        Earlier::None => match made(unit, &request).await? {
            Ok(made) => PlanEvent::Made(made),
            Err(reason) => refused(reason),
        },
    };
    Ok(tell(unit, Plan { command_id, order_id, kind: PlanKind::Make, answer: Some(answer) }).await?)
}

/// Makes the shipments of an order; gives why not.
async fn made(unit: &mut UnitOfWork, request: &PlanRequested) -> Result<Result<PlanMade, &'static str>, HandleError> {
    let Some((address, tenants)) = deliverable(unit, request).await? else { return Ok(Err("UNKNOWN_ADDRESS")) };
    let Some(tenants) = tenants else { return Ok(Err("NOT_DELIVERABLE")) };
    let is_confirmed = plans::is_confirmed(&mut *unit, request.order_id).await?;
    let mut shipment_ids = Vec::with_capacity(tenants.len());
    for (tenant, (lines, weight_grams)) in tenants {
        let now = unit.command().now;
        let shipment = Shipment {
            id: unit.command().ids.id(),
            order_id: request.order_id,
            tenant,
            buyer: request.buyer_id,
            address_id: address,
            method_code: request.shipping_method.clone(),
            lines,
            weight_grams,
            status: ShipmentStatus::Planned,
            is_confirmed,
            tracking_code: None,
            created_at: now,
            updated_at: now,
            version: 1,
            events: 1,
        };
        shipments::insert(unit, &shipment).await?;
        let planned = ShipmentEvent::Planned(shipment.facts());
        unit.record(DomainEvent::new("shipment", (shipment.id.to_string(), 1), Some(tenant), &planned));
        shipment_ids.push(shipment.id);
    }
    Ok(Ok(PlanMade { order_id: request.order_id, command_id: request.command_id, shipment_ids }))
}

type OfTenants = BTreeMap<TenantId, (Vec<ShipmentLine>, i64)>;

/// The address, and what goes there by tenant. No address: it is not the buyer's; no tenants: nothing goes there.
async fn deliverable(
    unit: &mut UnitOfWork,
    request: &PlanRequested,
) -> Result<Option<(DeliveryAddressId, Option<OfTenants>)>, HandleError> {
    let Ok(address) = request.delivery_address_id.parse::<DeliveryAddressId>() else { return Ok(None) };
    let address = addresses::by_id(&mut *unit, address).await?;
    let Some(address) = address.filter(|address| address.owner == request.buyer_id && !address.is_deleted) else {
        return Ok(None);
    };
    let method = methods::by_code(&mut *unit, &request.shipping_method).await?;
    let tenants = request.by_tenant().map_err(HandleError::Poison)?;
    let is_served =
        method.is_some_and(|method| method.delivers_to(address.lines.country) && method.serves(tenants.keys()));
    Ok(Some((address.id, (is_served && !tenants.is_empty()).then_some(tenants))))
}

/// What becomes of a plan of which something has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Partly {
    /// The rest of it is cancelled.
    Allowed,
    /// It stays as it is.
    Refused,
}

/// Undoes a plan, whatever became of it; or, where that is asked for, as a whole or not at all.
async fn cancel(unit: &mut UnitOfWork, request: PlanCancellationRequested, partly: Partly) -> Result<(), HandleError> {
    let PlanCancellationRequested { order_id, command_id, undoes } = request;
    if matches!(earlier(unit, PlanKind::Cancel, (command_id, order_id)).await?, Earlier::Answered) {
        return Ok(());
    }
    match plans::by_id(&mut *unit, undoes).await? {
        None => {
            plans::write(unit, &Plan { command_id: undoes, order_id, kind: PlanKind::Make, answer: None }).await?;
        }
        Some(undone) if (undone.kind, undone.order_id) != (PlanKind::Make, order_id) => {
            return Err(HandleError::Poison(format!("it undoes the command {undoes}, which is no plan of {order_id}")));
        }
        Some(_) => {}
    }
    let shipments = shipments::of_order(&mut *unit, order_id).await?;
    let has_left = |shipment: &&Shipment| {
        shipment.status != ShipmentStatus::Cancelled && Shipment::clone(shipment).cancel().is_err()
    };
    let dispatched_shipment_ids: Vec<_> = shipments.iter().filter(has_left).map(|shipment| shipment.id).collect();
    if partly == Partly::Refused && !dispatched_shipment_ids.is_empty() {
        let refused = PlanCancellationRefused { order_id, command_id, dispatched_shipment_ids };
        let answer = Some(PlanEvent::CancellationRefused(refused));
        return Ok(tell(unit, Plan { command_id, order_id, kind: PlanKind::Cancel, answer }).await?);
    }
    let mut cancelled = PlanCancelled { order_id, command_id, shipment_ids: Vec::new(), dispatched_shipment_ids };
    for mut shipment in shipments {
        match shipment.cancel() {
            Ok(event) => {
                cancelled.shipment_ids.push(shipment.id);
                record(unit, &mut shipment, &[event]).await?;
            }
            Err(_) if shipment.status == ShipmentStatus::Cancelled => cancelled.shipment_ids.push(shipment.id),
            // It is among the dispatched ones.
            Err(_) => {}
        }
    }
    let answer = Some(PlanEvent::Cancelled(cancelled));
    Ok(tell(unit, Plan { command_id, order_id, kind: PlanKind::Cancel, answer }).await?)
}

/// Labels may be made from now on.
async fn confirmed(unit: &mut UnitOfWork, order: OrderConfirmed, carrier: &CarrierSettings) -> Result<(), HandleError> {
    plans::confirm(unit, order.order_id).await?;
    for mut shipment in shipments::of_order(&mut *unit, order.order_id).await? {
        if shipment.is_confirmed {
            continue;
        }
        shipment.is_confirmed = true;
        shipments::update(unit, &mut shipment).await?;
        carrier::sandbox::begin(unit, &shipment, carrier).await?;
    }
    Ok(())
}

/// What is known of a command that came.
enum Earlier {
    None,
    /// It was answered, and now again.
    Answered,
    /// Its undo came before it.
    Withdrawn,
}

async fn earlier(
    unit: &mut UnitOfWork,
    kind: PlanKind,
    (command, order): (Uuid, OrderId),
) -> Result<Earlier, HandleError> {
    let Some(plan) = plans::by_id(&mut *unit, command).await? else { return Ok(Earlier::None) };
    if (plan.kind, plan.order_id) != (kind, order) {
        let (found, of) = (plan.kind.as_str(), plan.order_id);
        return Err(HandleError::Poison(format!("the command {command} is the {found} of {of} already")));
    }
    match &plan.answer {
        None => Ok(Earlier::Withdrawn),
        Some(answer) => {
            record_answer(unit, order, answer).await?;
            Ok(Earlier::Answered)
        }
    }
}

async fn tell(unit: &mut UnitOfWork, plan: Plan) -> Result<(), StoreError> {
    plans::write(unit, &plan).await?;
    match &plan.answer {
        Some(answer) => record_answer(unit, plan.order_id, answer).await,
        None => Ok(()),
    }
}

async fn record_answer(unit: &mut UnitOfWork, order: OrderId, answer: &impl EventContent) -> Result<(), StoreError> {
    let version = plans::next_event(unit, order).await?;
    let stream = ShippingPlanId::from_uuid(order.uuid()).to_string();
    unit.record(DomainEvent::new("shipping_plan", (stream, version), None, answer));
    Ok(())
}

/// Records events of a shipment, writes the shipment, and forgets an address that nobody needs any more. Whoever changes it,
/// the events are of its order.
pub(crate) async fn record(
    unit: &mut UnitOfWork,
    shipment: &mut Shipment,
    events: &[ShipmentEvent],
) -> Result<(), StoreError> {
    if unit.command().cause.correlation_id.is_none() {
        let mut of_order = unit.command().clone();
        of_order.cause.correlation_id = Some(shipment.order_id.uuid());
        unit.act_for(of_order);
    }
    for event in events {
        shipment.events += 1;
        let stream = (shipment.id.to_string(), shipment.events);
        unit.record(DomainEvent::new("shipment", stream, Some(shipment.tenant), event));
    }
    shipments::update(unit, shipment).await?;
    if shipment.status.has_ended() {
        addresses::forget(unit, shipment.address_id).await?;
    }
    Ok(())
}
