//! Products with their variants: DRAFT, then PUBLISHED, then ARCHIVED. Archived ones do not change any more, except
//! that they can be published again.

use super::{
    Attribute, AttributeDefinition, CategoryId, Description, Handle, Label, NewVariant, PriceChange, PriceEvent,
    Refusal, Refusals, Refused, Sku, Variant, VariantChanges, VariantId, VendorId,
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{CurrencyCode, EntityKind, Id, Money, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

pub type ProductId = Id<Product>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub version: i64,
    pub vendor: VendorId,
    /// The vendor's.
    pub tenant: TenantId,
    /// The vendor's.
    pub currency: CurrencyCode,
    pub handle: Handle,
    pub title: Label,
    pub description: Description,
    pub status: ProductStatus,
    pub category: Option<CategoryId>,
    pub attributes: Vec<Attribute>,
    pub variants: Vec<Variant>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When it was first published.
    pub published_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductStatus {
    Draft,
    Published,
    Archived,
}

#[derive(Debug, Clone)]
pub struct NewProduct {
    pub id: ProductId,
    pub vendor: VendorId,
    pub tenant: TenantId,
    pub currency: CurrencyCode,
    pub handle: Handle,
    pub title: Label,
    pub description: Description,
    pub category: Option<CategoryId>,
    pub attributes: Vec<Attribute>,
    pub variants: Vec<NewVariant>,
}

/// What is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ProductChanges {
    pub handle: Option<Handle>,
    pub title: Option<Label>,
    pub description: Option<Description>,
    pub category: Option<CategoryId>,
    pub attributes: Option<Vec<Attribute>>,
}

/// What an event tells of a product: all that others may show or search.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductFacts {
    pub product_id: ProductId,
    pub vendor_id: VendorId,
    pub handle: Handle,
    pub title: Label,
    pub description: Description,
    pub status: ProductStatus,
    pub category_id: Option<CategoryId>,
    pub attributes: Vec<Attribute>,
    pub variants: Vec<VariantFacts>,
}

/// What an event tells of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VariantFacts {
    pub variant_id: VariantId,
    pub sku: Sku,
    pub title: Label,
    pub price: Money,
    pub attributes: Vec<Attribute>,
    /// As it is packed; what is unknown is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_mm: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_mm: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth_mm: Option<i64>,
}

/// Events of the aggregate `product`. A change of a variant is an update of its product; that of a price alone is
/// [`PriceEvent`]'s to tell.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ProductEvent {
    Created(ProductFacts),
    Updated(ProductFacts),
    Published(ProductFacts),
    Archived(ProductFacts),
}

impl EntityKind for Product {
    const PREFIX: &'static str = "product";
    const TYPE_NAME: &'static str = "Product";
}

impl EventContent for ProductEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ProductEvent::Created(_) => "created",
            ProductEvent::Updated(_) => "updated",
            ProductEvent::Published(_) => "published",
            ProductEvent::Archived(_) => "archived",
        }
    }
}

impl fmt::Display for ProductStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl ProductStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            ProductStatus::Draft => "DRAFT",
            ProductStatus::Published => "PUBLISHED",
            ProductStatus::Archived => "ARCHIVED",
        }
    }
}

/// Reading.
impl Product {
    pub const TITLE_CHARACTERS_MAX: usize = 200;

    pub fn title(text: &str) -> Result<Label, Refusal> {
        Label::new(text, "a title", Self::TITLE_CHARACTERS_MAX)
    }

    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    pub fn lowest_price(&self) -> Option<Money> {
        self.variants.iter().map(|variant| variant.price).min_by_key(|price| price.minor_units)
    }

    pub fn highest_price(&self) -> Option<Money> {
        self.variants.iter().map(|variant| variant.price).max_by_key(|price| price.minor_units)
    }

    pub fn facts(&self) -> ProductFacts {
        ProductFacts {
            product_id: self.id,
            vendor_id: self.vendor,
            handle: self.handle.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            status: self.status,
            category_id: self.category,
            attributes: self.attributes.clone(),
            variants: self.variants.iter().map(Variant::facts).collect(),
        }
    }
}

/// Changing. After a refusal, what was tried may stand in the product: throw it away. `definitions` are those that hold
/// in the product's category; a published product stays fit for publication.
impl Product {
    pub fn create(new: NewProduct, now: DateTime<Utc>) -> Result<(Product, ProductEvent), Refused> {
        let NewProduct { id, vendor, tenant, currency, handle, title, description, category, attributes, variants } =
            new;
        let mut product = Product {
            id,
            version: 1,
            vendor,
            tenant,
            currency,
            handle,
            title,
            description,
            status: ProductStatus::Draft,
            category,
            attributes,
            variants: Vec::with_capacity(variants.len()),
            created_at: now,
            updated_at: now,
            published_at: None,
        };
        for (index, variant) in variants.into_iter().enumerate() {
            let pushed = product.push_variant(variant);
            pushed.map_err(|refused| refused.within(&index.to_string()).within("variants"))?;
        }
        let event = ProductEvent::Created(product.facts());
        Ok((product, event))
    }

