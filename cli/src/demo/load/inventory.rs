//! A warehouse for each merchant, and stock for what it sells.

use super::{LoadError, Step, all, catalog::Products, identity::People, progress::Progress};
use crate::demo::{World, phrases::fnv};
use chrono::TimeDelta;
use hansa_catalog::domain::{Product, Variant};
use hansa_inventory::{CommandError, Inventory, KnownVariant, StockReceive, WarehouseCreate, WarehouseFacts};
use hansa_values::Id;

/// Of so many variants one is sold out, and one is nearly.
const SOLD_OUT_EVERY: u64 = 16;
const SCARCE_EVERY: u64 = 9;

pub(super) async fn load(
    inventory: &Inventory,
    world: &World,
    (people, products): (&People, &Products),
    progress: &Progress,
) -> Result<(), LoadError> {
    learn(inventory, products, people).await?;
    let merchants = world.merchants.iter().enumerate();
    let warehouses: Vec<Option<String>> = all(
        merchants.map(|(number, merchant)| async move {
            // The marketplace itself sells nothing.
            if merchant.vendors.is_empty() {
                return Ok(None);
            }
            let owner = &people.owners[number];
            let step = Step::new("warehouseCreate", number, merchant.created_at + TimeDelta::hours(3));
            let name = format!("Warehouse of {}", merchant.name);
            let facts = WarehouseFacts { code: "MAIN".to_owned(), name, priority: 1, is_active: true };
            let made = inventory.warehouse_create(owner, &step.command(owner), WarehouseCreate { facts }).await;
            Ok(Some(made.map_err(|error| refused(&step, &error))?.value.id.to_string()))
        }),
        progress,
    )
    .await?;
    let stocked = products.made.iter().zip(&world.products).flat_map(|(product, of_world)| {
        let merchant = of_world.vendor.0;
        product.variants.iter().map(move |variant| (product, variant, merchant))
    });
    let received = stocked.enumerate().map(|(number, (product, variant, merchant))| {
        receive(inventory, number, (product, variant), (people, merchant, &warehouses))
    });
    all(received, progress).await.map(|_| ())
}

/// The catalog's events are on their way while the demo is loaded; this is what they will say.
async fn learn(inventory: &Inventory, products: &Products, people: &People) -> Result<(), LoadError> {
    let Some(owner) = people.owners.first() else { return Ok(()) };
    for (number, product) in products.made.iter().enumerate() {
        let known: Vec<KnownVariant> = product.variants.iter().map(|variant| known(product, variant)).collect();
        let step = Step::new("variantsLearn", number, product.created_at);
        let learnt = inventory.learn_variants(&step.command(owner), &known).await;
        learnt.map_err(|error| refused(&step, &error))?;
    }
    Ok(())
}

fn known(product: &Product, variant: &Variant) -> KnownVariant {
    KnownVariant {
        id: Id::from_uuid(variant.id.uuid()),
        product: product.id.to_string(),
        tenant: product.tenant,
        sku: variant.sku.as_str().to_owned(),
        title: variant.title.as_str().to_owned(),
        status: product.status.as_str().to_owned(),
        product_version: product.version,
    }
}

async fn receive(
    inventory: &Inventory,
    number: usize,
    (product, variant): (&Product, &Variant),
    (people, merchant, warehouses): (&People, usize, &[Option<String>]),
) -> Result<(), LoadError> {
    let quantity = stock_of(variant.sku.as_str());
    if quantity == 0 {
        return Ok(());
    }
    let owner = &people.owners[merchant];
    let Some(warehouse) = warehouses[merchant].clone() else { return Ok(()) };
    let step = Step::new("stockReceive", number, product.created_at + TimeDelta::hours(4));
    let input = StockReceive {
        variant_id: variant.id.to_string(),
        warehouse_id: warehouse,
        quantity,
        reference: Some("first delivery".to_owned()),
        expected_version: None,
    };
    let received = inventory.stock_receive(owner, &step.command(owner), input).await;
    received.map(|_| ()).map_err(|error| refused(&step, &error))
}

/// The same for a number of a variant each time.
fn stock_of(sku: &str) -> i64 {
    let number = fnv(sku);
    match number {
        sold_out if sold_out.is_multiple_of(SOLD_OUT_EVERY) => 0,
        scarce if scarce.is_multiple_of(SCARCE_EVERY) => 1 + (scarce / SCARCE_EVERY % 4) as i64,
        other => 20 + (other % 180) as i64,
    }
}

fn refused(step: &Step, error: &CommandError) -> LoadError {
    match error {
        CommandError::Refused(refusal) => step.failed(format!("{refusal:?}")),
        CommandError::Failed(fault) => step.broke(fault),
    }
}
