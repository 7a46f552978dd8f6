//! `orderPlace`: one order for a hundred twins, what it waits for, what makes it refuse.

use super::{
    answers::UNTIL_CONFIRMED,
    world::{ADDRESS, CHECKOUT, ORDER, PLACE, World, buyer, codes, key, product, seller},
};
use chrono::TimeDelta;
use hansa_messaging::{Bus, WorkerSettings, Workers, testing::test_settings};
use hansa_subgraph_host::{
    Caller,
    testing::{execute, user},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_hundred_twins_place_one_order() {
    let world = World::new().await;
    let input = world.to_place(&buyer(), &[(1, 2)], &key(1)).await;
    let place = |input: Value| {
        let world = &world;
        async move {
            let place = crate::OrderPlace {
                checkout_id: input["checkoutId"].as_str().unwrap().to_owned(),
                quote_hash: input["quoteHash"].as_str().unwrap().to_owned(),
                payment_method: "tok_good".to_owned(),
            };
            let request = hansa_subgraph_host::testing::context(&world.services, &buyer());
            let command = request.command("orderPlace", input["idempotencyKey"].as_str(), &place).unwrap();
            world.orders.order_place(&buyer(), &command, place).await.unwrap()
        }
    };
    let mut orders = Vec::new();
    let mut fresh = 0;
    let twins: Vec<_> = (0..100).map(|_| Box::pin(place(input.clone()))).collect();
    for done in futures(twins).await {
        fresh += usize::from(!done.replayed);
        orders.push(done.value.id);
    }
    orders.dedup();
    assert_eq!((orders.len(), fresh), (1, 1));
    let answer = world.ask(&buyer(), "{ orders(first: 10) { nodes { id } } }", json!({})).await;
    assert_eq!(answer["data"]["orders"]["nodes"].as_array().unwrap().len(), 1);
    // Another key, the same checkout: no second order either.
    let mut other = input.clone();
    other["idempotencyKey"] = json!(key(2));
    assert_eq!(codes(&world.change(&buyer(), PLACE, other).await), ["CHECKOUT_ALREADY_PLACED"]);
    // The same key, another input.
    let mut other = input;
    other["paymentMethod"] = json!("tok_other");
    assert_eq!(codes(&world.change(&buyer(), PLACE, other).await), ["IDEMPOTENCY_KEY_REUSED"]);
}

#[tokio::test]
async fn of_two_keys_at_once_one_places_the_checkout() {
    let world = World::new().await;
    for round in 0..5 {
        let input = world.to_place(&buyer(), &[(1, 1)], &key(round)).await;
        let place = |number: usize| {
            let (world, input) = (&world, &input);
            async move {
                let place = crate::OrderPlace {
                    checkout_id: input["checkoutId"].as_str().unwrap().to_owned(),
                    quote_hash: input["quoteHash"].as_str().unwrap().to_owned(),
                    payment_method: "tok_good".to_owned(),
                };
                let request = hansa_subgraph_host::testing::context(&world.services, &buyer());
                let command = request.command("orderPlace", Some(&key(number)), &place).unwrap();
                world.orders.order_place(&buyer(), &command, place).await
            }
        };
        let racing: Vec<_> = (0..8).map(|number| Box::pin(place(100 * (round + 1) + number))).collect();
        let ended = futures(racing).await;
        let placed = ended.iter().filter(|ended| ended.is_ok()).count();
        assert_eq!(placed, 1, "{ended:?}");
        let others = ended.iter().filter_map(|ended| ended.as_ref().err());
        assert!(others.into_iter().all(|error| format!("{error:?}").contains("CheckoutAlreadyPlaced")), "{ended:?}");
    }
    let answer = world.ask(&buyer(), "{ orders(first: 10) { nodes { id } } }", json!({})).await;
    assert_eq!(answer["data"]["orders"]["nodes"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_stolen_key_tells_nothing_and_an_expired_one_places_nothing_twice() {
    let world = World::new().await;
    let input = world.to_place(&buyer(), &[(1, 1)], &key(1)).await;
    let order = world.place_only(&buyer(), input.clone()).await;
    // Somebody else's key and input: what it was used for is not for them.
    for stranger in [user(8), seller(1)] {
        let payload = world.change(&stranger, PLACE, input.clone()).await;
        assert_eq!((codes(&payload), &payload["order"]), (vec!["NOT_FOUND"], &Value::Null));
    }
    let own = world.to_place(&user(8), &[(1, 1)], &key(1)).await;
    let theirs = world.place_only(&user(8), own).await;
    assert_ne!(theirs, order);
    // The owner gets the first answer, until the key is forgotten; then the checkout is used up.
    assert_eq!(world.place_only(&buyer(), input.clone()).await, order);
    world.advance(TimeDelta::hours(73));
    let codes_after = codes(&world.change(&buyer(), PLACE, input).await).join(" ");
    assert!(["CHECKOUT_EXPIRED", "CHECKOUT_ALREADY_PLACED"].contains(&codes_after.as_str()), "{codes_after}");
    let answer = world.ask(&buyer(), "{ orders(first: 10) { nodes { id } } }", json!({})).await;
    assert_eq!(answer["data"]["orders"]["nodes"].as_array().unwrap().len(), 1);
}

/// Runs all of them at the same time.
async fn futures<F: Future>(mut all: Vec<std::pin::Pin<Box<F>>>) -> Vec<F::Output> {
    let mut done: Vec<Option<F::Output>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut is_ready = true;
        for (future, slot) in all.iter_mut().zip(&mut done) {
            if slot.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *slot = Some(value),
                    std::task::Poll::Pending => is_ready = false,
                }
            }
        }
        if is_ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn the_answer_waits_for_the_end_of_the_placing() {
    let world = World::new().await;
    let input = world.to_place(&buyer(), &[(1, 2)], &key(1)).await;
    let caller = buyer();
    let placing = world.change(&caller, PLACE, input);
    let answering = async {
        let order = loop {
            let answer = world.ask(&buyer(), "{ orders(first: 1) { nodes { id } } }", json!({})).await;
            match answer["data"]["orders"]["nodes"][0]["id"].as_str() {
                Some(id) => break id.parse().unwrap(),
                None => tokio::task::yield_now().await,
            }
        };
        for step in UNTIL_CONFIRMED {
            world.answer(order, step, None).await;
        }
    };
    let started = Instant::now();
    let (payload, ()) = tokio::join!(placing, answering);
    assert_eq!(payload["order"]["status"], "CONFIRMED", "{payload}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!(payload["order"]["total"]["amount"], "31.10");
    // What was ordered is no longer in the cart.
    let cart = world.ask(&buyer(), "{ cart { lines { id } } }", json!({})).await;
    assert_eq!(cart["data"]["cart"]["lines"], json!([]));
}

#[tokio::test]
async fn what_was_ordered_leaves_the_cart_and_what_was_added_since_stays() {
    let world = World::new().await;
    let input = world.to_place(&buyer(), &[(1, 2), (2, 1)], &key(1)).await;
    world.add(&buyer(), &[(1, 1), (3, 1)]).await;
    world.place_only(&buyer(), input).await;
    let cart = world.ask(&buyer(), "{ cart { lines { quantity title } } }", json!({})).await;
    let left = json!([{ "quantity": 1, "title": "Thing 1" }, { "quantity": 1, "title": "Thing 3" }]);
    assert_eq!(cart["data"]["cart"]["lines"], left);
}

#[tokio::test]
async fn an_order_that_takes_longer_is_answered_as_pending() {
    let world = World::new().await;
    let input = world.to_place(&buyer(), &[(1, 1)], &key(1)).await;
    let started = Instant::now();
    let payload = world.change(&buyer(), PLACE, input).await;
    assert_eq!(payload["order"]["status"], "PENDING");
    assert!((4..8).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn more_than_so_many_do_not_wait() {
    let world = World::new().await;
    let order = world.place(&buyer(), &[(1, 1)]).await;
    let waiting: Vec<_> = (0..10_000).map_while(|_| world.orders.waiters.waiter(order)).collect();
    assert_eq!(waiting.len(), 10_000);
    let input = world.to_place(&user(8), &[(1, 1)], &key(1)).await;
    let started = Instant::now();
    let payload = world.change(&user(8), PLACE, input).await;
    assert_eq!(payload["order"]["status"], "PENDING");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    drop(waiting);
    assert!(world.orders.waiters.waiter(order).is_some());
}

#[tokio::test]
async fn a_checkout_is_refused_when_it_is_late_or_something_has_changed() {
    let world = World::new().await;
    let fresh = world.to_place(&buyer(), &[(1, 1)], &key(1)).await;
    let mut other_hash = fresh.clone();
    other_hash["quoteHash"] = json!("0".repeat(64));
    assert_eq!(codes(&world.change(&buyer(), PLACE, other_hash).await), ["QUOTE_STALE"]);
    for stranger in [user(8), seller(1)] {
        assert_eq!(codes(&world.change(&stranger, PLACE, fresh.clone()).await), ["NOT_FOUND"]);
    }
    world.hear("catalog", product(1, "PUBLISHED", 1251, 2)).await;
    world.drained().await;
    assert_eq!(codes(&world.change(&buyer(), PLACE, fresh.clone()).await), ["QUOTE_STALE"]);
    world.hear("catalog", product(1, "ARCHIVED", 1250, 3)).await;
    world.drained().await;
    assert_eq!(codes(&world.change(&buyer(), PLACE, fresh.clone()).await), ["NOT_FOR_SALE"]);
    world.hear("catalog", product(1, "PUBLISHED", 1250, 4)).await;
    world.drained().await;
    world.advance(TimeDelta::minutes(30));
    assert_eq!(codes(&world.change(&buyer(), PLACE, fresh).await), ["CHECKOUT_EXPIRED"]);
    assert_eq!(
        world.ask(&buyer(), "{ orders(first: 1) { nodes { id } } }", json!({})).await["data"]["orders"]["nodes"],
        json!([])
    );
}

#[tokio::test]
async fn while_nothing_can_be_published_orders_are_refused() {
    let mut world = World::new().await;
    world.stop_workers().await;
    world.place(&user(8), &[(1, 1)]).await;
    let input = world.to_place(&buyer(), &[(1, 1)], &key(1)).await;
    // Workers whose bus is nowhere, and that allow no event to wait.
    let settings = WorkerSettings { backlog_events_max: 0, ..test_settings() };
    let nowhere = Bus::embedded("/dev/null/nowhere".into());
    let (db, times) = (&world.orders.db, (&world.services.clock, &world.services.ids));
    let workers = Workers::new("orders", &nowhere, db, times).settings(settings);
    let mut orders = world.orders.clone();
    orders.backlog = workers.backlog();
    let mut running = tokio::task::JoinSet::new();
    running.spawn(workers.run(std::future::pending()));
    let deadline = Instant::now() + Duration::from_secs(20);
    while orders.backlog.check().is_ok() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = execute(&orders.subgraph(), &buyer(), PLACE, json!({ "input": input })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "DOWNSTREAM_UNAVAILABLE", "{answer}");
    let text = answer["errors"][0]["message"].as_str().unwrap();
    assert!(text.starts_with("no order can be placed"), "{text}");
}

#[tokio::test]
async fn buyers_see_all_of_an_order_and_sellers_their_part_once_it_is_confirmed() {
    let world = World::new().await;
    let order = world.place(&buyer(), &[(1, 2), (2, 1)]).await;
    let variables = json!({ "id": order.to_string() });
    let seen = async |caller: &Caller| world.ask(caller, ORDER, variables.clone()).await["data"]["order"].clone();
    assert_eq!(seen(&buyer()).await["lines"].as_array().unwrap().len(), 2);
    for stranger in [Caller::visitor(), user(8), seller(1)] {
        assert_eq!(seen(&stranger).await, Value::Null);
    }
    for step in UNTIL_CONFIRMED {
        world.answer(order, step, None).await;
    }
    let part = seen(&seller(1)).await;
    assert_eq!(
        (part["lines"].as_array().unwrap().len(), &part["lines"][0]["quantity"], &part["total"]),
        (1, &json!(2), &Value::Null)
    );
    assert_eq!(seen(&seller(3)).await, Value::Null);
    let sales = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Tenant {
      salesOrders(first: 10) { nodes { id itemsTotal { amount } parts { seller { id } lines { title } } } } } } }";
    let wanted = |number: u128| json!({ "r": [{ "__typename": "Tenant", "id": hansa_subgraph_host::testing::tenant_id(number) }] });
    let answer = world.ask(&seller(2), sales, wanted(2)).await;
    let nodes = &answer["data"]["_entities"][0]["salesOrders"]["nodes"];
    assert_eq!(
        (&nodes[0]["itemsTotal"]["amount"], &nodes[0]["parts"][0]["lines"]),
        (&json!("12.50"), &json!([{ "title": "Thing 2" }]))
    );
    for (caller, number) in [(seller(2), 1), (buyer(), 2), (Caller::visitor(), 2)] {
        let answer = world.ask(&caller, sales, wanted(number)).await;
        assert_eq!(answer["data"]["_entities"][0]["salesOrders"], Value::Null, "{answer}");
    }
    let own =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { orders(first: 10) { nodes { id } } } } }";
    let wanted = json!({ "r": [{ "__typename": "User", "id": hansa_subgraph_host::testing::user_id(7) }] });
    let answer = world.ask(&buyer(), own, wanted.clone()).await;
    assert_eq!(answer["data"]["_entities"][0]["orders"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(world.ask(&user(8), own, wanted).await["data"]["_entities"][0]["orders"], Value::Null);
}

#[tokio::test]
async fn orders_and_timelines_are_listed_page_by_page() {
    let world = World::new().await;
    let mut placed = Vec::new();
    for _ in 0..3 {
        placed.push(world.place(&buyer(), &[(1, 1)]).await.to_string());
    }
    placed.reverse();
    let query = "query($first: Int, $after: String, $last: Int, $before: String) {
      orders(first: $first, after: $after, last: $last, before: $before) { nodes { id } pageInfo { endCursor hasNextPage } } }";
    let page = world.ask(&buyer(), query, json!({ "first": 2 })).await["data"]["orders"].clone();
    assert_eq!(
        (&page["nodes"], &page["pageInfo"]["hasNextPage"]),
        (&json!([{ "id": placed[0] }, { "id": placed[1] }]), &json!(true))
    );
    let rest = world.ask(&buyer(), query, json!({ "first": 2, "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(rest["data"]["orders"]["nodes"], json!([{ "id": placed[2] }]));
    let last = world.ask(&buyer(), query, json!({ "last": 1 })).await;
    assert_eq!(last["data"]["orders"]["nodes"], json!([{ "id": placed[2] }]));
    let wrong = world.ask(&buyer(), query, json!({ "first": 101 })).await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let nobody = world.ask(&Caller::visitor(), query, json!({ "first": 1 })).await;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let order = world.completed(&buyer(), &[(2, 1)]).await;
    let query = "query($id: ID!, $first: Int, $after: String, $last: Int) { order(id: $id) {
      timeline(first: $first, after: $after, last: $last) { nodes { type text } pageInfo { endCursor } } } }";
    let id = order.to_string();
    let page = world.ask(&buyer(), query, json!({ "id": id, "first": 1 })).await["data"]["order"]["timeline"].clone();
    assert_eq!(page["nodes"], json!([{ "type": "PLACED", "text": "The order was placed." }]));
    let next =
        world.ask(&buyer(), query, json!({ "id": id, "first": 1, "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(next["data"]["order"]["timeline"]["nodes"][0]["type"], "CONFIRMED");
    let last = world.ask(&buyer(), query, json!({ "id": id, "last": 1 })).await;
    assert_eq!(last["data"]["order"]["timeline"]["nodes"][0]["type"], "PAYMENT_CAPTURED");
    let strange = "query($id: ID!) { orderTimeline(id: $id, first: 1) { nodes { type } } }";
    for (caller, id) in [(user(8), id.clone()), (buyer(), "order_0".to_owned()), (Caller::visitor(), id)] {
        let answer = world.ask(&caller, strange, json!({ "id": id })).await;
        assert_eq!(answer, json!({ "data": { "orderTimeline": null } }));
    }
}

#[tokio::test]
async fn entities_are_null_where_they_are_not_for_the_caller() {
    let world = World::new().await;
    let order = world.confirmed(&buyer(), &[(1, 1), (2, 1)]).await;
    let answer = world.ask(&buyer(), ORDER, json!({ "id": order.to_string() })).await;
    let lines: Vec<Value> =
        answer["data"]["order"]["lines"].as_array().unwrap().iter().map(|line| line["id"].clone()).collect();
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on OrderLine { order { id } variant { id } } } }";
    let wanted = json!({ "r": [
        { "__typename": "Order", "nodeId": order.to_string() },
        { "__typename": "OrderLine", "id": lines[0] },
        { "__typename": "OrderLine", "id": lines[1] },
        { "__typename": "Order", "id": "order_00000000000000000000000000" },
        { "__typename": "OrderLine", "id": "orderline_00000000000000000000000000" },
    ] });
    let seen = async |caller: &Caller| {
        let answer = world.ask(caller, query, wanted.clone()).await;
        let all = answer["data"]["_entities"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        all.iter().map(|one| !one.is_null()).collect::<Vec<_>>()
    };
    assert_eq!(seen(&buyer()).await, [true, true, true, false, false]);
    assert_eq!(seen(&seller(1)).await, [true, true, false, false, false]);
    assert_eq!(seen(&user(8)).await, [false; 5]);
    let checkout = json!({ "shippingMethod": "standard", "deliveryAddressId": ADDRESS });
    world.add(&buyer(), &[(1, 1)]).await;
    assert_eq!(codes(&world.change(&buyer(), CHECKOUT, checkout).await), [""; 0]);
}
