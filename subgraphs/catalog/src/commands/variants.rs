//! Commands on variants and their prices. Each is a write of the product that has the variant.

use super::{
    CommandError, Done, PriceSetInput, VariantAddInput, VariantInput, VariantRemoveInput, VariantUpdateInput,
    expect_version,
    inputs::given_attributes,
    products::{Target, definitions, read_id, recorded},
};
use crate::{
    Catalog,
    domain::{
        Attribute, AttributeDefinition, Checks, Measures, NewVariant, PriceEvent, Product, Refusal, Refused, Sku,
        Variant, VariantChanges, VariantId, checked_price,
    },
};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_subgraph_host::Caller;
use hansa_values::CurrencyCode;

impl Catalog {
    /// Adds a variant to a product; the entity of the answer is the product, whose last variant it is.
    pub async fn variant_add(
        &self,
        caller: &Caller,
        command: &Command,
        input: &VariantAddInput,
    ) -> Result<Done<Product>, CommandError> {
        let target = Target::Product(read_id(&input.product_id, "productId")?);
        let id = command.ids.id();
        self.change_product(caller, command, target, |product, tree| {
            let definitions = definitions(product.category, tree);
            let read = read_variant(&input.variant, id, (product.currency, &definitions));
            let new = read.map_err(|found| found.into_iter().map(|refused| refused.within("variant")).collect::<Vec<_>>())?;
            let event = product.add_variant(new, &definitions, command.now)?;
            Ok(vec![recorded(product, &event)])
        })
        .await
    }

    /// Changes all of a variant but its price.
    pub async fn variant_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: &VariantUpdateInput,
    ) -> Result<Done<Product>, CommandError> {
        let id = read_variant_id(&input.id, "id")?;
        self.change_product(caller, command, Target::Variant(id), |product, tree| {
            let variant = variant_of_version(product, id, input.expected_version)?;
            let definitions = definitions(product.category, tree);
            let mut checks = Checks::default();
            let sku = checks.take("sku", input.sku.as_deref().map(Sku::new).transpose());
            let title = checks.take("title", input.title.as_deref().map(Variant::title).transpose());
            let measures = checks.take_here(variant.measures.with(input.measures()));
            let attributes = input.attributes.as_deref().map(given_attributes);
            let attributes = attributes.map(|given| Attribute::read_all(&given, &definitions)).transpose();
            let attributes = checks.take_within("attributes", attributes);
            let (((sku, title), measures), attributes) = checks.finish(sku.zip(title).zip(measures).zip(attributes))?;
            let changes = VariantChanges { sku, title, measures: Some(measures), attributes };
            let event = product.update_variant(id, changes, (&definitions, command.now))?;
            Ok(vec![recorded(product, &event)])
        })
        .await
    }

    /// Takes a variant out of its product for good.
    pub async fn variant_remove(
        &self,
        caller: &Caller,
        command: &Command,
        input: &VariantRemoveInput,
    ) -> Result<Done<Product>, CommandError> {
        let id = read_variant_id(&input.id, "id")?;
        self.change_product(caller, command, Target::Variant(id), |product, _| {
            variant_of_version(product, id, input.expected_version)?;
            let event = product.remove_variant(id, command.now)?;
            Ok(vec![recorded(product, &event)])
        })
        .await
    }

    /// Sets the price of a variant. The price that it has already changes nothing.
    pub async fn price_set(
        &self,
        caller: &Caller,
        command: &Command,
        input: &PriceSetInput,
    ) -> Result<Done<Product>, CommandError> {
        let id = read_variant_id(&input.variant_id, "variantId")?;
        self.change_product(caller, command, Target::Variant(id), |product, _| {
            variant_of_version(product, id, input.expected_version)?;
            let price = checked_price(&input.price.amount.0, input.price.currency_code.0, product.currency);
            let price = price.map_err(|refusal| vec![refusal.at("price")])?;
            let Some((updated, changed)) = product.set_price(id, price, command.now)? else { return Ok(Vec::new()) };
            let events = [Some(recorded(product, &updated)), price_recorded(product, id, &changed)];
            Ok(events.into_iter().flatten().collect())
        })
        .await
    }
}

/// Reads a variant in the vendor's currency, with the definitions of the product's category.
pub(super) fn read_variant(
    input: &VariantInput,
    id: VariantId,
    (currency, definitions): (CurrencyCode, &[&AttributeDefinition]),
) -> Result<NewVariant, Vec<Refused>> {
    let mut checks = Checks::default();
    let sku = checks.take("sku", Sku::new(&input.sku));
    let title = checks.take("title", Variant::title(&input.title));
    let price = checked_price(&input.price.amount.0, input.price.currency_code.0, currency);
    let price = checks.take("price", price);
    let measures = checks.take_here(Measures::default().with(input.measures()));
    let attributes = Attribute::read_all(&given_attributes(&input.attributes), definitions);
    let attributes = checks.take_within("attributes", attributes);
    let all = sku.zip(title).zip(price).zip(measures).zip(attributes);
    let ((((sku, title), price), measures), attributes) = checks.finish(all)?;
    Ok(NewVariant { id, sku, title, price, measures, attributes })
}

fn read_variant_id(id: &str, field: &str) -> Result<VariantId, Refused> {
    id.parse().map_err(|_| Refusal::NotFound("variant").at(field))
}

fn variant_of_version(product: &Product, id: VariantId, expected: Option<i32>) -> Result<&Variant, Refused> {
    let variant = product.variant(id).ok_or_else(|| Refusal::NotFound("variant").at("id"))?;
    expect_version(expected, variant.version)?;
    Ok(variant)
}

fn price_recorded(product: &Product, id: VariantId, event: &PriceEvent) -> Option<DomainEvent> {
    let version = product.variant(id)?.version;
    Some(DomainEvent::new("price", (id.to_string(), version), Some(product.tenant), event))
}
