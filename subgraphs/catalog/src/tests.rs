//! The events that commands leave in the outbox, in the order in which they were written.

mod published;
mod suspensions;

use crate::{
    Catalog,
    commands::{
        CategoryCreateInput, CategoryMoveInput, CategoryUpdateInput, PriceSetInput, ProductArchiveInput,
        ProductCreateInput, ProductPublishInput, ProductUpdateInput, VariantInput, VariantUpdateInput,
        VendorCreateInput, VendorUpdateInput,
    },
};
use async_graphql::ID;
use expect_test::expect;
use hansa_event_sourcing::{Command, EventLog, RecordedEvent};
use hansa_messaging::testing::TestWorkers;
use hansa_subgraph_host::{
    Caller, MoneyInput, Services,
    scalars::{CurrencyCode, Decimal},
    testing,
};

fn command(services: &Services, caller: &Caller, operation: &'static str) -> Command {
    testing::context(services, caller).command(operation, None, &()).unwrap()
}

fn euros(amount: &str) -> MoneyInput {
    MoneyInput { amount: Decimal(amount.to_owned()), currency_code: CurrencyCode("EUR".parse().unwrap()) }
}

fn id(id: impl ToString) -> ID {
    id.to_string().into()
}

/// `aggregate.event` with the version of its stream, and the names of its content's fields.
fn line(event: &RecordedEvent) -> String {
    let fields: Vec<&str> = event.content.as_object().unwrap().keys().map(String::as_str).collect();
    let whose = event.tenant.map_or("nobody's", |_| "a tenant's");
    format!("{}.{} {} {whose}: {}\n", event.aggregate, event.event_type, event.stream_version, fields.join(" "))
}

async fn categories(catalog: &Catalog, services: &Services) -> ID {
    let admin = testing::member(9, testing::tenant_id(9), &["ADMIN"], &["catalog:taxonomy"]);
    let run = |operation| command(services, &admin, operation);
    let make =
        |handle: &str| CategoryCreateInput { handle: handle.to_owned(), name: "Home".to_owned(), ..Default::default() };
    let home = catalog.category_create(&admin, &run("categoryCreate"), &make("home")).await.unwrap().entity;
    let lamps = catalog.category_create(&admin, &run("categoryCreate"), &make("lamps")).await.unwrap().entity;
    let change = CategoryUpdateInput { id: id(lamps.id), name: Some("Lamps".to_owned()), ..Default::default() };
    catalog.category_update(&admin, &run("categoryUpdate"), &change).await.unwrap();
    let put = CategoryMoveInput { id: id(lamps.id), parent_id: Some(id(home.id)), ..Default::default() };
    catalog.category_move(&admin, &run("categoryMove"), &put).await.unwrap();
    id(lamps.id)
}

async fn products(catalog: &Catalog, services: &Services, category: ID) {
    let editor = testing::member(1, testing::tenant_id(1), &["EDITOR"], &["catalog:write"]);
    let run = |operation| command(services, &editor, operation);
    let input = VendorCreateInput {
        handle: "shop".to_owned(),
        name: "Shop".to_owned(),
        description: String::new(),
        currency_code: CurrencyCode("EUR".parse().unwrap()),
        idempotency_key: None,
    };
    let vendor = catalog.vendor_create(&editor, &run("vendorCreate"), &input).await.unwrap().entity;
    let change = VendorUpdateInput { id: id(vendor.id), name: Some("Store".to_owned()), ..Default::default() };
    catalog.vendor_update(&editor, &run("vendorUpdate"), &change).await.unwrap();
    let variant = VariantInput {
        sku: "L".to_owned(),
        title: "One".to_owned(),
        price: euros("5"),
        weight_grams: None,
        width_mm: None,
        height_mm: None,
        depth_mm: None,
        attributes: Vec::new(),
    };
    let input = ProductCreateInput {
        vendor_id: id(vendor.id),
        title: "Lamp".to_owned(),
        category_id: Some(category),
        variants: vec![variant],
        ..Default::default()
    };
    let product = catalog.product_create(&editor, &run("productCreate"), &input).await.unwrap().entity;
    let change = ProductUpdateInput { id: id(product.id), title: Some("Great lamp".to_owned()), ..Default::default() };
    catalog.product_update(&editor, &run("productUpdate"), &change).await.unwrap();
    let publish = ProductPublishInput { id: id(product.id), expected_version: Some(2), ..Default::default() };
    catalog.product_publish(&editor, &run("productPublish"), &publish).await.unwrap();
    let variant = id(product.variants[0].id);
    for amount in ["6", "6.00"] {
        let price = PriceSetInput {
            variant_id: variant.clone(),
            price: euros(amount),
            expected_version: None,
            idempotency_key: None,
        };
        catalog.price_set(&editor, &run("priceSet"), &price).await.unwrap();
    }
    let change = VariantUpdateInput { id: variant, weight_grams: Some(5), ..Default::default() };
    catalog.variant_update(&editor, &run("variantUpdate"), &change).await.unwrap();
    let archive = ProductArchiveInput { id: id(product.id), ..Default::default() };
    catalog.product_archive(&editor, &run("productArchive"), &archive).await.unwrap();
}

#[tokio::test]
async fn every_command_leaves_its_events() {
    let folder = tempfile::tempdir().unwrap();
    let services = testing::services(folder.path());
    let catalog = Catalog::open(&services).await.unwrap();
    let category = categories(&catalog, &services).await;
    products(&catalog, &services, category).await;
    let outboxes = catalog.stores.outboxes().await.unwrap();
    let lines: String = outboxes.iter().flat_map(|entry| &entry.events).map(line).collect();
    expect![[r#"
        category.created 1 nobody's: categoryId handle name description parentId attributeDefinitions
        category.created 1 nobody's: categoryId handle name description parentId attributeDefinitions
        category.updated 2 nobody's: categoryId name description attributeDefinitions
        category.moved 3 nobody's: categoryId fromParentId toParentId
        vendor.onboarded 1 a tenant's: vendorId handle name description currency
        vendor.updated 2 a tenant's: vendorId name description
        product.created 1 a tenant's: productId vendorId handle title description status categoryId attributes variants
        product.updated 2 a tenant's: productId vendorId handle title description status categoryId attributes variants
        product.published 3 a tenant's: productId vendorId handle title description status categoryId attributes variants
        price.changed 2 a tenant's: productId variantId before after
        product.updated 5 a tenant's: productId vendorId handle title description status categoryId attributes variants
        product.archived 6 a tenant's: productId vendorId handle title description status categoryId attributes variants
    "#]].assert_eq(&lines);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_commands_leave_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let services = testing::services(folder.path());
    let catalog = Catalog::open(&services).await.unwrap();
    let workers = TestWorkers::run(catalog.workers());
    let category = categories(&catalog, &services).await;
    products(&catalog, &services, category).await;
    workers.drained().await;
    assert_eq!(catalog.stores.outboxes().await.unwrap(), []);
    let log = catalog.stores.documents();
    let mut published = 0;
    for lane in 0..log.lanes() {
        published += log.after(lane, 0, 100).await.unwrap().len();
    }
    assert_eq!(published, 12);
    workers.stop().await;
}
