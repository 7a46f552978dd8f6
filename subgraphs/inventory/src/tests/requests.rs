//! Requests of orders, and their answers: through the consumer, in one unit or in several.

use super::world::{
    World, command_id, commit, event, extend, line_id, nowhere, order_id, release, reserve, reserve_for,
};
use crate::{
    VariantKind,
    consumers::{OrderReturns, catalog_variants::CatalogVariants, order_requests::OrderRequests},
    hold_limits,
    tables::variants,
};
use chrono::TimeDelta;
use hansa_event_sourcing::testing::consumed;
use hansa_messaging::{HandleError, ReceivedEvent};
use serde_json::{Value, json};

#[tokio::test]
async fn an_order_is_reserved_and_committed() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    let place = world.levels().await.remove(0);
    world.deliver(&[reserve(1, &[(variant, 1, 2)])]).await;
    assert_eq!(world.numbers().await, (5, 2, 0));
    let answers = world.answers(1).await;
    let line = json!({
        "lineId": line_id(1, 0), "variantId": variant, "warehouseId": place.warehouse, "stockItemId": place.id,
        "quantity": 2,
    });
    let made = json!({
        "orderId": order_id(1), "commandId": command_id(1, 1), "reservationId": answers[0].1["reservationId"],
        "lines": [line], "expiresAt": "2026-01-02T03:19:05.678Z",
    });
    assert_eq!(answers, [("made".to_owned(), made)]);
    world.deliver(&[commit(1)]).await;
    assert_eq!(world.numbers().await, (3, 0, 2));
    let answers = world.answers(1).await;
    assert_eq!((answers[1].0.as_str(), &answers[1].1["commandId"]), ("committed", &json!(command_id(1, 3))));
    // Events of the process keep its correlation id, and name the event that caused them.
    let log = world.log().await;
    let of_order = log.iter().filter(|event| event.content.get("orderId") == Some(&json!(order_id(1))));
    for event in of_order {
        assert_eq!(event.correlation_id.map(|id| id.as_u128()), Some(77), "{event:?}");
        assert!(event.causation_id.is_some() && event.traceparent.is_some(), "{event:?}");
    }
}

#[tokio::test]
async fn an_order_gets_all_of_its_lines_or_none() {
    let world = World::new().await;
    let (first, second, third) = (world.stocked(5).await, world.variant(2).await, world.variant(1).await);
    let theirs = world.warehouse(2, "THEIRS", 1).await;
    world.receive(2, (second, theirs), 1).await;
    world.deliver(&[reserve(1, &[(first, 1, 5), (second, 2, 2), (third, 1, 1)])]).await;
    let (event_type, refused) = world.answers(1).await.remove(0);
    assert_eq!((event_type.as_str(), &refused["reason"]), ("refused", &json!("OUT_OF_STOCK")));
    let short = json!([
        { "lineId": line_id(1, 1), "variantId": second, "available": 1 },
        { "lineId": line_id(1, 2), "variantId": third, "available": 0 },
    ]);
    assert_eq!(refused["lines"], short);
    assert!(world.levels().await.iter().all(|level| level.held == 0));
    // Of two tenants at once.
    world.deliver(&[reserve(2, &[(first, 1, 5), (second, 2, 1)])]).await;
    assert_eq!(world.answer_types(2).await, ["made"]);
    assert!(world.levels().await.iter().all(|level| level.available() == 0));
}

#[tokio::test]
async fn a_full_batch_of_orders_with_several_lines_is_one_commit() {
    let world = World::new().await;
    let first = world.stocked(1_000).await;
    let warehouse = world.levels().await[0].warehouse;
    let mut lines = vec![(first, 1, 1)];
    for _ in 0..4 {
        let variant = world.variant(1).await;
        world.receive(1, (variant, warehouse), 1_000).await;
        lines.push((variant, 1, 1));
    }
    let requests: Vec<ReceivedEvent> = (1..=256).map(|order| reserve(order, &lines)).collect();
    world.deliver(&requests).await;
    assert!(world.levels().await.iter().all(|level| level.held == 256));
}