    /// Attributes that are not given are fitted to the category.
    pub fn update(
        &mut self,
        changes: ProductChanges,
        definitions: &[&AttributeDefinition],
        now: DateTime<Utc>,
    ) -> Result<ProductEvent, Refusals> {
        self.expect_changeable()?;
        let is_other_handle = changes.handle.as_ref().is_some_and(|handle| *handle != self.handle);
        if is_other_handle && self.published_at.is_some() {
            return Err(Refusal::HandleFixed.at("handle").into());
        }
        let attributes = match changes.attributes {
            Some(attributes) => attributes,
            None => Attribute::refitted(&self.attributes, definitions)?,
        };
        for variant in &mut self.variants {
            variant.attributes = Attribute::refitted(&variant.attributes, definitions)?;
        }
        let ProductChanges { handle, title, description, category, attributes: _ } = changes;
        self.handle = handle.unwrap_or_else(|| self.handle.clone());
        self.title = title.unwrap_or_else(|| self.title.clone());
        self.description = description.unwrap_or_else(|| self.description.clone());
        self.category = category.or(self.category);
        self.attributes = attributes;
        self.changed(definitions, now)
    }

    pub fn archive(&mut self, now: DateTime<Utc>) -> Result<ProductEvent, Refused> {
        self.expect_changeable()?;
        self.status = ProductStatus::Archived;
        self.touch(now);
        Ok(ProductEvent::Archived(self.facts()))
    }

    pub fn add_variant(
        &mut self,
        new: NewVariant,
        definitions: &[&AttributeDefinition],
        now: DateTime<Utc>,
    ) -> Result<ProductEvent, Refusals> {
        self.expect_changeable()?;
        self.push_variant(new).map_err(|refused| refused.within("variant"))?;
        self.changed(definitions, now)
    }

    pub fn update_variant(
        &mut self,
        id: VariantId,
        changes: VariantChanges,
        (definitions, now): (&[&AttributeDefinition], DateTime<Utc>),
    ) -> Result<ProductEvent, Refusals> {
        self.expect_changeable()?;
        let is_taken = |sku: &Sku| self.variants.iter().any(|variant| variant.id != id && variant.sku == *sku);
        if let Some(sku) = changes.sku.as_ref().filter(|sku| is_taken(sku)) {
            return Err(Refusal::SkuTaken(sku.as_str().to_owned()).at("sku").into());
        }
        let variant = self.existing_variant(id)?;
        let VariantChanges { sku, title, measures, attributes } = changes;
        variant.sku = sku.unwrap_or_else(|| variant.sku.clone());
        variant.title = title.unwrap_or_else(|| variant.title.clone());
        variant.measures = measures.unwrap_or(variant.measures);
        variant.attributes = attributes.unwrap_or_else(|| std::mem::take(&mut variant.attributes));
        variant.version += 1;
        self.changed(definitions, now)
    }

    pub fn remove_variant(&mut self, id: VariantId, now: DateTime<Utc>) -> Result<ProductEvent, Refused> {
        self.expect_changeable()?;
        self.existing_variant(id)?;
        if self.status == ProductStatus::Published && self.variants.len() == 1 {
            return Err(Refusal::LastVariant.into());
        }
        self.variants.retain(|variant| variant.id != id);
        Ok(self.updated(now))
    }

    /// `None` when the price is that already.
    pub fn set_price(
        &mut self,
        id: VariantId,
        price: Money,
        now: DateTime<Utc>,
    ) -> Result<Option<PriceEvent>, Refused> {
        self.expect_changeable()?;
        let product_id = self.id;
        let variant = self.existing_variant(id)?;
        let before = std::mem::replace(&mut variant.price, price);
        if before == price {
            return Ok(None);
        }
        variant.price_history.insert(0, PriceChange { price: before, until: now });
        variant.price_history.truncate(Variant::PRICE_HISTORY_MAX);
        variant.version += 1;
        let event = PriceEvent::Changed { product_id, variant_id: id, before, after: price };
        self.touch(now);
        Ok(Some(event))
    }

    fn push_variant(&mut self, new: NewVariant) -> Result<(), Refused> {
        if self.variants.len() >= Variant::COUNT_MAX {
            return Err(Refusal::LimitReached { what: "variants", max: Variant::COUNT_MAX }.into());
        }
        if self.variants.iter().any(|variant| variant.sku == new.sku) {
            return Err(Refusal::SkuTaken(new.sku.as_str().to_owned()).at("sku"));
        }
        self.variants.push(Variant::new(new));
        Ok(())
    }

    fn existing_variant(&mut self, id: VariantId) -> Result<&mut Variant, Refused> {
        let found = self.variants.iter_mut().find(|variant| variant.id == id);
        found.ok_or_else(|| Refusal::NotFound("variant").at("id"))
    }

    fn expect_changeable(&self) -> Result<(), Refused> {
        match self.status {
            ProductStatus::Draft | ProductStatus::Published => Ok(()),
            ProductStatus::Archived => Err(Refusal::WrongStatus(self.status).into()),
        }
    }

    fn changed(&mut self, definitions: &[&AttributeDefinition], now: DateTime<Utc>) -> Result<ProductEvent, Refusals> {
        if self.status == ProductStatus::Published {
            self.expect_publishable(definitions)?;
        }
        Ok(self.updated(now))
    }

    fn updated(&mut self, now: DateTime<Utc>) -> ProductEvent {
        self.touch(now);
        ProductEvent::Updated(self.facts())
    }

    pub(super) fn touch(&mut self, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
    }
}
