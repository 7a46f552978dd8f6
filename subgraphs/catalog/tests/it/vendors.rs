//! Vendors: made by merchants, seen by all.

use crate::world::{World, member, merchant, platform, text};
use hansa_subgraph_host::Caller;
use serde_json::json;

#[tokio::test]
async fn a_merchant_makes_and_changes_a_vendor() {
    let world = World::new().await;
    let input = json!({ "handle": "kraft-und-korn", "name": "Kraft & Korn", "currencyCode": "CHF" });
    let selection = "replayed vendor { id handle name description currencyCode version createdAt }";
    let payload = world.done(&merchant(1), "vendorCreate", input, selection).await;
    let id = text(&payload["vendor"]["id"]);
    assert!(id.starts_with("vendor_"));
    assert_eq!(payload["vendor"]["currencyCode"], "CHF");
    assert_eq!(payload["replayed"], false);
    let change = json!({ "id": id, "expectedVersion": 1, "description": "Bread.\nAnd more." });
    let selection = "vendor { name description version }";
    let payload = world.done(&merchant(1), "vendorUpdate", change, selection).await;
    let changed = json!({ "name": "Kraft & Korn", "description": "Bread.\nAnd more.", "version": 2 });
    assert_eq!(payload["vendor"], changed);
    let world = world.reopened().await;
    let seen = world.see("{ vendorByHandle(handle: \"kraft-und-korn\") { name description version } }").await;
    assert_eq!(seen["vendorByHandle"], changed);
}

#[tokio::test]
async fn a_vendor_belongs_to_its_tenant() {
    let world = World::new().await;
    let id = world.vendor(&merchant(1), "one").await;
    world.vendor(&merchant(2), "two").await;
    let seen = world
        .see("{ vendors(first: 5) { nodes { handle tenant { id vendors(first: 5) { nodes { handle } } } } } }")
        .await;
    let tenant = hansa_subgraph_host::testing::tenant_id(1).to_string();
    assert_eq!(seen["vendors"]["nodes"][0]["tenant"]["id"], tenant.as_str());
    assert_eq!(seen["vendors"]["nodes"][0]["tenant"]["vendors"]["nodes"], json!([{ "handle": "one" }]));
    let change = json!({ "id": id, "name": "Mine now" });
    for caller in [merchant(2), member(1), platform(), Caller::visitor()] {
        assert_eq!(world.refused(&caller, "vendorUpdate", change.clone()).await, ["NOT_FOUND at input.id"]);
    }
}

#[tokio::test]
async fn says_all_that_is_wrong_with_a_vendor() {
    let world = World::new().await;
    let input = json!({ "handle": "-X-", "name": " ", "description": "\u{0}", "currencyCode": "EUR" });
    let errors = world.refused(&merchant(1), "vendorCreate", input).await;
    assert_eq!(
        errors,
        ["HANDLE_INVALID at input.handle", "TEXT_INVALID at input.name", "TEXT_INVALID at input.description"]
    );
    let long = json!({ "handle": "fine", "name": "x".repeat(121), "currencyCode": "EUR" });
    assert_eq!(world.refused(&merchant(1), "vendorCreate", long).await, ["TEXT_INVALID at input.name"]);
    world.vendor(&merchant(1), "taken").await;
    let taken = json!({ "handle": "taken", "name": "Second", "currencyCode": "EUR" });
    assert_eq!(world.refused(&merchant(2), "vendorCreate", taken.clone()).await, ["HANDLE_TAKEN at input.handle"]);
    for caller in [member(1), platform(), Caller::visitor()] {
        assert_eq!(world.refused(&caller, "vendorCreate", taken.clone()).await, ["FORBIDDEN"]);
    }
}

#[tokio::test]
async fn a_change_for_another_version_is_a_conflict() {
    let world = World::new().await;
    let id = world.vendor(&merchant(1), "one").await;
    world.done(&merchant(1), "vendorUpdate", json!({ "id": id, "name": "Second" }), "").await;
    let late = json!({ "id": id, "expectedVersion": 1, "name": "Third" });
    let payload = world.run(&merchant(1), "vendorUpdate", late, "vendor { id }").await;
    assert_eq!(payload["vendor"], json!(null));
    assert_eq!(payload["userErrors"][0]["code"], "VERSION_CONFLICT");
    assert_eq!(payload["userErrors"][0]["currentVersion"], 2);
}
