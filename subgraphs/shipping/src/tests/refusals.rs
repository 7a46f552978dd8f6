//! Every refusal of the README.

use super::world::{ADDRESS_CREATE, METHOD_CREATE, World, address_input, buyer, codes, method_input, owner, platform};
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};

const ADDRESS_UPDATE: &str = "mutation($input: DeliveryAddressUpdateInput!) {
  deliveryAddressUpdate(input: $input) { address { id } userErrors { code field } }
}";
const ADDRESS_DELETE: &str = "mutation($input: DeliveryAddressDeleteInput!) {
  deliveryAddressDelete(input: $input) { deletedId userErrors { code field } }
}";
const METHOD_UPDATE: &str = "mutation($input: ShippingMethodUpdateInput!) {
  shippingMethodUpdate(input: $input) { method { id } userErrors { code field } }
}";
const LABEL: &str = "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { userErrors { code field } } }";
const DISPATCH: &str =
    "mutation($input: ShipmentDispatchInput!) { shipmentDispatch(input: $input) { userErrors { code field } } }";
const CANCEL: &str =
    "mutation($input: ShipmentCancelInput!) { shipmentCancel(input: $input) { userErrors { code field } } }";

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

async fn check(world: &World, cases: Vec<(Caller, &str, Value, &str)>) {
    for (caller, mutation, input, code) in cases {
        let payload = world.change(&caller, mutation, input.clone()).await;
        assert_eq!(codes(&payload), [code], "{input}");
        let row = format!("| `{code}` |");
        assert!(include_str!("../../README.md").contains(&row), "README.md has no {code}");
    }
}

#[tokio::test]
async fn of_addresses() {
    let world = World::new().await;
    let id = world.address().await;
    let create = |address: Value| json!({ "address": address });
    let key = "a-key-of-an-address";
    let keyed = json!({ "address": address_input(), "idempotencyKey": key });
    assert_eq!(codes(&world.change(&buyer(), ADDRESS_CREATE, keyed).await), [""; 0]);
    let of = |address: &str| json!({ "id": address, "address": address_input() });
    let unknown = "address_00000000000000000000000000";
    let line = |field: &str, text: String| create(with(address_input(), field, json!(text)));
    check(
        &world,
        vec![
            (Caller::visitor(), ADDRESS_CREATE, create(address_input()), "FORBIDDEN"),
            (buyer(), ADDRESS_CREATE, line("recipient", " ".to_owned()), "ADDRESS_INVALID"),
            (buyer(), ADDRESS_CREATE, line("city", "x".repeat(101)), "ADDRESS_INVALID"),
            (buyer(), ADDRESS_CREATE, line("line1", "a\u{7}b".to_owned()), "ADDRESS_INVALID"),
            (buyer(), ADDRESS_CREATE, line("postalCode", "1".repeat(21)), "ADDRESS_INVALID"),
            (buyer(), ADDRESS_CREATE, line("phone", "1".repeat(31)), "ADDRESS_INVALID"),
            (
                buyer(),
                ADDRESS_UPDATE,
                with(of(&id), "address", with(address_input(), "city", json!(""))),
                "ADDRESS_INVALID",
            ),
            (user(51), ADDRESS_UPDATE, of(&id), "NOT_FOUND"),
            (buyer(), ADDRESS_UPDATE, of(unknown), "NOT_FOUND"),
            (buyer(), ADDRESS_UPDATE, of("nonsense"), "NOT_FOUND"),
            (user(51), ADDRESS_DELETE, json!({ "id": id }), "NOT_FOUND"),
            (buyer(), ADDRESS_UPDATE, with(of(&id), "expectedVersion", json!(9)), "VERSION_CONFLICT"),
            (buyer(), ADDRESS_DELETE, json!({ "id": id, "expectedVersion": 9 }), "VERSION_CONFLICT"),
            (
                buyer(),
                ADDRESS_CREATE,
                with(create(address_input()), "idempotencyKey", json!("x")),
                "IDEMPOTENCY_KEY_INVALID",
            ),
            (
                buyer(),
                ADDRESS_CREATE,
                with(line("city", "Kiel".to_owned()), "idempotencyKey", json!(key)),
                "IDEMPOTENCY_KEY_REUSED",
            ),
        ],
    )
    .await;
    for _ in 0..48 {
        world.address().await;
    }
    check(&world, vec![(buyer(), ADDRESS_CREATE, create(address_input()), "TOO_MANY_ADDRESSES")]).await;
}

