//! Examples of the events that this context publishes. Others test against them.

use crate::{
    NAME, PUBLISHES,
    domain::event::{
        MethodEvent, MethodFacts, PlanCancellationRefused, PlanCancelled, PlanEvent, PlanMade, PlanRefused,
        ShipmentEvent, ShipmentFacts, ShipmentLine,
    },
};
use hansa_event_sourcing::{
    DomainEvent, EventContent,
    testing::{Example, published},
};
use hansa_values::{EntityKind, Id, Money, TenantId};
use schemars::JsonSchema;
use uuid::Uuid;

fn product() -> String {
    "product_01j0000000e008000000000006".to_owned()
}

fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

fn command(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_5000_8000_0000_0000_0000 + number)
}

fn example<E: EventContent + JsonSchema>(
    aggregate: &'static str,
    (stream_id, tenant): (String, Option<TenantId>),
    content: &E,
) -> Example {
    Example::of::<E>(DomainEvent::new(aggregate, (stream_id, 2), tenant, content))
}

fn plans() -> [PlanEvent; 4] {
    let (order_id, command_id) = (id(1), command(1));
    [
        PlanEvent::Made(PlanMade { order_id, command_id, shipment_ids: vec![id(2), id(3)] }),
        PlanEvent::Refused(PlanRefused { order_id, command_id, reason: "NOT_DELIVERABLE".to_owned() }),
        PlanEvent::Cancelled(PlanCancelled {
            order_id,
            command_id: command(2),
            shipment_ids: vec![id(2)],
            dispatched_shipment_ids: vec![id(3)],
        }),
        PlanEvent::CancellationRefused(PlanCancellationRefused {
            order_id,
            command_id: command(3),
            dispatched_shipment_ids: vec![id(3)],
        }),
    ]
}

#[test]
fn every_event_has_an_example() {
    let tenant: Option<TenantId> = Some(id(9));
    let lines = vec![ShipmentLine { line_id: id(4), variant_id: id(5), product_id: Some(product()), quantity: 2 }];
    let facts = || ShipmentFacts {
        shipment_id: id(2),
        order_id: id(1),
        tenant_id: id(9),
        buyer_id: Some(id(7)),
        lines: lines.clone(),
    };
    let shipments = [
        ShipmentEvent::Planned(facts()),
        ShipmentEvent::LabelCreated(facts()),
        ShipmentEvent::Dispatched(facts()),
        ShipmentEvent::InTransit(facts()),
        ShipmentEvent::Delivered(facts()),
        ShipmentEvent::Failed(facts()),
        ShipmentEvent::Cancelled(facts()),
    ];
    let currency = "EUR".parse().unwrap();
    let euros = |minor_units| Money { minor_units, currency };
    let method = |name: &str, base: i64| MethodFacts {
        code: "standard".to_owned(),
        name: name.to_owned(),
        currency,
        base_price: euros(base),
        price_per_kg: euros(1_50),
        countries: vec!["AT".to_owned(), "DE".to_owned()],
        is_active: true,
    };
    let methods = [MethodEvent::Created(method("Standard", 4_90)), MethodEvent::Updated(method("By post", 5_20))];
    let plan_stream = id::<crate::domain::ids::ShippingPlanKind>(1).to_string();
    let shipment_stream = id::<crate::domain::ids::ShipmentKind>(2).to_string();
    let method_stream = id::<crate::domain::ids::ShippingMethodKind>(6).to_string();
    let plans = plans().map(|event| example("shipping_plan", (plan_stream.clone(), None), &event));
    let shipments = shipments.map(|event| example("shipment", (shipment_stream.clone(), tenant), &event));
    let methods = methods.map(|event| example("shipping_method", (method_stream.clone(), None), &event));
    published(NAME, PUBLISHES, plans.into_iter().chain(shipments).chain(methods));
}

#[test]
fn answers_that_were_kept_are_read_as_they_were() {
    for event in plans() {
        let content = serde_json::to_value(&event).unwrap();
        assert_eq!(PlanEvent::read(event.event_type(), content).unwrap(), event);
    }
    assert!(PlanEvent::read("exploded", serde_json::json!({})).is_err());
    assert!(PlanEvent::read("made", serde_json::json!({})).is_err());
}