#[tokio::test]
async fn whose_a_variant_is_must_be_right() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 2, 1)]), reserve(2, &[(nowhere::<VariantKind>(), 1, 1)])]).await;
    world.deliver(&[reserve(3, &[]), reserve(4, &[(variant, 1, 0)]), reserve(5, &[(variant, 1, -4)])]).await;
    let mut reasons = Vec::new();
    for order in 1..6 {
        reasons.push(world.answers(order).await[0].1["reason"].clone());
    }
    assert_eq!(
        json!(reasons),
        json!(["UNKNOWN_VARIANT", "UNKNOWN_VARIANT", "INVALID_LINES", "INVALID_LINES", "INVALID_LINES"])
    );
    assert_eq!(world.numbers().await, (5, 0, 0));
}

#[tokio::test]
async fn the_warehouse_that_comes_first_serves_unless_it_is_closed() {
    let world = World::new().await;
    let (variant, late, early) =
        (world.variant(1).await, world.warehouse(1, "LATE", 9).await, world.warehouse(1, "EARLY", 2).await);
    world.receive(1, (variant, late), 5).await;
    world.receive(1, (variant, early), 5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)])]).await;
    assert_eq!(world.answers(1).await[0].1["lines"][0]["warehouseId"], json!(early));
    let close = json!({ "id": early, "isActive": false });
    world.mutate(&super::world::owner(1), "warehouseUpdate", close, "__typename").await;
    world.deliver(&[reserve(2, &[(variant, 1, 2)]), reserve(3, &[(variant, 1, 4)])]).await;
    assert_eq!(world.answers(2).await[0].1["lines"][0]["warehouseId"], json!(late));
    assert_eq!(world.answers(3).await[0].1["lines"][0]["available"], 3);
    // What is held there can still be sold.
    world.deliver(&[commit(1)]).await;
    assert_eq!(world.answer_types(1).await, ["made", "committed"]);
}

#[tokio::test]
async fn repeated_requests_get_the_same_answer_and_no_more_units() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    let request = reserve(1, &[(variant, 1, 2)]);
    world.deliver(&[request.clone(), request.clone()]).await;
    world.deliver(std::slice::from_ref(&request)).await;
    world.deliver(&[reserve(2, &[(variant, 1, 9)])]).await;
    world.receive(1, (variant, world.levels().await[0].warehouse), 20).await;
    world.deliver(&[reserve(2, &[(variant, 1, 9)]), commit(1), commit(1), request]).await;
    let answers = world.answers(1).await;
    let types: Vec<&str> = answers.iter().map(|(event_type, _)| event_type.as_str()).collect();
    assert_eq!(types, ["made", "made", "made", "committed", "committed", "made"]);
    assert!(answers.iter().filter(|(event_type, _)| event_type == "made").all(|(_, made)| *made == answers[0].1));
    let refused = world.answers(2).await;
    assert_eq!((refused.len(), &refused[0]), (2, &refused[1]));
    assert_eq!(world.numbers().await, (23, 0, 2));
}

#[tokio::test]
async fn an_undo_gives_back_what_was_held_or_sold() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)]), reserve(2, &[(variant, 1, 3)]), commit(2)]).await;
    assert_eq!(world.numbers().await, (2, 2, 3));
    world.deliver(&[release(1), release(1), release(2), release(2)]).await;
    assert_eq!(world.numbers().await, (5, 0, 0));
    assert_eq!(world.answer_types(1).await, ["made", "released", "released"]);
    assert_eq!(world.answer_types(2).await, ["made", "committed", "released", "released"]);
    world.deliver(&[commit(1)]).await;
    let (event_type, refused) = world.answers(1).await.pop().unwrap();
    assert_eq!((event_type.as_str(), &refused["reason"]), ("commit_refused", &json!("RELEASED")));
}

#[tokio::test]
async fn an_undo_that_comes_first_is_remembered() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[release(1)]).await;
    let world = world.restarted().await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)]), commit(1)]).await;
    let answers = world.answers(1).await;
    assert_eq!(answers[1].1["reason"], "UNDONE");
    assert_eq!(world.answer_types(1).await, ["released", "refused", "commit_refused"]);
    assert_eq!(world.numbers().await, (5, 0, 0));
}