#[tokio::test]
async fn of_ways_of_shipping() {
    let world = World::new().await;
    let made = world.method("standard", true).await;
    let id = made["method"]["id"].clone();
    let create = |field: &str, value: Value| with(method_input("other", true), field, value);
    let update = |field: &str, value: Value| with(json!({ "id": id }), field, value);
    let dollars = json!({ "amount": "1", "currencyCode": "USD" });
    check(
        &world,
        vec![
            (Caller::visitor(), METHOD_CREATE, method_input("other", true), "FORBIDDEN"),
            (buyer(), METHOD_CREATE, method_input("other", false), "FORBIDDEN"),
            (owner(1), METHOD_CREATE, method_input("other", true), "FORBIDDEN"),
            (owner(1), METHOD_UPDATE, update("name", json!("Mine")), "FORBIDDEN"),
            (platform(), METHOD_CREATE, method_input("standard", true), "CODE_TAKEN"),
            (platform(), METHOD_CREATE, method_input("Not Good", true), "CODE_INVALID"),
            (platform(), METHOD_CREATE, method_input("x", true), "CODE_INVALID"),
            (platform(), METHOD_CREATE, create("name", json!(" ")), "NAME_INVALID"),
            (platform(), METHOD_UPDATE, update("name", json!("x".repeat(81))), "NAME_INVALID"),
            (platform(), METHOD_CREATE, create("basePrice", euros("-1")), "PRICE_INVALID"),
            (platform(), METHOD_UPDATE, update("pricePerKg", euros("10000000.01")), "PRICE_INVALID"),
            (platform(), METHOD_CREATE, create("basePrice", euros("1.001")), "AMOUNT_INVALID"),
            (platform(), METHOD_CREATE, create("pricePerKg", dollars.clone()), "CURRENCY_MISMATCH"),
            (platform(), METHOD_UPDATE, update("basePrice", dollars), "CURRENCY_MISMATCH"),
            (platform(), METHOD_CREATE, create("countries", json!([])), "COUNTRIES_INVALID"),
            (platform(), METHOD_UPDATE, update("expectedVersion", json!(7)), "VERSION_CONFLICT"),
            (platform(), METHOD_UPDATE, json!({ "id": "nonsense" }), "NOT_FOUND"),
            (platform(), METHOD_UPDATE, json!({ "id": "shippingmethod_00000000000000000000000000" }), "NOT_FOUND"),
        ],
    )
    .await;
    let all = world.ask(&platform(), "{ shippingMethods { code } }", json!({})).await;
    assert_eq!(all["data"]["shippingMethods"], json!([{ "code": "standard" }]));
}

#[tokio::test]
async fn of_shipments() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    let of = |id: &str| json!({ "shipmentId": id });
    let own = of(&shipments[0]);
    let early = [LABEL, CANCEL].map(|mutation| (owner(1), mutation, own.clone(), "NOT_CONFIRMED"));
    check(&world, early.to_vec()).await;
    world.confirm(1).await;
    check(
        &world,
        vec![
            (owner(2), LABEL, own.clone(), "NOT_FOUND"),
            (owner(1), LABEL, of("nonsense"), "NOT_FOUND"),
            (owner(1), CANCEL, of("shipment_00000000000000000000000000"), "NOT_FOUND"),
            (buyer(), LABEL, own.clone(), "FORBIDDEN"),
            (buyer(), DISPATCH, own.clone(), "FORBIDDEN"),
            (buyer(), CANCEL, own.clone(), "FORBIDDEN"),
            (owner(1), DISPATCH, own.clone(), "WRONG_STATUS"),
            (owner(1), LABEL, with(own.clone(), "expectedVersion", json!(9)), "VERSION_CONFLICT"),
            (owner(1), LABEL, with(own.clone(), "idempotencyKey", json!("x")), "IDEMPOTENCY_KEY_INVALID"),
        ],
    )
    .await;
    assert_eq!(codes(&world.change(&owner(1), LABEL, own.clone()).await), [""; 0]);
    assert_eq!(codes(&world.change(&owner(1), DISPATCH, own.clone()).await), [""; 0]);
    check(
        &world,
        vec![
            (owner(1), LABEL, own.clone(), "WRONG_STATUS"),
            (owner(1), DISPATCH, own.clone(), "WRONG_STATUS"),
            (owner(1), CANCEL, own, "WRONG_STATUS"),
            (owner(2), CANCEL, of(&shipments[1]), "DISPATCHED"),
        ],
    )
    .await;
    let others = world.planned(2).await;
    world.confirm(2).await;
    assert_eq!(codes(&world.change(&owner(1), LABEL, of(&others[0])).await), [""; 0]);
    assert_eq!(codes(&world.change(&owner(2), CANCEL, of(&others[1])).await), [""; 0]);
    check(
        &world,
        vec![
            (owner(1), DISPATCH, of(&others[0]), "ORDER_CANCELLED"),
            (owner(1), CANCEL, of(&others[1]), "NOT_FOUND"),
            (owner(2), CANCEL, of(&others[1]), "WRONG_STATUS"),
        ],
    )
    .await;
    assert_eq!(codes(&world.change(&owner(1), CANCEL, of(&others[0])).await), [""; 0]);
}
