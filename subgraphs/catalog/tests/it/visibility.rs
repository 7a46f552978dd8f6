//! Who may do what: every operation by every kind of caller on things of its own tenant and of another, as one table.

use crate::world::{World, eur, merchant, platform, text, variant};
use expect_test::expect_file;
use hansa_subgraph_host::{Caller, testing};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Ids of one tenant's things, made anew for each question.
struct Things {
    vendor: String,
    category: String,
    draft: String,
    published: String,
    archived: String,
    variant: String,
}

async fn things(world: &World, tenant: u128, number: u32) -> Things {
    let owner = merchant(tenant);
    let vendor = world.vendor(&owner, &format!("vendor-{number}")).await;
    let category = world.category(&format!("category-{number}"), None).await;
    let draft = json!({
        "vendorId": vendor, "categoryId": category, "title": format!("Draft {number}"),
        "variants": [variant("D1", "1"), variant("D2", "1")],
    });
    let draft = world.product(&owner, draft).await;
    let published = world.published(&owner, (&vendor, &category), &format!("Published {number}"), "2").await;
    let archived = world.published(&owner, (&vendor, &category), &format!("Archived {number}"), "3").await;
    world.done(&owner, "productArchive", json!({ "id": archived }), "").await;
    let query = format!("{{ product(id: \"{draft}\") {{ variants(first: 1) {{ nodes {{ id }} }} }} }}");
    let variant = text(&world.ask(&owner, &query, json!({})).await["product"]["variants"]["nodes"][0]["id"]);
    Things { vendor, category, draft, published, archived, variant }
}

fn callers() -> Vec<(&'static str, Caller)> {
    let merchant = |roles: &[&str], scopes: &[&str]| testing::member(5, testing::tenant_id(1), roles, scopes);
    vec![
        ("visitor", Caller::visitor()),
        ("user", testing::user(5)),
        ("member", merchant(&["MEMBER"], &["tenant:read"])),
        ("editor", merchant(&["EDITOR"], &["tenant:read", "catalog:write"])),
        ("owner", merchant(&["OWNER"], &["tenant:read", "catalog:write", "tenant:admin"])),
        ("platform", platform()),
    ]
}

fn mutations(things: &Things, number: u32) -> Vec<(&'static str, Value)> {
    let Things { vendor, category, draft, published, variant: variant_id, .. } = things;
    vec![
        ("vendorCreate", json!({ "handle": format!("new-{number}"), "name": "New", "currencyCode": "EUR" })),
        ("vendorUpdate", json!({ "id": vendor, "name": "New" })),
        ("categoryCreate", json!({ "handle": format!("new-{number}"), "name": "New" })),
        ("categoryUpdate", json!({ "id": category, "name": "New" })),
        ("categoryMove", json!({ "id": category })),
        ("productCreate", json!({ "vendorId": vendor, "title": "New", "handle": format!("new-{number}") })),
        ("productUpdate", json!({ "id": draft, "title": "New" })),
        ("productPublish", json!({ "id": draft })),
        ("productArchive", json!({ "id": published })),
        ("variantAdd", json!({ "productId": draft, "variant": variant("NEW", "1") })),
        ("variantUpdate", json!({ "id": variant_id, "title": "New" })),
        ("variantRemove", json!({ "id": variant_id })),
        ("priceSet", json!({ "variantId": variant_id, "price": eur("7") })),
    ]
}

/// Each as a query whose answer is null where nothing is seen.
fn reads(things: &Things) -> Vec<(&'static str, String, &'static str)> {
    let Things { vendor, category, draft, published, archived, variant } = things;
    let entity = |type_name: &str, id: &str| {
        format!("{{ _entities(representations: [{{ __typename: \"{type_name}\", id: \"{id}\" }}]) {{ __typename }} }}")
    };
    let node = |type_name: &str, id: &str| {
        format!(
            "{{ _entities(representations: [{{ __typename: \"{type_name}\", nodeId: \"{id}\" }}]) {{ __typename }} }}"
        )
    };
    let product = |id: &str| format!("{{ product(id: \"{id}\") {{ id }} }}");
    let listed = |status: &str| {
        format!(
            "{{ products(filter: {{ vendorId: \"{vendor}\", status: [{status}] }}, first: 1) {{ nodes {{ id }} }} }}"
        )
    };
    vec![
        ("vendor", format!("{{ vendor(id: \"{vendor}\") {{ id }} }}"), "/vendor/id"),
        (
            "Vendor.productCounts",
            format!("{{ vendor(id: \"{vendor}\") {{ productCounts {{ draft }} }} }}"),
            "/vendor/productCounts/draft",
        ),
        ("category", format!("{{ category(id: \"{category}\") {{ id }} }}"), "/category/id"),
        ("product, draft", product(draft), "/product/id"),
        ("product, published", product(published), "/product/id"),
        ("product, archived", product(archived), "/product/id"),
        ("products, draft", listed("DRAFT"), "/products/nodes/0/id"),
        ("products, published", listed("PUBLISHED"), "/products/nodes/0/id"),
        ("products, archived", listed("ARCHIVED"), "/products/nodes/0/id"),
        ("entity, draft", entity("Product", draft), "/_entities/0/__typename"),
        ("entity, published", entity("Product", published), "/_entities/0/__typename"),
        ("node, draft", node("Product", draft), "/_entities/0/__typename"),
        ("node, archived", node("Product", archived), "/_entities/0/__typename"),
        ("entity, draft's variant", entity("ProductVariant", variant), "/_entities/0/__typename"),
        (
            "variant.priceHistory",
            format!(
                "{{ product(id: \"{published}\") {{ variants(first: 1) {{ nodes {{ priceHistory {{ until }} }} }} }} }}"
            ),
            "/product/variants/nodes/0/priceHistory",
        ),
    ]
}

#[tokio::test]
async fn the_matrix_of_callers_and_operations() {
    let world = World::new().await;
    let mut table = String::new();
    let mut number = 0;
    for (tenant, whose) in [(1, "own"), (2, "other")] {
        for (name, caller) in callers() {
            number += 1;
            let seen = things(&world, tenant, number).await;
            let mut row = |operation: &str, result: &str| {
                writeln!(table, "{whose:5} {name:8} {operation:22} {result}").unwrap();
            };
            for (operation, query, pointer) in reads(&seen) {
                let data = world.ask(&caller, &query, json!({})).await;
                let is_seen = data.pointer(pointer).is_some_and(|value| !value.is_null());
                row(operation, if is_seen { "seen" } else { "-" });
            }
            let mut fresh = seen;
            for place in 0..mutations(&fresh, number).len() {
                number += 1;
                let (operation, input) = mutations(&fresh, number).swap_remove(place);
                let payload = world.run(&caller, operation, input, "").await;
                let code = payload["userErrors"][0]["code"].as_str().unwrap_or("done");
                row(operation, code);
                if code == "done" {
                    number += 1;
                    fresh = things(&world, tenant, number).await;
                }
            }
        }
    }
    expect_file!["visibility.txt"].assert_eq(&table);
    // Of another tenant nobody changes anything; vendors are made for the own tenant, categories belong to none.
    let mut done = table.lines().filter(|line| line.starts_with("other") && line.ends_with("done"));
    assert!(done.all(|line| line.contains(" vendorCreate ") || line.contains(" platform category")), "{table}");
    let mut secret = table.lines().filter(|line| line.starts_with("other") && line.ends_with("seen"));
    assert!(secret.all(|line| !line.contains("draft") && !line.contains("archived")), "{table}");
}
