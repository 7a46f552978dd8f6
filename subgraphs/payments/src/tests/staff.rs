//! The schema: what staff and buyers see and do, and every refusal of the README.

use super::world::{World, codes, order_id, placed_in_one_tenant, vendor_id};
use futures_util::{StreamExt as _, stream::BoxStream};
use hansa_subgraph_host::{
    Caller,
    testing::{member, scopes_of, subscribe, tenant_id, user},
};
use serde_json::{Value, json};

const REFUND: &str = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) {
  refund { id status amount { amount currencyCode } reason } payment { id refundableAmount { amount } } replayed
  userErrors { code field }
} }";
const PAYOUT: &str = "mutation($input: PayoutScheduleInput!) { payoutSchedule(input: $input) {
  payout { id amount { amount } vendor { id } } replayed userErrors { code field }
} }";
const PAYMENT: &str = "query($id: ID!) { payment(id: $id) {
  id status amount { amount currencyCode } methodLabel capturedAmount { amount } refundedAmount { amount } order { id }
} }";
const ENTITIES: &str = "query($r: [_Any!]!) { _entities(representations: $r) {
  ... on Order { payments { status } } ... on Vendor { balance { amount currencyCode } } ... on Payment { status }
} }";

fn owner(tenant: u128) -> Caller {
    member(tenant, tenant_id(tenant), &["OWNER"], &scopes_of("MERCHANT", "OWNER"))
}

fn editor() -> Caller {
    member(7, tenant_id(1), &["EDITOR"], &scopes_of("MERCHANT", "EDITOR"))
}

/// Sees payments, and does nothing about them.
fn reader() -> Caller {
    member(8, tenant_id(1), &[], &["payments:read"])
}

fn platform() -> Caller {
    member(9, tenant_id(900), &["ADMIN"], &scopes_of("PLATFORM", "ADMIN"))
}

/// A paid order of tenant 1 alone.
async fn paid(world: &World, order: u128) -> String {
    world.tell("order", "placed", placed_in_one_tenant(order)).await;
    world.authorise(order, "sandbox_ok").await;
    world.capture(order).await;
    world.payment_of(order).await
}

#[tokio::test]
async fn a_payment_is_seen_by_its_buyer_and_by_staff() {
    let world = World::new().await;
    let payment = paid(&world, 1).await;
    let shared = world.paid(2).await;
    let seen = world.ask(&user(50), PAYMENT, json!({ "id": payment })).await;
    let expected = json!({
        "id": payment, "status": "CAPTURED", "amount": { "amount": "53.20", "currencyCode": "EUR" },
        "methodLabel": "Sandbox (ok)", "capturedAmount": { "amount": "53.20" }, "refundedAmount": { "amount": "0.00" },
        "order": { "id": order_id(1) },
    });
    assert_eq!(seen, json!({ "data": { "payment": expected } }));
    let sees = async |caller: &Caller, id: &str| {
        world.ask(caller, PAYMENT, json!({ "id": id })).await["data"]["payment"]["id"] == *id
    };
    for caller in [user(50), owner(1), reader(), platform()] {
        assert!(sees(&caller, &payment).await, "{caller:?}");
    }
    for caller in [Caller::visitor(), user(51), owner(2), editor()] {
        assert!(!sees(&caller, &payment).await, "{caller:?}");
    }
    // Several tenants sell in this order: it is nobody's alone.
    assert!(sees(&user(50), &shared).await && sees(&platform(), &shared).await && !sees(&owner(1), &shared).await);
    let unknown = world.ask(&platform(), PAYMENT, json!({ "id": "payment_00000000000000000000000000" })).await;
    assert_eq!(unknown, json!({ "data": { "payment": null } }));
    assert_eq!(world.ask(&platform(), PAYMENT, json!({ "id": "nonsense" })).await["data"]["payment"], Value::Null);
}

#[tokio::test]
async fn orders_and_vendors_have_payments_and_balances() {
    let world = World::new().await;
    let payment = paid(&world, 1).await;
    let representations = json!({ "r": [
        { "__typename": "Order", "id": order_id(1) },
        { "__typename": "Vendor", "id": vendor_id(1) },
        { "__typename": "Payment", "nodeId": payment },
        { "__typename": "Order", "id": order_id(2) },
    ] });
    let answer =
        async |caller: &Caller| world.ask(caller, ENTITIES, representations.clone()).await["data"]["_entities"].take();
    let own = json!([
        { "payments": [{ "status": "CAPTURED" }] },
        { "balance": [{ "amount": "45.00", "currencyCode": "EUR" }] },
        { "status": "CAPTURED" },
        { "payments": [] },
    ]);
    assert_eq!(answer(&owner(1)).await, own);
    let nothing = json!([{ "payments": [] }, { "balance": null }, null, { "payments": [] }]);
    for caller in [Caller::visitor(), owner(2), editor()] {
        assert_eq!(answer(&caller).await, nothing, "{caller:?}");
    }
}

