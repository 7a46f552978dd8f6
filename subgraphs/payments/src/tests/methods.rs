//! What buyers pay with, and what the platform takes: through the schema.

use super::world::{World, codes};
use hansa_event_sourcing::testing::consumed;
use hansa_messaging::testing::publish_foreign;
use hansa_subgraph_host::{
    Caller,
    testing::{member, scopes_of, tenant_id, user, user_id},
};
use serde_json::{Value, json};

const ATTACH: &str = "mutation($input: PaymentMethodAttachInput!) { paymentMethodAttach(input: $input) {
  paymentMethod { id token label createdAt } replayed userErrors { code field }
} }";
const DETACH: &str = "mutation($input: PaymentMethodDetachInput!) { paymentMethodDetach(input: $input) {
  id replayed userErrors { code field }
} }";
const LIST: &str = "{ paymentMethods { id token } }";

async fn refused(world: &World, (caller, mutation, input): (&Caller, &str, Value), (code, field): (&str, Value)) {
    let payload = world.change(caller, mutation, input.clone()).await;
    assert_eq!(codes(&payload), [code], "{input}");
    assert_eq!(payload["userErrors"][0]["field"], field, "{input}");
    assert!(include_str!("../../README.md").contains(&format!("| `{code}` |")), "README.md has no {code}");
}

#[tokio::test]
async fn a_buyer_keeps_what_they_pay_with() {
    let world = World::new().await;
    let key = "attach-the-first-one";
    let attach = json!({ "token": "sandbox_ok", "idempotencyKey": key });
    let first = world.change(&user(50), ATTACH, attach.clone()).await;
    assert_eq!((codes(&first).len(), &first["paymentMethod"]["label"]), (0, &json!("Sandbox (ok)")), "{first}");
    // The same command, and the same token under another: one method.
    let again = world.change(&user(50), ATTACH, attach).await;
    assert_eq!((&again["paymentMethod"], &again["replayed"]), (&first["paymentMethod"], &json!(true)));
    let other = world.change(&user(50), ATTACH, json!({ "token": "sandbox_ok" })).await;
    assert_eq!(other["paymentMethod"], first["paymentMethod"]);
    world.change(&user(50), ATTACH, json!({ "token": "sandbox_slow" })).await;
    let listed = world.ask(&user(50), LIST, json!({})).await;
    let tokens: Vec<&str> = listed["data"]["paymentMethods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|method| method["token"].as_str().unwrap())
        .collect();
    assert_eq!(tokens, ["sandbox_ok", "sandbox_slow"]);
    // Nobody else has it: another buyer with the same token has their own.
    let others = world.change(&user(51), ATTACH, json!({ "token": "sandbox_ok" })).await;
    assert_ne!(others["paymentMethod"]["id"], first["paymentMethod"]["id"]);
    let id = first["paymentMethod"]["id"].clone();
    refused(&world, (&user(51), DETACH, json!({ "id": id })), ("NOT_FOUND", json!(["input", "id"]))).await;
    let gone = world.change(&user(50), DETACH, json!({ "id": id })).await;
    assert_eq!((&gone["id"], codes(&gone).len()), (&id, 0));
    refused(&world, (&user(50), DETACH, json!({ "id": id })), ("NOT_FOUND", json!(["input", "id"]))).await;
    let listed = world.ask(&user(50), LIST, json!({})).await;
    assert_eq!(listed["data"]["paymentMethods"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn of_whoever_is_erased_none_is_kept() {
    let world = World::new().await;
    world.change(&user(50), ATTACH, json!({ "token": "sandbox_ok" })).await;
    world.change(&user(51), ATTACH, json!({ "token": "sandbox_ok" })).await;
    for _ in 0..2 {
        let mut event = consumed("identity.user.erased.v1");
        event.event_id = world.services.ids.uuid();
        event.content["userId"] = json!(user_id(50));
        publish_foreign(&world.services.bus, "identity", event).await;
        world.drained().await;
    }
    for (number, left) in [(50, 0), (51, 1)] {
        let listed = world.ask(&user(number), LIST, json!({})).await;
        assert_eq!(listed["data"]["paymentMethods"].as_array().unwrap().len(), left, "{number}");
    }
    refused(&world, (&user(50), ATTACH, json!({ "token": "sandbox_ok" })), ("UNAUTHENTICATED", Value::Null)).await;
}

#[tokio::test]
async fn what_is_no_token_is_refused_and_kept_nowhere() {
    let world = World::new().await;
    let token = |token: &str| json!({ "token": token });
    let field = || json!(["input", "token"]);
    for bad in ["", "4242424242424242", "4242-4242-4242-4242", "no spaces", "tok\u{0}", &"x".repeat(201)] {
        refused(&world, (&user(50), ATTACH, token(bad)), ("PAYMENT_METHOD_INVALID", field())).await;
    }
    refused(&world, (&Caller::visitor(), ATTACH, token("tok_1")), ("UNAUTHENTICATED", Value::Null)).await;
    for number in 0..20 {
        assert_eq!(codes(&world.change(&user(50), ATTACH, token(&format!("tok_{number}"))).await), [""; 0]);
    }
    refused(&world, (&user(50), ATTACH, token("tok_20")), ("TOO_MANY_PAYMENT_METHODS", field())).await;
    // One that is there is no new one.
    assert_eq!(codes(&world.change(&user(50), ATTACH, token("tok_7")).await), [""; 0]);
    let nobody = world.ask(&Caller::visitor(), LIST, json!({})).await;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_tenants_staff_sees_what_the_platform_takes() {
    let world = World::new().await;
    let query =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on Tenant { id fees { salesBasisPoints } } } }";
    let wanted = json!({ "r": [
        { "__typename": "Tenant", "id": tenant_id(1) }, { "__typename": "Tenant", "id": tenant_id(2) },
    ] });
    let seen = async |caller: &Caller| {
        let answer = world.ask(caller, query, wanted.clone()).await;
        [0, 1].map(|index| answer["data"]["_entities"][index]["fees"]["salesBasisPoints"].clone())
    };
    let owner = member(1, tenant_id(1), &["OWNER"], &scopes_of("MERCHANT", "OWNER"));
    assert_eq!(seen(&owner).await, [json!(1_000), Value::Null]);
    let platform = member(9, tenant_id(900), &["ADMIN"], &scopes_of("PLATFORM", "ADMIN"));
    assert_eq!(seen(&platform).await, [json!(1_000), json!(1_000)]);
    for stranger in [user(50), Caller::visitor()] {
        assert_eq!(seen(&stranger).await, [Value::Null, Value::Null]);
    }
}