#[tokio::test]
async fn a_hold_ends_when_its_time_is_over_and_a_late_commit_is_told_so() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)]), reserve(2, &[(variant, 1, 1)])]).await;
    world.services.clock.advance(TimeDelta::seconds(899));
    assert_eq!(world.context.expire_some().await.unwrap(), 0);
    // A commit that comes in time wins, even where nobody has looked since.
    world.services.clock.advance(TimeDelta::seconds(60));
    world.deliver(&[commit(2)]).await;
    assert_eq!(world.context.expire_some().await.unwrap(), 1);
    assert_eq!(world.context.expire_some().await.unwrap(), 0);
    world.deliver(&[commit(1)]).await;
    let answers = world.answers(1).await;
    assert_eq!((answers[1].0.as_str(), &answers[1].1["commandId"]), ("expired", &json!(command_id(1, 1))));
    assert_eq!((answers[2].0.as_str(), &answers[2].1["reason"]), ("commit_refused", &json!("EXPIRED")));
    assert_eq!(world.numbers().await, (4, 0, 1));
    let expired = world.log().await.into_iter().find(|event| event.event_type == "expired").unwrap();
    assert_eq!(expired.correlation_id.map(|id| id.as_u128()), Some(77));
}

#[tokio::test]
async fn a_hold_that_is_made_longer_ends_later() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)]), reserve(2, &[(variant, 1, 1)])]).await;
    world.services.clock.advance(TimeDelta::minutes(10));
    world.deliver(&[extend(1, 900), extend(1, 900), extend(3, 900)]).await;
    let answers = world.answers(1).await;
    assert_eq!((answers[1].0.as_str(), &answers[1].1["expiresAt"]), ("extended", &json!("2026-01-02T03:29:05.678Z")));
    assert_eq!(answers[2], answers[1]);
    assert_eq!(world.answers(3).await[0].1["reason"], "UNKNOWN");
    world.services.clock.advance(TimeDelta::minutes(6));
    assert_eq!(world.context.expire_some().await.unwrap(), 1);
    assert_eq!(world.answer_types(2).await, ["made", "expired"]);
    // The job of its new end comes.
    let ends = ["2026-01-02T03:19:06.000000Z", "2026-01-02T03:29:06.000000Z"];
    assert_eq!(world.job_seconds().await, ends);
    world.services.clock.advance(TimeDelta::minutes(10));
    assert_eq!(world.context.expire_some().await.unwrap(), 1);
    assert_eq!(world.answer_types(1).await.last().unwrap(), "expired");
    assert_eq!(world.numbers().await, (5, 0, 0));
}

#[tokio::test]
async fn nobody_holds_a_whole_shop() {
    let world = World::new().await;
    let variant = world.stocked(100_000).await;
    let limit = hold_limits::RESERVATIONS_MAX as u128;
    let requests: Vec<ReceivedEvent> = (1..=limit + 1).map(|order| reserve_for(order, 7, &[(variant, 1, 1)])).collect();
    world.deliver(&requests).await;
    assert_eq!(world.answer_types(limit).await, ["made"]);
    assert_eq!(world.answers(limit + 1).await[0].1["reason"], "TOO_MANY_HOLDS");
    // Others may, and so may the buyer once orders are confirmed or undone.
    world.deliver(&[reserve_for(500, 8, &[(variant, 1, 1)]), commit(1)]).await;
    world.deliver(&[reserve_for(501, 7, &[(variant, 1, 1)]), reserve_for(502, 7, &[(variant, 1, 1)])]).await;
    assert_eq!(world.answer_types(500).await, ["made"]);
    assert_eq!(world.answer_types(501).await, ["made"]);
    assert_eq!(world.answers(502).await[0].1["reason"], "TOO_MANY_HOLDS");
    let units = hold_limits::UNITS_MAX;
    world.deliver(&[reserve_for(600, 9, &[(variant, 1, units)]), reserve_for(601, 9, &[(variant, 1, 1)])]).await;
    assert_eq!(world.answer_types(600).await, ["made"]);
    assert_eq!(world.answers(601).await[0].1["reason"], "TOO_MANY_HOLDS");
}

#[tokio::test]
async fn requests_that_do_not_read_are_poison_and_say_why() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    for (event_type, content, why) in [
        ("reservation_requested", json!({ "orderId": "x" }), "missing field `commandId`"),
        ("reservation_requested", json!({ "orderId": "x", "commandId": "y", "lines": [] }), "UUID"),
        ("reservation_release_requested", json!({ "orderId": "x", "commandId": command_id(1, 2) }), "`undoes`"),
        ("reservation_commit_requested", json!({ "orderId": "x", "commandId": command_id(1, 2) }), "`commits`"),
        ("capture_requested", json!({}), "no request to inventory"),
    ] {
        let events = [reserve(1, &[(variant, 1, 1)]), event(1, event_type, content)];
        let error = world.deliver_to(&OrderRequests, &events).await.unwrap_err();
        assert!(matches!(&error, HandleError::Poison(text) if text.contains(why)), "{event_type}: {error}");
    }
    // Nothing of these batches was done.
    assert_eq!(world.numbers().await, (5, 0, 0));
}

