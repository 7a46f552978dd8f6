//! `orderStatusChanged`: from the event to whoever may see the order, and on from where one was.

use super::{
    answers::UNTIL_CONFIRMED,
    world::{World, buyer, id, seller},
};
use futures_util::StreamExt as _;
use hansa_subgraph_host::{
    Caller,
    testing::{subscribe, user},
};
use serde_json::{Value, json};
use std::time::Duration;

const CHANGES: &str = "subscription($id: ID!, $after: String) { orderStatusChanged(id: $id, after: $after) {
  position status order { id status } } }";

/// The next event, which has to come soon.
async fn next(stream: &mut (impl futures_util::Stream<Item = Value> + Unpin)) -> Value {
    let next = tokio::time::timeout(Duration::from_secs(20), stream.next()).await;
    next.expect("an event comes").expect("the stream goes on")
}

#[tokio::test]
async fn changes_are_told_as_they_come_and_from_where_one_was() {
    let world = World::new().await;
    let order = world.place(&buyer(), &[(1, 1)]).await;
    let variables = json!({ "id": order.to_string() });
    let mut changes = subscribe(&world.subgraph, &buyer(), CHANGES, variables);
    // The stream begins when it is asked for its first event.
    let (first, ()) = tokio::join!(next(&mut changes), async {
        world.answer(order, UNTIL_CONFIRMED[0], None).await;
        world.answer(order, ("authorisation_requested", "payment.outcome_unknown"), None).await;
    });
    let first = &first["data"]["orderStatusChanged"];
    assert_eq!(first["status"], "PAYMENT_REVIEW", "{first}");
    assert_eq!(first["order"]["id"], json!(order));
    world.answer(order, UNTIL_CONFIRMED[1], None).await;
    world.answer(order, UNTIL_CONFIRMED[2], None).await;
    let second = next(&mut changes).await["data"]["orderStatusChanged"].clone();
    assert_eq!((&second["status"], &second["order"]["status"]), (&json!("CONFIRMED"), &json!("CONFIRMED")));
    drop(changes);
    // Another process goes on where this one was.
    let world = world.restarted().await;
    let variables = json!({ "id": order.to_string(), "after": first["position"] });
    let again = next(&mut subscribe(&world.subgraph, &buyer(), CHANGES, variables.clone())).await;
    assert_eq!(again["data"]["orderStatusChanged"]["status"], "CONFIRMED");
    // From the confirmation on, who sells in it may listen too.
    let sold = next(&mut subscribe(&world.subgraph, &seller(1), CHANGES, variables)).await;
    assert_eq!(sold["data"]["orderStatusChanged"]["status"], "CONFIRMED");
}

#[tokio::test]
async fn a_cancellation_that_is_refused_is_told() {
    let world = World::new().await;
    let order = world.completed(&buyer(), &[(1, 1)]).await;
    let mut changes = subscribe(&world.subgraph, &buyer(), CHANGES, json!({ "id": order.to_string() }));
    let (first, ()) = tokio::join!(next(&mut changes), async {
        let input = json!({ "id": order.to_string(), "idempotencyKey": super::world::key(1) });
        world.change(&buyer(), super::world::CANCEL, input).await;
        let refused = ("planning_withdrawal_requested", "shipping_plan.cancellation_refused");
        world.answer(order, refused, None).await;
    });
    let second = next(&mut changes).await;
    let statuses = [first, second].map(|told| told["data"]["orderStatusChanged"]["status"].clone());
    assert_eq!(statuses, [json!("CANCELLING"), json!("CONFIRMED")]);
}

#[tokio::test]
async fn who_may_not_see_an_order_hears_nothing_of_it() {
    let world = World::new().await;
    let order = world.place(&buyer(), &[(1, 1)]).await;
    let cases = [
        (Caller::visitor(), order.to_string(), None),
        (user(8), order.to_string(), None),
        (seller(1), order.to_string(), None),
        (buyer(), "order_0".to_owned(), None),
        (buyer(), id::<crate::OrderKind>(99).to_string(), None),
        (buyer(), order.to_string(), Some("nonsense")),
    ];
    for (caller, id, after) in cases {
        let mut stream = subscribe(&world.subgraph, &caller, CHANGES, json!({ "id": id, "after": after }));
        let answer = next(&mut stream).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
}
