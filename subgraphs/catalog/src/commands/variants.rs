//! Commands on variants and their prices. Each is a write of the product that has the variant.

use super::{
    CommandError, PriceSetInput, VariantAddInput, VariantInput, VariantRemoveInput, VariantUpdateInput, expect_version,
    inputs::given_attributes,
    products::{SkuPlace, Target, definitions, only_product, recorded},
};
use crate::{
    Catalog,
    domain::{
        Attribute, AttributeDefinition, Checks, Measures, NewVariant, PriceEvent, Product, Refusal, Refusals, Refused,
        Sku, Variant, VariantChanges, VariantId, checked_price,
    },
};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_subgraph_host::{Caller, Done};
use hansa_values::CurrencyCode;

impl Catalog {
    /// Adds a variant to a product.
    pub async fn variant_add(
        &self,
        caller: &Caller,
        command: &Command,
        input: &VariantAddInput,
    ) -> Result<Done<(Product, VariantId)>, CommandError> {
        let id = command.ids.id();
        let target = Target::product(&input.product_id, "productId")?;
        let target = Target { variant: Some(id), sku: SkuPlace::Variant, ..target };
        self.change_product(caller, command, target, |product, tree| {
            let definitions = definitions(product.category, tree);
            let mut checks = Checks::default();
            let read = read_variant(&input.variant, id, (product.currency, &definitions));
            let new = checks.take_within("variant", read);
            let new = checks.finish(new)?;
            let event = product.add_variant(new, &definitions, command.now)?;
            Ok(vec![recorded(product, &event)])
        })
        .await
        .map(|done| of_variant(done, id))
    }

    /// Changes all of a variant but its price.
    pub async fn variant_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: &VariantUpdateInput,
    ) -> Result<Done<(Product, VariantId)>, CommandError> {
        let (target, id) = Target::variant(&input.id, "id")?;
        self.change_product(caller, command, target, |product, tree| {
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
        .map(|done| of_variant(done, id))
    }

    /// Takes a variant out of its product for good.
    pub async fn variant_remove(
        &self,
        caller: &Caller,
        command: &Command,
        input: &VariantRemoveInput,
    ) -> Result<Done<Product>, CommandError> {
        let (target, id) = Target::variant(&input.id, "id")?;
        self.change_product(caller, command, target, |product, _| {
            variant_of_version(product, id, input.expected_version)?;
            let event = product.remove_variant(id, command.now)?;
            Ok(vec![recorded(product, &event)])
        })
        .await
        .map(only_product)
    }

    /// Sets the price of a variant. The price that it has already changes nothing.
    pub async fn price_set(
        &self,
        caller: &Caller,
        command: &Command,
        input: &PriceSetInput,
    ) -> Result<Done<(Product, VariantId)>, CommandError> {
        let (target, id) = Target::variant(&input.variant_id, "variantId")?;
        self.change_product(caller, command, target, |product, _| {
            variant_of_version(product, id, input.expected_version)?;
            let price = checked_price(&input.price.amount.0, input.price.currency_code.0, product.currency);
            let price = price.map_err(|refusal| refusal.at("price"))?;
            let changed = product.set_price(id, price, command.now)?;
            Ok(changed.and_then(|changed| price_recorded(product, id, &changed)).into_iter().collect())
        })
        .await
        .map(|done| of_variant(done, id))
    }
}

/// A product with `id`, unless an earlier command made another.
fn of_variant(done: Done<(Product, Option<VariantId>)>, id: VariantId) -> Done<(Product, VariantId)> {
    done.map(|(product, variant)| (product, variant.unwrap_or(id)))
}

/// Reads a variant in the vendor's currency, with the definitions of the product's category.
pub(super) fn read_variant(
    input: &VariantInput,
    id: VariantId,
    (currency, definitions): (CurrencyCode, &[&AttributeDefinition]),
) -> Result<NewVariant, Refusals> {
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

fn variant_of_version(product: &Product, id: VariantId, expected: Option<i32>) -> Result<&Variant, Refused> {
    let variant = product.variant(id).ok_or_else(|| Refusal::NotFound("variant").at("id"))?;
    expect_version(expected, variant.version)?;
    Ok(variant)
}

fn price_recorded(product: &Product, id: VariantId, event: &PriceEvent) -> Option<DomainEvent> {
    let version = product.variant(id)?.version;
    Some(DomainEvent::new("price", (id.to_string(), version), Some(product.tenant), event))
}
