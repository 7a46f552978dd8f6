//! Variants as GraphQL shows them.

use super::{
    attribute::AttributeObject,
    product::{ProductObject, version},
    reading::reading,
};
use crate::domain::{PriceChange, Variant, VariantId};
use async_graphql::{Context, ID, Object, SimpleObject};
use hansa_subgraph_host::{Money, directives, scalars::DateTime};
use std::sync::Arc;

/// A variant with the product that has it.
#[derive(Debug, Clone)]
pub(super) struct VariantObject {
    variant: Arc<Variant>,
    product: ProductObject,
}

/// A price that was.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct FormerPrice {
    price: Money,
    /// When another took its place.
    until: DateTime,
}

impl VariantObject {
    pub(super) fn find(product: &ProductObject, id: VariantId) -> Option<VariantObject> {
        product.product.variant(id).map(|variant| VariantObject::new(product, variant))
    }

    pub(super) fn new(product: &ProductObject, variant: &Variant) -> VariantObject {
        VariantObject { variant: Arc::new(variant.clone()), product: product.clone() }
    }

    pub(super) fn variant_id(&self) -> VariantId {
        self.variant.id
    }
}

impl From<&PriceChange> for FormerPrice {
    fn from(change: &PriceChange) -> FormerPrice {
        FormerPrice { price: change.price.into(), until: change.until.into() }
    }
}

/// What is bought and shipped: a product in one size, colour or the like.
#[Object(
    name = "ProductVariant",
    directive = directives::key::apply("id".into(), None),
    directive = directives::key::apply("nodeId".into(), None)
)]
impl VariantObject {
    pub(super) async fn id(&self) -> ID {
        self.variant.id.to_string().into()
    }

    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.variant.id.to_string().into()
    }

    /// The vendor's own number.
    async fn sku(&self) -> &str {
        self.variant.sku.as_str()
    }

    async fn title(&self) -> &str {
        self.variant.title.as_str()
    }

    async fn price(&self) -> Money {
        self.variant.price.into()
    }

    /// The last prices before this one, newest first, at most 20. For the vendor's own staff; null for others.
    #[graphql(directive = directives::requires_scopes::apply(directives::scope("tenant:read")))]
    async fn price_history(&self, ctx: &Context<'_>) -> Option<Vec<FormerPrice>> {
        let may_inspect = reading(ctx).may_inspect(self.product.product.tenant);
        may_inspect.then(|| self.variant.price_history.iter().map(FormerPrice::from).collect())
    }

    /// As packed.
    async fn weight_grams(&self) -> Option<i32> {
        measure(self.variant.measures.weight_grams)
    }

    async fn width_mm(&self) -> Option<i32> {
        measure(self.variant.measures.width_mm)
    }

    async fn height_mm(&self) -> Option<i32> {
        measure(self.variant.measures.height_mm)
    }

    async fn depth_mm(&self) -> Option<i32> {
        measure(self.variant.measures.depth_mm)
    }

    /// What this variant has beside or in place of its product's.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn attributes(&self) -> Vec<AttributeObject> {
        self.variant.attributes.iter().map(AttributeObject::from).collect()
    }

    async fn product(&self) -> &ProductObject {
        &self.product
    }

    async fn version(&self) -> i32 {
        version(self.variant.version)
    }
}

fn measure(measure: Option<i64>) -> Option<i32> {
    measure.and_then(|measure| i32::try_from(measure).ok())
}