#[tokio::test]
async fn staff_gives_money_back_once() {
    let world = World::new().await;
    let payment = paid(&world, 1).await;
    let input = json!({
        "paymentId": payment, "amount": { "amount": "10.00", "currencyCode": "EUR" }, "reason": " Broken ",
        "idempotencyKey": "refund-number-one",
    });
    let first = world.change(&owner(1), REFUND, input.clone()).await;
    assert_eq!((codes(&first).len(), &first["replayed"]), (0, &json!(false)), "{first}");
    assert_eq!(first["refund"]["reason"], "Broken");
    assert_eq!(first["payment"]["refundableAmount"]["amount"], "43.20");
    world.drained().await;
    let again = world.change(&owner(1), REFUND, input).await;
    assert_eq!((&again["replayed"], &again["refund"]["status"]), (&json!(true), &json!("SUCCEEDED")));
    assert_eq!(again["refund"]["id"], first["refund"]["id"]);
    // Without an amount: what is left.
    let rest = json!({ "paymentId": payment, "reason": "All of it", "idempotencyKey": "refund-number-two" });
    let rest = world.change(&platform(), REFUND, rest).await;
    assert_eq!(rest["refund"]["amount"], json!({ "amount": "43.20", "currencyCode": "EUR" }));
    world.drained().await;
    let seen = world.ask(&user(50), PAYMENT, json!({ "id": payment })).await;
    assert_eq!(seen["data"]["payment"]["status"], "REFUNDED");
}

#[tokio::test]
async fn staff_schedules_payouts_and_sees_them() {
    let world = World::new().await;
    paid(&world, 1).await;
    let input = |amount: &str, key: &str| {
        json!({
            "vendorId": vendor_id(1), "amount": { "amount": amount, "currencyCode": "EUR" }, "idempotencyKey": key,
        })
    };
    let first = world.change(&owner(1), PAYOUT, input("20.00", "payout-number-one")).await;
    assert_eq!(first["payout"]["amount"]["amount"], "20.00", "{first}");
    let again = world.change(&owner(1), PAYOUT, input("20.00", "payout-number-one")).await;
    assert_eq!((&again["replayed"], &again["payout"]["id"]), (&json!(true), &first["payout"]["id"]));
    let query = "{ payouts(first: 5) { nodes { id } } ledgerBalance(first: 10) {
      nodes { kind vendor { id } balance { amount } } pageInfo { hasNextPage }
    } }";
    let seen = world.ask(&owner(1), query, json!({})).await;
    assert_eq!(seen["data"]["payouts"]["nodes"], json!([{ "id": first["payout"]["id"] }]));
    let vendor =
        json!({ "kind": "VENDOR_PAYABLE", "vendor": { "id": vendor_id(1) }, "balance": { "amount": "25.00" } });
    assert_eq!(seen["data"]["ledgerBalance"]["nodes"], json!([vendor]));
    let three = "{ ledgerBalance(first: 3) { nodes { kind } pageInfo { hasNextPage } } }";
    let all = world.ask(&platform(), three, json!({})).await;
    assert_eq!(all["data"]["ledgerBalance"]["pageInfo"]["hasNextPage"], true, "{all}");
    for (caller, code) in [(Caller::visitor(), "UNAUTHENTICATED"), (editor(), "FORBIDDEN")] {
        let answer = world.ask(&caller, query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code);
        assert_eq!(answer["data"], json!({ "payouts": null, "ledgerBalance": null }));
    }
    let scheduled = world.log().await.into_iter().find(|event| event.aggregate == "payout").unwrap();
    assert_eq!(scheduled.tenant, Some(tenant_id(1)));
    super::ledger::check(&world).await;
}

