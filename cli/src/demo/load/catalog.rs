//! Categories, vendors and products.

use super::{LoadError, Step, all, identity::People, progress::Progress};
use crate::demo::{
    World,
    goods::{Attribute, AttributeDefinition, AttributeKind, AttributeValue, Category, Product, ProductState, Variant},
    world::opening,
};
use chrono::TimeDelta;
use hansa_catalog::{
    Catalog,
    commands::{
        AttributeDefinitionInput, AttributeInput, AttributeKindInput, CategoryCreateInput, CommandError,
        ProductArchiveInput, ProductCreateInput, ProductPublishInput, VariantInput, VendorCreateInput,
    },
};
use hansa_subgraph_host::{
    Caller, MoneyInput,
    scalars::{CurrencyCode, Decimal},
};
use hansa_values::Money;

/// The platform's own tenant, whose owner makes the categories.
const PLATFORM: usize = 0;

/// The products as the catalog has them, by their place in the world.
#[derive(Debug)]
pub(super) struct Products {
    pub(super) ids: Vec<String>,
    pub(super) made: Vec<hansa_catalog::domain::Product>,
}

pub(super) async fn load(
    catalog: &Catalog,
    world: &World,
    people: &People,
    progress: &Progress,
) -> Result<Products, LoadError> {
    let categories = categories(catalog, world, people, progress).await?;
    let mut vendors = Vec::with_capacity(world.merchants.len());
    for number in 0..world.merchants.len() {
        vendors.push(vendors_of(catalog, world, number, people).await?);
        progress.step();
    }
    let products = world.products.iter().enumerate().map(|(number, product)| {
        let (merchant, vendor) = product.vendor;
        let places = (vendors[merchant][vendor].clone(), categories[product.category].clone());
        make(catalog, (number, product), &people.owners[merchant], places)
    });
    let made = all(products, progress).await?;
    Ok(Products { ids: made.iter().map(|product| product.id.to_string()).collect(), made })
}

/// One after another: parents come before their children.
async fn categories(
    catalog: &Catalog,
    world: &World,
    people: &People,
    progress: &Progress,
) -> Result<Vec<String>, LoadError> {
    let editor = &people.owners[PLATFORM];
    let mut ids: Vec<String> = Vec::with_capacity(world.categories.len());
    for (number, category) in world.categories.iter().enumerate() {
        let step = Step::new("categoryCreate", number, opening() + TimeDelta::hours(10));
        let input = category_input(category, category.parent.map(|parent| ids[parent].clone()));
        let made = catalog.category_create(editor, &step.command(editor), &input).await;
        ids.push(made.map_err(|error| refused(&step, &error))?.value.id.to_string());
        progress.step();
    }
    Ok(ids)
}

fn category_input(category: &Category, parent: Option<String>) -> CategoryCreateInput {
    CategoryCreateInput {
        handle: category.handle.clone(),
        name: category.name.clone(),
        parent_id: parent.map(Into::into),
        attribute_definitions: category.attributes.iter().map(definition_input).collect(),
        ..CategoryCreateInput::default()
    }
}

fn definition_input(definition: &AttributeDefinition) -> AttributeDefinitionInput {
    let (kind, choices) = match &definition.kind {
        AttributeKind::Number => (AttributeKindInput::Number, Vec::new()),
        AttributeKind::Boolean => (AttributeKindInput::Boolean, Vec::new()),
        AttributeKind::Choice(choices) => (AttributeKindInput::Choice, choices.clone()),
    };
    AttributeDefinitionInput {
        name: definition.name.clone(),
        kind,
        unit: definition.unit.clone(),
        choices,
        is_required: false,
    }
}

async fn vendors_of(
    catalog: &Catalog,
    world: &World,
    number: usize,
    people: &People,
) -> Result<Vec<String>, LoadError> {
    let merchant = &world.merchants[number];
    let owner = &people.owners[number];
    let mut ids = Vec::with_capacity(merchant.vendors.len());
    for (place, vendor) in merchant.vendors.iter().enumerate() {
        let step = Step::new("vendorCreate", number * 10 + place, merchant.created_at + TimeDelta::hours(1));
        let input = VendorCreateInput {
            handle: vendor.handle.clone(),
            name: vendor.name.clone(),
            description: vendor.text.clone(),
            currency_code: euro(),
            idempotency_key: None,
        };
        let made = catalog.vendor_create(owner, &step.command(owner), &input).await;
        ids.push(made.map_err(|error| refused(&step, &error))?.value.id.to_string());
    }
    Ok(ids)
}

/// Creates a product, and publishes it unless it is to stay a draft.
async fn make(
    catalog: &Catalog,
    (number, product): (usize, &Product),
    owner: &Caller,
    (vendor, category): (String, String),
) -> Result<hansa_catalog::domain::Product, LoadError> {
    let step = Step::new("productCreate", number, product.created_at);
    let input = ProductCreateInput {
        vendor_id: vendor.into(),
        title: product.title.clone(),
        description: product.text.clone(),
        category_id: Some(category.into()),
        attributes: product.attributes.iter().map(attribute_input).collect(),
        variants: product.variants.iter().map(variant_input).collect(),
        ..ProductCreateInput::default()
    };
    let made = catalog.product_create(owner, &step.command(owner), &input).await;
    let mut made = made.map_err(|error| refused(&step, &error))?.value;
    let id = made.id.to_string();
    if product.state != ProductState::Draft {
        let step = Step::new("productPublish", number, product.created_at + TimeDelta::hours(2));
        let input = ProductPublishInput { id: id.clone().into(), ..ProductPublishInput::default() };
        let published = catalog.product_publish(owner, &step.command(owner), &input).await;
        made = published.map_err(|error| refused(&step, &error))?.value;
    }
    if product.state == ProductState::Archived {
        let step = Step::new("productArchive", number, product.created_at + TimeDelta::days(20));
        let input = ProductArchiveInput { id: id.clone().into(), ..ProductArchiveInput::default() };
        let archived = catalog.product_archive(owner, &step.command(owner), &input).await;
        made = archived.map_err(|error| refused(&step, &error))?.value;
    }
    Ok(made)
}

fn attribute_input(attribute: &Attribute) -> AttributeInput {
    let mut input = AttributeInput { name: attribute.name.clone(), ..AttributeInput::default() };
    match &attribute.value {
        AttributeValue::Text(text) => input.text = Some(text.clone()),
        AttributeValue::Number(number) => input.number = Some(Decimal(number.clone())),
        AttributeValue::Boolean(boolean) => input.boolean = Some(*boolean),
    }
    input
}

fn variant_input(variant: &Variant) -> VariantInput {
    let [width, height, depth] = variant.millimetres.map(|measure| i32::try_from(measure).ok());
    let price = Money { minor_units: variant.cents, currency: euro().0 };
    VariantInput {
        sku: variant.sku.clone(),
        title: variant.title.clone(),
        price: MoneyInput { amount: Decimal(price.amount().to_string()), currency_code: euro() },
        weight_grams: i32::try_from(variant.grams).ok(),
        width_mm: width,
        height_mm: height,
        depth_mm: depth,
        attributes: variant.option.iter().map(attribute_input).collect(),
    }
}

/// All vendors of the demo sell in it.
pub(super) fn euro() -> CurrencyCode {
    CurrencyCode("EUR".parse().expect("the euro is a currency of ISO 4217"))
}

fn refused(step: &Step, error: &CommandError) -> LoadError {
    match error {
        CommandError::Refused(refusals) => step.failed(refusals),
        CommandError::Failed(fault) => step.broke(fault),
    }
}
