//! Events: each with an example that others test with, and consumers that read the examples of others.

use crate::{
    LISTENS, NAME, Order, OrderEvent, OrderPlacement, PUBLISHES, PlacementEvent,
    consumers::{answers::AnswerContent, offers, shipments, suspensions},
};
use hansa_event_sourcing::testing::{Example, consumed, published, readable};
use hansa_messaging::UserErased;
use serde::de::DeserializeOwned;

/// All examples of events of one aggregate.
fn heard<T: DeserializeOwned>(context: &str, aggregate: &str) {
    let mut count = 0;
    let listening = LISTENS.iter().flat_map(|listener| listener.events);
    for listening in listening.filter(|one| one.context == context && one.aggregate == aggregate) {
        for (event, version) in listening.events {
            let name = format!("{context}.{aggregate}.{event}.v{version}");
            let content = consumed(&name).content;
            serde_json::from_value::<T>(content).unwrap_or_else(|error| panic!("{name}: {error}"));
            count += 1;
        }
    }
    assert!(count > 0, "nothing of {context}.{aggregate} is heard");
}

#[test]
fn what_others_say_is_understood() {
    heard::<offers::ProductFacts>("catalog", "product");
    heard::<offers::PriceChanged>("catalog", "price");
    heard::<offers::MethodFacts>("shipping", "shipping_method");
    heard::<shipments::ShipmentFacts>("shipping", "shipment");
    heard::<UserErased>("identity", "user");
    heard::<suspensions::TenantTold>("identity", "tenant");
    heard::<AnswerContent>("shipping", "shipping_plan");
    heard::<AnswerContent>("payments", "payment");
    heard::<AnswerContent>("inventory", "reservation");
}

#[test]
fn what_is_said_has_examples_that_hold() {
    let mut all = Vec::new();
    for event in crate::domain::tests::order_examples() {
        all.push(Example::of::<OrderEvent>(event));
    }
    for event in crate::domain::tests::placement_examples() {
        all.push(Example::of::<PlacementEvent>(event));
    }
    published(NAME, PUBLISHES, all);
    readable::<Order>(NAME);
    readable::<OrderPlacement>(NAME);
}
