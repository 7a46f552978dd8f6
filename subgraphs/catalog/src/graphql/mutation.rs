//! The mutations: each runs the command of its name, and shows what came of it.

use super::{
    category::CategoryObject,
    payloads::{
        CategoryCreatePayload, CategoryMovePayload, CategoryUpdatePayload, Outcome, PriceSetPayload,
        ProductArchivePayload, ProductCreatePayload, ProductPublishPayload, ProductUpdatePayload, VariantAddPayload,
        VariantRemovePayload, VariantUpdatePayload, VendorCreatePayload, VendorUpdatePayload,
    },
    product::ProductObject,
    reading::{reading, store_fault},
    variant::VariantObject,
    vendor::VendorObject,
};
use crate::{
    Catalog,
    commands::{
        CategoryCreateInput, CategoryMoveInput, CategoryUpdateInput, CommandError, Done, PriceSetInput,
        ProductArchiveInput, ProductCreateInput, ProductPublishInput, ProductUpdateInput, VariantAddInput,
        VariantRemoveInput, VariantUpdateInput, VendorCreateInput, VendorUpdateInput,
    },
    domain::{Category, Product, VariantId},
};
use async_graphql::{Context, Object};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Fault, request_context};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Mutation;

#[Object]
impl Mutation {
    /// Makes a vendor of the acting tenant. Needs the scope `catalog:write`.
    async fn vendor_create(&self, ctx: &Context<'_>, input: VendorCreateInput) -> Result<VendorCreatePayload, Fault> {
        let operation = ("vendorCreate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::vendor_create).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(VendorCreatePayload { vendor: entity.map(VendorObject::new), user_errors, replayed })
    }

    /// Changes a vendor of the acting tenant. Needs the scope `catalog:write`.
    async fn vendor_update(&self, ctx: &Context<'_>, input: VendorUpdateInput) -> Result<VendorUpdatePayload, Fault> {
        let operation = ("vendorUpdate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::vendor_update).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(VendorUpdatePayload { vendor: entity.map(VendorObject::new), user_errors, replayed })
    }

    /// Adds a category. Needs the scope `catalog:taxonomy`.
    async fn category_create(
        &self,
        ctx: &Context<'_>,
        input: CategoryCreateInput,
    ) -> Result<CategoryCreatePayload, Fault> {
        let operation = ("categoryCreate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::category_create).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(CategoryCreatePayload { category: category(ctx, entity).await?, user_errors, replayed })
    }

    /// Changes a category. Needs the scope `catalog:taxonomy`.
    async fn category_update(
        &self,
        ctx: &Context<'_>,
        input: CategoryUpdateInput,
    ) -> Result<CategoryUpdatePayload, Fault> {
        let operation = ("categoryUpdate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::category_update).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(CategoryUpdatePayload { category: category(ctx, entity).await?, user_errors, replayed })
    }

    /// Puts a category with all beneath it somewhere else. Needs the scope `catalog:taxonomy`.
    async fn category_move(&self, ctx: &Context<'_>, input: CategoryMoveInput) -> Result<CategoryMovePayload, Fault> {
        let operation = ("categoryMove", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::category_move).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(CategoryMovePayload { category: category(ctx, entity).await?, user_errors, replayed })
    }

    /// Makes a draft. Needs the scope `catalog:write`.
    async fn product_create(
        &self,
        ctx: &Context<'_>,
        input: ProductCreateInput,
    ) -> Result<ProductCreatePayload, Fault> {
        let operation = ("productCreate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::product_create).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(ProductCreatePayload { product: entity.map(ProductObject::new), user_errors, replayed })
    }

    /// Changes a draft or a published product. Needs the scope `catalog:write`.
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        input: ProductUpdateInput,
    ) -> Result<ProductUpdatePayload, Fault> {
        let operation = ("productUpdate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::product_update).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(ProductUpdatePayload { product: entity.map(ProductObject::new), user_errors, replayed })
    }

    /// Shows a draft or an archived product to everybody. Needs the scope `catalog:write`.
    async fn product_publish(
        &self,
        ctx: &Context<'_>,
        input: ProductPublishInput,
    ) -> Result<ProductPublishPayload, Fault> {
        let operation = ("productPublish", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::product_publish).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(ProductPublishPayload { product: entity.map(ProductObject::new), user_errors, replayed })
    }

    /// Takes a product off the shelf. Needs the scope `catalog:write`.
    async fn product_archive(
        &self,
        ctx: &Context<'_>,
        input: ProductArchiveInput,
    ) -> Result<ProductArchivePayload, Fault> {
        let operation = ("productArchive", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::product_archive).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(ProductArchivePayload { product: entity.map(ProductObject::new), user_errors, replayed })
    }

    /// Adds a variant to a product. Needs the scope `catalog:write`.
    async fn variant_add(&self, ctx: &Context<'_>, input: VariantAddInput) -> Result<VariantAddPayload, Fault> {
        let operation = ("variantAdd", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::variant_add).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(VariantAddPayload { variant: entity.and_then(variant), user_errors, replayed })
    }

    /// Changes a variant, except its price. Needs the scope `catalog:write`.
    async fn variant_update(
        &self,
        ctx: &Context<'_>,
        input: VariantUpdateInput,
    ) -> Result<VariantUpdatePayload, Fault> {
        let operation = ("variantUpdate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::variant_update).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(VariantUpdatePayload { variant: entity.and_then(variant), user_errors, replayed })
    }

    /// Takes a variant out of its product. Needs the scope `catalog:write`.
    async fn variant_remove(
        &self,
        ctx: &Context<'_>,
        input: VariantRemoveInput,
    ) -> Result<VariantRemovePayload, Fault> {
        let operation = ("variantRemove", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::variant_remove).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(VariantRemovePayload { product: entity.map(ProductObject::new), user_errors, replayed })
    }

    /// Sets the price of a variant. Needs the scope `catalog:write`.
    async fn price_set(&self, ctx: &Context<'_>, input: PriceSetInput) -> Result<PriceSetPayload, Fault> {
        let operation = ("priceSet", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::price_set).await?;
        let Outcome { entity, user_errors, is_replayed: replayed } = outcome;
        Ok(PriceSetPayload { variant: entity.and_then(variant), user_errors, replayed })
    }
}

/// Runs a command of the catalog as the caller.
async fn run<T, I: Serialize>(
    ctx: &Context<'_>,
    (operation, idempotency_key): (&'static str, Option<&str>),
    input: &I,
    command_method: impl AsyncFnOnce(&Catalog, &Caller, &Command, &I) -> Result<Done<T>, CommandError>,
) -> Result<Outcome<T>, Fault> {
    let request = request_context(ctx);
    match request.command(operation, idempotency_key, input) {
        Ok(command) => Outcome::of(command_method(&reading(ctx).catalog, request.caller(), &command, input).await),
        Err(error) => Ok(Outcome::refused(vec![error])),
    }
}

/// None for one that was removed since the command was first run.
fn variant((product, id): (Product, VariantId)) -> Option<VariantObject> {
    VariantObject::find(&ProductObject::new(product), id)
}

/// The category in the tree as it is now.
async fn category(ctx: &Context<'_>, entity: Option<Category>) -> Result<Option<CategoryObject>, Fault> {
    let Some(category) = entity else { return Ok(None) };
    let taxonomy = reading(ctx).catalog.stores.taxonomy().await.map_err(store_fault)?;
    Ok(Some(CategoryObject::new(&taxonomy, &Arc::new(category))))
}
