//! Products of tenants that are suspended, by every way that leads to them.

use crate::{
    Catalog,
    commands::{ProductCreateInput, ProductPublishInput, VariantInput, VendorCreateInput},
    domain::Product,
    suspensions::{LISTENING, TenantTold},
};
use async_graphql::ID;
use hansa_event_sourcing::{CheckpointStore as _, LettersWanted, RecordedEvent, testing::consumed};
use hansa_messaging::testing::{TestWorkers, publish_foreign};
use hansa_subgraph_host::{
    Caller, MoneyInput, Services, Subgraph,
    scalars::{CurrencyCode, Decimal},
    testing,
};
use serde::Deserialize as _;
use serde_json::{Value, json};

struct World {
    catalog: Catalog,
    services: Services,
    subgraph: Subgraph,
    workers: TestWorkers,
    _folder: tempfile::TempDir,
}

fn editor(number: u128) -> Caller {
    testing::member(number, testing::tenant_id(number), &["EDITOR"], &["catalog:write", "tenant:read"])
}

impl World {
    async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let services = testing::services(folder.path());
        let catalog = Catalog::open(&services).await.unwrap();
        let (workers, subgraph) = (TestWorkers::run(catalog.workers()), catalog.subgraph());
        World { catalog, services, subgraph, workers, _folder: folder }
    }

    /// A draft of the tenant with this number, with everything that it needs to be published.
    async fn draft(&self, number: u128, handle: &str) -> Product {
        let run = |operation| super::command(&self.services, &editor(number), operation);
        let input = VendorCreateInput {
            handle: format!("vendor-of-{handle}"),
            name: "Shop".to_owned(),
            description: String::new(),
            currency_code: CurrencyCode("EUR".parse().unwrap()),
            idempotency_key: None,
        };
        let vendor = self.catalog.vendor_create(&editor(number), &run("vendorCreate"), &input).await.unwrap().value;
        let admin = testing::member(9, testing::tenant_id(9), &["ADMIN"], &["catalog:taxonomy"]);
        let category = crate::commands::CategoryCreateInput {
            handle: format!("category-of-{handle}"),
            name: "Things".to_owned(),
            ..Default::default()
        };
        let made = super::command(&self.services, &admin, "categoryCreate");
        let category = self.catalog.category_create(&admin, &made, &category).await.unwrap().value;
        let price = MoneyInput { amount: Decimal("5".to_owned()), currency_code: CurrencyCode("EUR".parse().unwrap()) };
        let variant = VariantInput {
            sku: "L".to_owned(),
            title: "One".to_owned(),
            price,
            weight_grams: None,
            width_mm: None,
            height_mm: None,
            depth_mm: None,
            attributes: Vec::new(),
        };
        let input = ProductCreateInput {
            vendor_id: ID::from(vendor.id.to_string()),
            title: handle.to_owned(),
            handle: Some(handle.to_owned()),
            category_id: Some(ID::from(category.id.to_string())),
            variants: vec![variant],
            ..Default::default()
        };
        self.catalog.product_create(&editor(number), &run("productCreate"), &input).await.unwrap().value
    }

    /// The codes of what was refused.
    async fn publish(&self, number: u128, product: &Product) -> Vec<String> {
        let mutation =
            "mutation($input: ProductPublishInput!) { productPublish(input: $input) { userErrors { code } } }";
        let input = json!({ "input": { "id": product.id } });
        let answer = testing::execute(&self.subgraph, &editor(number), mutation, input).await;
        let errors = answer["data"]["productPublish"]["userErrors"].as_array().unwrap_or_else(|| panic!("{answer}"));
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    }

    async fn tell(&self, event_type: &str, tenant: u128, version: i64) {
        let mut event = consumed(&format!("identity.tenant.{event_type}.v1"));
        event.event_id = uuid::Uuid::now_v7();
        event.stream_id = testing::tenant_id(tenant).to_string();
        event.stream_version = version;
        event.content["tenantId"] = json!(testing::tenant_id(tenant));
        self.hear(event).await;
    }

    async fn hear(&self, event: RecordedEvent) {
        publish_foreign(&self.services.bus, "identity", event).await;
        self.workers.drained().await;
    }

    /// What is seen of a product: by id, by handle, as an entity, as a variant's, in the list, its vendor's and its category's.
    async fn ways(&self, caller: &Caller, product: &Product) -> [bool; 7] {
        let query = "query($id: ID!, $handle: String!, $vendor: ID!, $category: ID!, $reps: [_Any!]!) {
            product(id: $id) { id } productByHandle(handle: $handle) { id }
            _entities(representations: $reps) { __typename }
            products(first: 50) { nodes { id } }
            vendor(id: $vendor) { products(first: 50) { nodes { id } } }
            category(id: $category) { products(first: 50) { nodes { id } } }
        }";
        let variables = json!({
            "id": product.id, "handle": product.handle, "vendor": product.vendor, "category": product.category,
            "reps": [
                { "__typename": "Product", "id": product.id },
                { "__typename": "ProductVariant", "id": product.variants[0].id },
            ],
        });
        let answer = testing::execute(&self.subgraph, caller, query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        let data = &answer["data"];
        let is_in = |list: &Value| list["nodes"].as_array().unwrap().iter().any(|node| node["id"] == json!(product.id));
        [
            !data["product"].is_null(),
            !data["productByHandle"].is_null(),
            !data["_entities"][0].is_null(),
            !data["_entities"][1].is_null(),
            is_in(&data["products"]),
            is_in(&data["vendor"]["products"]),
            is_in(&data["category"]["products"]),
        ]
    }
}

