//! The roots of reading.

use super::{
    category::CategoryObject,
    filter::{ProductFilter, ProductOrderInput},
    product::{Listing, ProductObject, product_connection},
    reading::reading,
    vendor::{VendorObject, vendor_page},
};
use crate::domain::{Product, Vendor};
use async_graphql::{Context, ID, Object};
use hansa_documents::StoreError;
use hansa_subgraph_host::{Connection, Fault, PageArguments};

#[derive(Debug)]
pub(super) struct Query;

#[Object]
impl Query {
    /// Null for an id that is unknown, or a product that the caller may not see.
    async fn product(&self, ctx: &Context<'_>, id: ID) -> Option<Result<ProductObject, Fault>> {
        let id = id.parse().ok()?;
        visible_product(ctx, reading(ctx).catalog.stores.product(id).await)
    }

    async fn product_by_handle(&self, ctx: &Context<'_>, handle: String) -> Option<Result<ProductObject, Fault>> {
        visible_product(ctx, reading(ctx).catalog.stores.product_by_handle(&handle).await)
    }

    #[graphql(complexity = "1 + 10 * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a field are its parameters")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        filter: Option<ProductFilter>,
        #[graphql(default)] order_by: ProductOrderInput,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<ProductObject>, Fault>> {
        let listing = Listing { field: "Query.products", filter, order_by, is_of_one_currency: false };
        let arguments = PageArguments { first, after, last, before };
        Some(product_connection(reading(ctx), listing, arguments).await)
    }

    async fn vendor(&self, ctx: &Context<'_>, id: ID) -> Option<Result<VendorObject, Fault>> {
        let id = id.parse().ok()?;
        found_vendor(reading(ctx).catalog.stores.vendor(id).await)
    }

    async fn vendor_by_handle(&self, ctx: &Context<'_>, handle: String) -> Option<Result<VendorObject, Fault>> {
        found_vendor(reading(ctx).catalog.stores.vendor_by_handle(&handle).await)
    }

    /// All vendors, newest last.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a field are its parameters")]
    async fn vendors(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<VendorObject>, Fault>> {
        let reading = reading(ctx);
        let arguments = PageArguments { first, after, last, before };
        let page = match vendor_page(reading, ("Query.vendors", None), arguments) {
            Ok(page) => page,
            Err(fault) => return Some(Err(fault)),
        };
        let found = reading.catalog.stores.vendor_page(&page).await;
        Some(found.map(|vendors| VendorObject::connection(VendorObject::list(vendors), &page)).map_err(Fault::store))
    }

    async fn category(&self, ctx: &Context<'_>, id: ID) -> Option<Result<CategoryObject, Fault>> {
        let id = id.parse().ok()?;
        match reading(ctx).taxonomy().await {
            Ok(taxonomy) => taxonomy.tree.get(id).map(|category| Ok(CategoryObject::new(&taxonomy, category))),
            Err(fault) => Some(Err(fault)),
        }
    }

    async fn category_by_handle(&self, ctx: &Context<'_>, handle: String) -> Option<Result<CategoryObject, Fault>> {
        match reading(ctx).taxonomy().await {
            Ok(taxonomy) => {
                let found = taxonomy.tree.by_handle(&handle);
                found.map(|category| Ok(CategoryObject::new(&taxonomy, category)))
            }
            Err(fault) => Some(Err(fault)),
        }
    }

    /// The roots of the category tree, oldest first.
    async fn categories(&self, ctx: &Context<'_>) -> Option<Result<Vec<CategoryObject>, Fault>> {
        let roots = reading(ctx).taxonomy().await.map(|taxonomy| {
            let roots: Vec<_> = taxonomy.tree.children(None).map(|category| category.id).collect();
            CategoryObject::all(&taxonomy, &roots)
        });
        Some(roots)
    }
}

fn visible_product(
    ctx: &Context<'_>,
    found: Result<Option<Product>, StoreError>,
) -> Option<Result<ProductObject, Fault>> {
    match found {
        Ok(product) => product.filter(|product| reading(ctx).may_read(product)).map(|one| Ok(ProductObject::new(one))),
        Err(error) => Some(Err(Fault::store(error))),
    }
}

fn found_vendor(found: Result<Option<Vendor>, StoreError>) -> Option<Result<VendorObject, Fault>> {
    found.map_err(Fault::store).transpose().map(|found| found.map(VendorObject::new))
}