#[tokio::test]
async fn every_refusal_of_the_readme_can_be_met() {
    let world = World::new().await;
    let payment = paid(&world, 1).await;
    world.tell("order", "placed", placed_in_one_tenant(2)).await;
    world.authorise(2, "sandbox_ok").await;
    let authorised = world.payment_of(2).await;
    let key = "a-key-for-one-refund";
    let refund = |payment: &str, amount: &str, currency: &str| {
        json!({
            "paymentId": payment, "amount": { "amount": amount, "currencyCode": currency }, "reason": "x",
            "idempotencyKey": format!("refund-key-{}-{amount}-{currency}", &payment[payment.len() - 4..]),
        })
    };
    let with = |mut input: Value, field: &str, value: Value| {
        input[field] = value;
        input
    };
    let first = world.change(&owner(1), REFUND, with(refund(&payment, "1", "EUR"), "idempotencyKey", json!(key))).await;
    assert_eq!(codes(&first), [""; 0]);
    let payout = |amount: &str, currency: &str| {
        json!({
            "vendorId": vendor_id(1), "amount": { "amount": amount, "currencyCode": currency },
            "idempotencyKey": format!("payout-key-{amount}-{currency}"),
        })
    };
    let unknown = "payment_00000000000000000000000000";
    let cases = [
        (owner(2), REFUND, refund(&payment, "2", "EUR"), "NOT_FOUND"),
        (owner(1), REFUND, refund(unknown, "2", "EUR"), "NOT_FOUND"),
        (owner(1), REFUND, refund("nonsense", "2", "EUR"), "NOT_FOUND"),
        (reader(), REFUND, refund(&payment, "2", "EUR"), "FORBIDDEN"),
        (user(50), REFUND, refund(&payment, "2", "EUR"), "FORBIDDEN"),
        (owner(1), REFUND, refund(&payment, "0", "EUR"), "AMOUNT_NOT_POSITIVE"),
        (owner(1), REFUND, refund(&payment, "-1", "EUR"), "AMOUNT_NOT_POSITIVE"),
        (owner(1), REFUND, refund(&payment, "1.001", "EUR"), "AMOUNT_INVALID"),
        (owner(1), REFUND, refund(&payment, "2", "USD"), "CURRENCY_MISMATCH"),
        (owner(1), REFUND, refund(&payment, "52.21", "EUR"), "REFUND_TOO_LARGE"),
        (owner(1), REFUND, refund(&authorised, "2", "EUR"), "NOT_CAPTURED"),
        (owner(1), REFUND, with(refund(&payment, "2", "EUR"), "reason", json!(" ")), "REASON_INVALID"),
        (owner(1), REFUND, with(refund(&payment, "2", "EUR"), "reason", json!("x".repeat(201))), "REASON_INVALID"),
        (
            owner(1),
            REFUND,
            with(refund(&payment, "2", "EUR"), "idempotencyKey", json!("short")),
            "IDEMPOTENCY_KEY_INVALID",
        ),
        (owner(1), REFUND, with(refund(&payment, "3", "EUR"), "idempotencyKey", json!(key)), "IDEMPOTENCY_KEY_REUSED"),
        (owner(2), PAYOUT, payout("1", "EUR"), "NOT_FOUND"),
        (owner(1), PAYOUT, with(payout("1", "EUR"), "vendorId", json!(vendor_id(77))), "NOT_FOUND"),
        (reader(), PAYOUT, payout("1", "EUR"), "FORBIDDEN"),
        (owner(1), PAYOUT, payout("0", "EUR"), "AMOUNT_NOT_POSITIVE"),
        (owner(1), PAYOUT, payout("1", "USD"), "CURRENCY_MISMATCH"),
        (owner(1), PAYOUT, payout("45.01", "EUR"), "BALANCE_TOO_SMALL"),
    ];
    for (caller, mutation, input, code) in cases {
        let payload = world.change(&caller, mutation, input.clone()).await;
        assert_eq!(codes(&payload), [code], "{input}");
        let row = format!("| `{code}` |");
        assert!(include_str!("../../README.md").contains(&row), "README.md has no {code}");
    }
}

#[tokio::test]
async fn what_becomes_of_a_payment_is_told_as_it_happens() {
    let world = World::new().await;
    world.authorise(1, "sandbox_ok").await;
    let payment = world.payment_of(1).await;
    let query = "subscription($id: ID!, $after: String) {
      paymentStatusChanged(id: $id, after: $after) { position status payment { id capturedAmount { amount } } }
    }";
    let mut changes = subscribe(&world.subgraph, &user(50), query, json!({ "id": payment }));
    // A request that comes again is answered again: until the subscriber, who may not have been there before, is told.
    let first = loop {
        tokio::select! {
            first = next(&mut changes) => break first,
            () = world.capture(1) => {}
        }
    };
    world.drained().await;
    let change = &first["data"]["paymentStatusChanged"];
    assert_eq!(change["status"], "CAPTURED", "{first}");
    assert_eq!(change["payment"], json!({ "id": payment, "capturedAmount": { "amount": "53.20" } }));
    world.ask_for("refund_requested", super::world::refund(1, 4, 3_20)).await;
    let variables = json!({ "id": payment, "after": change["position"] });
    let mut resumed = subscribe(&world.subgraph, &user(50), query, variables);
    let again = next(&mut resumed).await;
    assert_eq!(again["data"]["paymentStatusChanged"]["status"], "PARTIALLY_REFUNDED", "as it is by now: {again}");
    for (caller, id, after) in [
        (user(51), payment.as_str(), None),
        (user(50), "payment_00000000000000000000000000", None),
        (user(50), "nonsense", None),
        (user(50), payment.as_str(), Some("nonsense")),
    ] {
        let mut refused = subscribe(&world.subgraph, &caller, query, json!({ "id": id, "after": after }));
        let answer = next(&mut refused).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
}

async fn next(changes: &mut BoxStream<'static, Value>) -> Value {
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), changes.next()).await;
    waited.expect("something is told").expect("the stream goes on")
}