#[tokio::test]
async fn what_a_suspended_tenant_publishes_is_seen_by_nobody_until_it_is_reinstated() {
    let world = World::new().await;
    let (shown, draft, other) =
        (world.draft(1, "shown").await, world.draft(1, "draft").await, world.draft(2, "other").await);
    assert_eq!((world.publish(1, &shown).await, world.publish(2, &other).await), (vec![], vec![]));
    let visitor = Caller::visitor();
    assert_eq!(world.ways(&visitor, &shown).await, [true; 7]);
    world.tell("suspended", 1, 2).await;
    // Told late: it was before.
    world.tell("reinstated", 1, 1).await;
    for caller in [&visitor, &editor(2)] {
        assert_eq!(world.ways(caller, &shown).await, [false; 7]);
        assert_eq!(world.ways(caller, &other).await, [true; 7]);
    }
    // Its staff, while their tokens last, knows it by its id.
    assert_eq!(world.ways(&editor(1), &shown).await[..4], [true; 4]);
    assert_eq!(world.publish(1, &draft).await, ["TENANT_SUSPENDED"]);
    assert_eq!(world.publish(2, &world.draft(2, "another").await).await, [""; 0]);
    assert!(include_str!("../../README.md").contains("`TENANT_SUSPENDED`"));
    world.tell("reinstated", 1, 3).await;
    assert_eq!(world.ways(&visitor, &shown).await, [true; 7]);
    assert_eq!(world.publish(1, &draft).await, [""; 0]);
    assert_eq!(
        world
            .catalog
            .stores
            .documents()
            .letters(LettersWanted { consumer: Some("tenant-suspensions"), ..LettersWanted::default() })
            .await
            .unwrap(),
        []
    );
    // Another process is told of nothing, and reads it.
    world.tell("suspended", 1, 4).await;
    let twin = Catalog::open(&world.services).await.unwrap();
    let (subgraph, services) = (twin.subgraph(), world.services.clone());
    let world = World { catalog: twin, services, subgraph, ..world };
    assert_eq!(world.ways(&visitor, &shown).await, [false; 7]);
    let publish = ProductPublishInput { id: ID::from(draft.id.to_string()), ..Default::default() };
    let command = super::command(&world.services, &editor(1), "productPublish");
    assert!(world.catalog.product_publish(&editor(1), &command, &publish).await.is_err());
    world.workers.stop().await;
}

#[tokio::test]
async fn what_is_no_suspension_is_a_dead_letter_and_the_examples_are_none() {
    let world = World::new().await;
    let event = consumed("identity.tenant.suspended.v1");
    world.hear(RecordedEvent { content: json!({ "tenantId": "nobody" }), ..event }).await;
    let letters = world
        .catalog
        .stores
        .documents()
        .letters(LettersWanted { consumer: Some("tenant-suspensions"), ..LettersWanted::default() })
        .await
        .unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    for (event, version) in LISTENING[0].events {
        let content = consumed(&format!("identity.tenant.{event}.v{version}")).content;
        TenantTold::deserialize(&content).unwrap();
    }
    world.workers.stop().await;
}
