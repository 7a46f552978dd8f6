//! Ids of other tenants, of other types, of removed things, and of nothing: by every way that takes an id.

use super::passports::{ask, header, minter};
use crate::{client::Client, system::System};
use hansa_event_sourcing::Clock;
use hansa_passport::Claims;
use serde_json::{Value, json};

const NODE: &str = "query Node($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { id } }";
const PRODUCT: &str = "query Product($id: ID!) { product(id: $id) { id } }";

pub(crate) fn unknown_and_forbidden_look_alike(system: &System) {
    let (visitor, ada, berta) =
        (Client::visitor(&system.origin), Client::login(system, "ada"), Client::login(system, "berta"));
    let draft = draft(&berta);
    let seen = berta.data(NODE, &json!({ "id": draft }));
    assert_eq!(seen["node"], json!({ "__typename": "Product", "id": draft }), "staff sees it");
    let removed = removed_post(&ada);
    let published = visitor.data("{ products(first: 1) { nodes { id } } }", &json!({}));
    let published = published["products"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(visitor.data(NODE, &json!({ "id": published }))["node"]["id"], json!(published));
    let ids = [
        ("of a draft of another tenant", draft.clone()),
        ("of a removed post", removed),
        ("of nothing", format!("{}{}", &published[..published.len() - 4], "zzzz")),
        ("that has another type", published.replacen("product_", "vendor_", 1)),
        ("of an unknown type", published.replacen("product_", "ship_", 1)),
        ("that is malformed", "product_".to_owned()),
        ("that is empty", String::new()),
        ("with a quote", "product_'\"\\".to_owned()),
        ("that is long", "x".repeat(5_000)),
    ];
    for client in [&visitor, &ada] {
        let unknown = without_trace(client.answer(NODE, &json!({ "id": ids[2].1 })));
        for (what, id) in &ids {
            let answer = without_trace(client.answer(NODE, &json!({ "id": id })));
            assert_eq!(answer["data"], json!({ "node": null, "nodes": [null] }), "an id {what}");
            // What exists and what does not cannot be told apart, by no error either.
            let is_told_apart = answer != unknown && what.starts_with("of a ");
            assert!(!is_told_apart, "an id {what}: {answer:#}");
            let answer = client.answer(PRODUCT, &json!({ "id": id }));
            assert_eq!((answer.get("errors"), &answer["data"]), (None, &json!({ "product": null })), "an id {what}");
        }
    }
    for (what, id) in &ids[..3] {
        let input = json!({ "id": id, "title": "Mine now" });
        assert_eq!(ada.refused("productUpdate", &input), ["NOT_FOUND"], "an id {what}");
    }
    let many = vec![published; 101];
    let answer = visitor.answer("query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }", &json!({ "ids": many }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer:#}");
}

/// The way that only the router has: `_entities`, with whatever representations.
pub(crate) fn entities_are_checked(system: &System) {
    let now = Clock::system().now();
    let draft = draft(&Client::login(system, "berta"));
    let visitor = Client::visitor(&system.origin);
    let published = visitor.data("{ products(first: 1) { nodes { id } } }", &json!({}));
    let published = published["products"]["nodes"][0]["id"].clone();
    let passport = header(&minter(system, now).mint(&Claims::default(), &["catalog"], now).unwrap());
    let asked = |representations: Value| {
        let text = "query E($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Product { id } } }";
        let body = json!({ "query": text, "variables": { "r": representations } }).to_string();
        ask(system, "catalog", &passport, &body)
    };
    let product = |id: &Value| json!({ "__typename": "Product", "id": id });
    let answer = asked(json!([
        product(&published),
        product(&json!(draft)),
        { "__typename": "Product", "nodeId": draft },
        { "__typename": "Product", "nodeId": published, "tenant": "tenant_0", "status": "DRAFT" },
        product(&json!("product_zzz")),
        product(&published),
    ]));
    let answer = answer.json();
    let found = json!({ "__typename": "Product", "id": published });
    assert_eq!(answer["data"]["_entities"], json!([found, null, null, found, null, found]), "{answer:#}");
    for (what, representations) in [
        ("of a type that nobody has", json!([{ "__typename": "Ship", "id": "ship_0" }])),
        ("without a type", json!([{ "id": published }])),
        ("that are no objects", json!(["Product"])),
        ("too many of them", Value::Array(vec![product(&published); 10_000])),
    ] {
        let response = asked(representations);
        let answer = response.json();
        let is_empty = answer["data"]["_entities"].as_array().is_none_or(|list| list.iter().all(Value::is_null));
        assert!(is_empty, "representations {what}: {}", response.text());
        if what == "too many of them" {
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{}", response.text());
        }
    }
}

/// Each answer has another trace.
fn without_trace(mut answer: Value) -> Value {
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]["traceId"].take();
    }
    answer
}

/// A draft of the tenant of `staff`.
pub(crate) fn draft(staff: &Client) -> String {
    let query = "{ actingTenant { vendors(first: 10) { nodes { products(first: 1, filter: { status: [DRAFT] }) { nodes { id } } } } } }";
    let answer = staff.data(query, &json!({}));
    let vendors = answer["actingTenant"]["vendors"]["nodes"].as_array().unwrap();
    let draft = vendors.iter().find_map(|vendor| vendor["products"]["nodes"][0]["id"].as_str());
    draft.unwrap_or_else(|| panic!("no draft: {answer:#}")).to_owned()
}

fn removed_post(author: &Client) -> String {
    let input = json!({ "body": "Gone in a moment", "idempotencyKey": "removed-post-0001" });
    let post = author.done("postPublish", "post { id }", &input)["post"]["id"].as_str().unwrap().to_owned();
    author.done("postRemove", "", &json!({ "postId": post }));
    post
}
