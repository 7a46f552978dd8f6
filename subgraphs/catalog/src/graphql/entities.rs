//! Entities for other subgraphs: each type in one batch, so that a thousand keys are one read.

use super::{
    category::CategoryObject,
    product::ProductObject,
    reading::{Reading, reading},
    tenant::TenantObject,
    variant::VariantObject,
    vendor::VendorObject,
};
use crate::domain::{Category, CategoryId, Product, ProductId, Variant, VariantId, Vendor, VendorId};
use async_graphql::{Context, Union};
use hansa_subgraph_host::{Entities, Fault, Loaded, Representations, Siblings};
use hansa_values::{Tenant, TenantId};

#[derive(Debug, Clone, Union)]
#[graphql(name = "_Entity")]
pub(super) enum Entity {
    Vendor(VendorObject),
    Category(CategoryObject),
    Product(ProductObject),
    Variant(VariantObject),
    Tenant(TenantObject),
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, representations: Representations<'a, Self>) -> Representations<'a, Self> {
        let reading = reading(ctx);
        representations
            .by_id::<Vendor, _, _>(|ids| vendors(reading, ids), Entity::Vendor)
            .by_id::<Category, _, _>(|ids| categories(reading, ids), Entity::Category)
            .by_id::<Product, _, _>(|ids| products(reading, ids), Entity::Product)
            .by_id::<Variant, _, _>(|ids| variants(reading, ids), Entity::Variant)
            .by_id::<Tenant, _, _>(tenants, Entity::Tenant)
    }
}

async fn vendors(reading: &Reading, ids: Vec<VendorId>) -> Result<Loaded<VendorId, VendorObject>, Fault> {
    let found = reading.catalog.stores.vendors(&ids).await.map_err(Fault::store)?;
    let objects = VendorObject::list(found.into_values().collect()).into_iter();
    Ok(objects.map(|object| (object.vendor.id, Ok(object))).collect())
}

async fn categories(reading: &Reading, ids: Vec<CategoryId>) -> Result<Loaded<CategoryId, CategoryObject>, Fault> {
    let taxonomy = reading.taxonomy().await?;
    let siblings = Siblings::new(ids.iter().copied());
    let find = |id| Some((id, Ok(CategoryObject::find((&taxonomy, &siblings), id)?)));
    Ok(ids.into_iter().filter_map(find).collect())
}

async fn products(reading: &Reading, ids: Vec<ProductId>) -> Result<Loaded<ProductId, ProductObject>, Fault> {
    let found = reading.catalog.stores.products(&ids).await.map_err(Fault::store)?;
    let visible = found.into_iter().filter(|product| reading.may_read(product)).collect();
    let objects = ProductObject::list(visible).into_iter();
    Ok(objects.map(|object| (object.product.id, Ok(object))).collect())
}

async fn variants(reading: &Reading, ids: Vec<VariantId>) -> Result<Loaded<VariantId, VariantObject>, Fault> {
    let found = reading.catalog.stores.products_of_variants(&ids).await.map_err(Fault::store)?;
    let visible = found.into_iter().filter(|product| reading.may_read(product)).collect();
    let objects = ProductObject::list(visible);
    let find = |id: VariantId| objects.iter().find_map(|product| VariantObject::find(product, id));
    Ok(ids.into_iter().filter_map(|id| Some((id, Ok(find(id)?)))).collect())
}

/// Whether a tenant exists is for its owner to say.
async fn tenants(ids: Vec<TenantId>) -> Result<Loaded<TenantId, TenantObject>, Fault> {
    let siblings = Siblings::new(ids.iter().copied());
    Ok(ids.into_iter().map(|id| (id, Ok(TenantObject::new(id, &siblings)))).collect())
}
