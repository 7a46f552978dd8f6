//! Rules without a store: given events, when something happens, then events.

mod carts;
pub(crate) mod orders;
mod patience;
pub(crate) mod placement;
mod recall;

use super::{
    ids::{OrderId, OrderLineId},
    order::{OrderedLine, Placed},
};
use hansa_event_sourcing::{DomainEvent, EventContent};
use hansa_values::{EntityKind, Id, Money};
use uuid::Uuid;

pub(in crate::domain) fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

pub(in crate::domain) fn eur(minor_units: i64) -> Money {
    Money { minor_units, currency: "EUR".parse().unwrap() }
}

pub(in crate::domain) fn order_id() -> OrderId {
    id(1)
}

/// Line `number` is sold by the tenant `number`.
pub(in crate::domain) fn line(number: u128, quantity: i64) -> OrderedLine {
    OrderedLine {
        line_id: line_id(number),
        variant_id: id(number),
        product_id: id(number),
        tenant_id: id(number),
        vendor_id: id(number),
        sku: format!("sku-{number}"),
        title: format!("Thing {number}"),
        quantity,
        unit_price: eur(1000),
    }
}

pub(in crate::domain) fn line_id(number: u128) -> OrderLineId {
    id(number)
}

/// Two of the first thing, one of the second.
pub(in crate::domain) fn placed() -> Placed {
    Placed {
        order_id: order_id(),
        buyer_id: id(7),
        lines: vec![line(1, 2), line(2, 1)],
        shipping_method: "standard".to_owned(),
        delivery_address_id: "address_00000000000000000000000001".to_owned(),
        items_total: eur(3000),
        shipping_total: eur(490),
        total: eur(3490),
        payment_method: "tok_good".to_owned(),
    }
}

/// One event of each type, made of those of a test.
fn examples<E: EventContent>(
    (aggregate, stream): (&'static str, String),
    events: impl IntoIterator<Item = E>,
) -> Vec<DomainEvent> {
    let mut seen = std::collections::BTreeSet::new();
    let each = events.into_iter().filter(|event| seen.insert(event.event_type()));
    let numbered =
        each.zip(1..).map(|(event, version)| DomainEvent::new(aggregate, (stream.clone(), version), None, &event));
    numbered.collect()
}

pub(crate) fn order_examples() -> Vec<DomainEvent> {
    examples(("order", order_id().to_string()), orders::one_of_each())
}

pub(crate) fn placement_examples() -> Vec<DomainEvent> {
    let stream: crate::PlacementId = id(1);
    examples(("order_placement", stream.to_string()), placement::one_of_each())
}