#[tokio::test]
async fn the_last_line_is_a_constraint() {
    let world = World::new().await;
    world.stocked(5).await;
    for (statement, constraint) in [
        ("UPDATE stock_levels SET held = on_hand + 1", "stock_levels_no_oversell"),
        ("UPDATE stock_levels SET held = -1", "stock_levels_held"),
        ("UPDATE stock_levels SET on_hand = -1", "stock_levels"),
        ("UPDATE stock_levels SET committed = -1", "stock_levels_committed"),
    ] {
        let mut unit = world.context.db.begin_unit(&world.command("test")).await.unwrap();
        let error = hansa_relational::query(statement).execute(&mut unit).await.unwrap_err();
        let hansa_relational::StoreError::CheckViolation { constraint: broken } = error else { panic!("{error}") };
        assert!(broken.contains(constraint), "{broken}");
    }
}

#[tokio::test]
async fn the_orders_examples_are_read() {
    let world = World::new().await;
    let example = |name: &str| {
        let event = consumed(&format!("orders.{name}.v1"));
        ReceivedEvent { source: "orders".to_owned(), lane: 0, position: 1, event }
    };
    for (name, answer) in [
        ("reservation_requested", "refused"),
        ("reservation_commit_requested", "commit_refused"),
        ("reservation_extension_requested", "extension_refused"),
        ("reservation_release_requested", "released"),
    ] {
        let request = example(&format!("order_placement.{name}"));
        world.deliver(std::slice::from_ref(&request)).await;
        let content = &request.event.content;
        let is_answer = |event: &hansa_event_sourcing::RecordedEvent| {
            event.event_type == answer
                && event.content["orderId"] == content["orderId"]
                && event.content["commandId"] == content["commandId"]
        };
        assert!(world.log().await.iter().any(is_answer), "{name} is answered with {answer}");
    }
    world.deliver_to(&OrderReturns::new(), &[example("order.return_received")]).await.unwrap();
}

#[tokio::test]
async fn the_catalogs_examples_are_read() {
    let world = World::new().await;
    for (event_type, status) in
        [("created", "DRAFT"), ("updated", "PUBLISHED"), ("published", "PUBLISHED"), ("archived", "ARCHIVED")]
    {
        let event = consumed(&format!("catalog.product.{event_type}.v1"));
        let tenant = event.tenant.unwrap();
        let ids: Vec<Value> =
            event.content["variants"].as_array().unwrap().iter().map(|one| one["variantId"].clone()).collect();
        let mut received = ReceivedEvent { source: "catalog".to_owned(), lane: 0, position: 1, event };
        // The examples have one version, and only later ones are learnt.
        received.event.stream_version += match event_type {
            "created" => 0,
            "updated" => 1,
            "published" => 2,
            _ => 3,
        };
        world.deliver_to(&CatalogVariants, &[received.clone(), received]).await.unwrap();
        let ids: Vec<_> = ids.into_iter().map(|id| serde_json::from_value(id).unwrap()).collect();
        let owners = variants::owners(&world.context.db, ids.clone()).await.unwrap();
        assert!(ids.len() == 2 && ids.iter().all(|id| owners.get(id) == Some(&tenant)));
        let found = hansa_relational::query("SELECT COUNT(*) AS number FROM variants WHERE status = $1").bind(status);
        assert_eq!(found.fetch_one::<super::world::Number>(&world.context.db).await.unwrap().0, 2, "{event_type}");
    }
    let mut nobodys = consumed("catalog.product.created.v1");
    nobodys.tenant = None;
    let nobodys = ReceivedEvent { source: "catalog".to_owned(), lane: 0, position: 1, event: nobodys };
    let error = world.deliver_to(&CatalogVariants, &[nobodys]).await.unwrap_err();
    assert!(error.to_string().contains("is no tenant's"), "{error}");
}
