//! The mutations: each runs the command of its name, and shows what came of it.

use super::{
    category::CategoryObject,
    payloads::{
        CategoryCreatePayload, CategoryMovePayload, CategoryUpdatePayload, PriceSetPayload, ProductArchivePayload,
        ProductCreatePayload, ProductPublishPayload, ProductUpdatePayload, VariantAddPayload, VariantRemovePayload,
        VariantUpdatePayload, VendorCreatePayload, VendorUpdatePayload,
    },
    product::ProductObject,
    reading::reading,
    variant::VariantObject,
    vendor::VendorObject,
};
use crate::{
    Catalog,
    commands::{
        CategoryCreateInput, CategoryMoveInput, CategoryUpdateInput, CommandError, PriceSetInput, ProductArchiveInput,
        ProductCreateInput, ProductPublishInput, ProductUpdateInput, VariantAddInput, VariantRemoveInput,
        VariantUpdateInput, VendorCreateInput, VendorUpdateInput,
    },
    domain::{Category, Product, VariantId},
};
use async_graphql::{Context, Object};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Done, Fault, Outcome, request_context};
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
        Ok(outcome.map(VendorObject::new).into())
    }

    /// Changes a vendor of the acting tenant. Needs the scope `catalog:write`.
    async fn vendor_update(&self, ctx: &Context<'_>, input: VendorUpdateInput) -> Result<VendorUpdatePayload, Fault> {
        let operation = ("vendorUpdate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::vendor_update).await?;
        Ok(outcome.map(VendorObject::new).into())
    }

    /// Adds a category. Needs the scope `catalog:taxonomy`.
    async fn category_create(
        &self,
        ctx: &Context<'_>,
        input: CategoryCreateInput,
    ) -> Result<CategoryCreatePayload, Fault> {
        let operation = ("categoryCreate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::category_create).await?;
        Ok(outcome.load(async |found| category(ctx, found).await).await?.into())
    }

    /// Changes a category. Needs the scope `catalog:taxonomy`.
    async fn category_update(
        &self,
        ctx: &Context<'_>,
        input: CategoryUpdateInput,
    ) -> Result<CategoryUpdatePayload, Fault> {
        let operation = ("categoryUpdate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::category_update).await?;
        Ok(outcome.load(async |found| category(ctx, found).await).await?.into())
    }

    /// Puts a category with all beneath it somewhere else. Needs the scope `catalog:taxonomy`.
    async fn category_move(&self, ctx: &Context<'_>, input: CategoryMoveInput) -> Result<CategoryMovePayload, Fault> {
        let operation = ("categoryMove", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::category_move).await?;
        Ok(outcome.load(async |found| category(ctx, found).await).await?.into())
    }

    /// Makes a draft. Needs the scope `catalog:write`.
    async fn product_create(
        &self,
        ctx: &Context<'_>,
        input: ProductCreateInput,
    ) -> Result<ProductCreatePayload, Fault> {
        let operation = ("productCreate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::product_create).await?;
        Ok(outcome.map(ProductObject::new).into())
    }

    /// Changes a draft or a published product. Needs the scope `catalog:write`.
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        input: ProductUpdateInput,
    ) -> Result<ProductUpdatePayload, Fault> {
        let operation = ("productUpdate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::product_update).await?;
        Ok(outcome.map(ProductObject::new).into())
    }

    /// Shows a draft or an archived product to everybody. Needs the scope `catalog:write`.
    async fn product_publish(
        &self,
        ctx: &Context<'_>,
        input: ProductPublishInput,
    ) -> Result<ProductPublishPayload, Fault> {
        let operation = ("productPublish", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::product_publish).await?;
        Ok(outcome.map(ProductObject::new).into())
    }

    /// Takes a product off the shelf. Needs the scope `catalog:write`.
    async fn product_archive(
        &self,
        ctx: &Context<'_>,
        input: ProductArchiveInput,
    ) -> Result<ProductArchivePayload, Fault> {
        let operation = ("productArchive", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::product_archive).await?;
        Ok(outcome.map(ProductObject::new).into())
    }

    /// Adds a variant to a product. Needs the scope `catalog:write`.
    async fn variant_add(&self, ctx: &Context<'_>, input: VariantAddInput) -> Result<VariantAddPayload, Fault> {
        let operation = ("variantAdd", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::variant_add).await?;
        Ok(outcome.load(variant).await?.into())
    }

    /// Changes a variant, except its price. Needs the scope `catalog:write`.
    async fn variant_update(
        &self,
        ctx: &Context<'_>,
        input: VariantUpdateInput,
    ) -> Result<VariantUpdatePayload, Fault> {
        let operation = ("variantUpdate", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::variant_update).await?;
        Ok(outcome.load(variant).await?.into())
    }

    /// Takes a variant out of its product. Needs the scope `catalog:write`.
    async fn variant_remove(
        &self,
        ctx: &Context<'_>,
        input: VariantRemoveInput,
    ) -> Result<VariantRemovePayload, Fault> {
        let operation = ("variantRemove", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::variant_remove).await?;
        Ok(outcome.map(ProductObject::new).into())
    }

    /// Sets the price of a variant. Needs the scope `catalog:write`.
    async fn price_set(&self, ctx: &Context<'_>, input: PriceSetInput) -> Result<PriceSetPayload, Fault> {
        let operation = ("priceSet", input.idempotency_key.as_deref());
        let outcome = run(ctx, operation, &input, Catalog::price_set).await?;
        Ok(outcome.load(variant).await?.into())
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
    let command = request.command(operation, idempotency_key, input);
    let run = async |command: Command| command_method(&reading(ctx).catalog, request.caller(), &command, input).await;
    Outcome::run(command, run).await
}

/// None for one that was removed since the command was first run.
async fn variant((product, id): (Product, VariantId)) -> Result<Option<VariantObject>, Fault> {
    Ok(VariantObject::find(&ProductObject::new(product), id))
}

/// The category in the tree as it is now.
async fn category(ctx: &Context<'_>, category: Category) -> Result<Option<CategoryObject>, Fault> {
    let taxonomy = reading(ctx).catalog.stores.taxonomy().await.map_err(Fault::store)?;
    Ok(Some(CategoryObject::new(&taxonomy, &Arc::new(category))))
}
