//! What the platform has taken of a tenant's sales: of every capture its part, less what went back.

use super::world::{World, placed_in_one_tenant, refund};
use hansa_relational::query;
use hansa_subgraph_host::{
    Caller,
    testing::{member, scopes_of, tenant_id, user},
};
use serde_json::{Value, json};

const FEES: &str = "query($r: [_Any!]!, $since: DateTime, $until: DateTime) { _entities(representations: $r) {
  ... on Tenant { fees { charged(since: $since, until: $until) {
    taken { amount } returned { amount } net { amount currencyCode }
  } } }
} }";

fn owner(tenant: u128) -> Caller {
    member(tenant, tenant_id(tenant), &["OWNER"], &scopes_of("MERCHANT", "OWNER"))
}

async fn answer(world: &World, (caller, tenant): (&Caller, u128), times: (Value, Value)) -> Value {
    let r = json!([{ "__typename": "Tenant", "id": tenant_id(tenant) }]);
    world.ask(caller, FEES, json!({ "r": r, "since": times.0, "until": times.1 })).await
}

async fn between(world: &World, tenant: u128, times: (Value, Value)) -> Value {
    let mut answer = answer(world, (&owner(tenant), tenant), times).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["_entities"][0]["fees"]["charged"].take()
}

async fn charged(world: &World, tenant: u128) -> Value {
    between(world, tenant, (Value::Null, Value::Null)).await
}

fn sums(taken: &str, returned: &str, net: &str) -> Value {
    json!([{
        "taken": { "amount": taken }, "returned": { "amount": returned }, "net": { "amount": net, "currencyCode": "EUR" },
    }])
}

#[tokio::test]
async fn each_tenant_sees_the_fees_of_its_own_sales() {
    let world = World::new().await;
    assert_eq!(charged(&world, 1).await, json!([]));
    // 45.00 of tenant 1 and 3.30 of tenant 2, of which a tenth is the platform's.
    world.paid(1).await;
    assert_eq!(charged(&world, 1).await, sums("4.50", "0.00", "4.50"));
    assert_eq!(charged(&world, 2).await, sums("0.33", "0.00", "0.33"));
    // Half of it goes back, and then the rest.
    world.ask_for("refund_requested", refund(1, 4, 26_60)).await;
    assert_eq!(charged(&world, 1).await, sums("4.50", "2.25", "2.25"));
    world.ask_for("refund_requested", refund(1, 5, 26_60)).await;
    assert_eq!(charged(&world, 1).await, sums("4.50", "4.50", "0.00"));
    assert_eq!(charged(&world, 2).await, sums("0.33", "0.33", "0.00"));
}

#[tokio::test]
async fn what_is_disputed_has_gone_back_until_the_dispute_is_won() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_dispute_won").await;
    world.paid_with(2, "sandbox_dispute_lost").await;
    assert_eq!(charged(&world, 1).await, sums("9.00", "0.00", "9.00"));
    world.after(11).await;
    assert_eq!(charged(&world, 1).await, sums("9.00", "9.00", "0.00"));
    world.after(50).await;
    assert_eq!(charged(&world, 1).await, sums("9.00", "4.50", "4.50"));
    super::ledger::check(&world).await;
}

#[tokio::test]
async fn fees_of_some_time_are_those_that_were_posted_in_it() {
    let world = World::new().await;
    let start = world.services.clock.now();
    let at = |seconds: i64| json!((start + chrono::TimeDelta::seconds(seconds)).to_rfc3339());
    world.paid(1).await;
    world.after(100).await;
    world.paid(2).await;
    let one = sums("4.50", "0.00", "4.50");
    assert_eq!(between(&world, 1, (at(0), at(100))).await, one);
    assert_eq!(between(&world, 1, (at(1), Value::Null)).await, one);
    assert_eq!(between(&world, 1, (Value::Null, at(101))).await, sums("9.00", "0.00", "9.00"));
    assert_eq!(between(&world, 1, (at(101), Value::Null)).await, json!([]));
    assert_eq!(between(&world, 1, (at(0), at(0))).await, json!([]));
    let refused = answer(&world, (&owner(1), 1), (at(2), at(1))).await;
    assert_eq!(refused["errors"][0]["message"], "`since` is after `until`");
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    // Others see nothing.
    for caller in [Caller::visitor(), user(50), owner(2)] {
        let seen = answer(&world, (&caller, 1), (Value::Null, Value::Null)).await;
        assert_eq!(seen["data"]["_entities"][0]["fees"], Value::Null, "{caller:?}");
    }
}

#[tokio::test]
async fn fees_of_before_are_known_where_one_tenant_sold_everything() {
    let world = World::new().await;
    world.tell("order", "placed", placed_in_one_tenant(1)).await;
    world.authorise(1, "sandbox_ok").await;
    world.capture(1).await;
    world.ask_for("refund_requested", refund(1, 4, 26_60)).await;
    let known = charged(&world, 1).await;
    assert_eq!(known, sums("5.00", "2.50", "2.50"));
    // The same step on a database that has those postings already.
    let fill = include_str!("../../migrations/sqlite/0006_fee_postings.sql");
    let fill = &fill[fill.find("INSERT").unwrap()..];
    let mut unit = world.payments.store().begin_unit(&world.payments.job_command(None)).await.unwrap();
    query("DELETE FROM fee_postings").execute(&mut unit).await.unwrap();
    query(fill).execute(&mut unit).await.unwrap();
    unit.commit(&()).await.unwrap();
    assert_eq!(charged(&world, 1).await, known);
}
