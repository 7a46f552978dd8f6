//! Vendors as GraphQL shows them.

use super::{
    filter::{ProductFilter, ProductOrderInput},
    product::{Listing, ProductObject, products_below, version},
    reading::{Reading, reading},
    tenant::TenantObject,
};
use crate::{
    domain::{ProductStatus, Vendor, VendorId},
    stores::Condition,
};
use async_graphql::{Context, ID, Object, SimpleObject};
use hansa_subgraph_host::{
    Connection, CursorValue, Fault, Page, PageArguments, QueryFingerprint, Siblings, directives,
    scalars::{CurrencyCode, DateTime},
};
use hansa_values::TenantId;
use std::sync::Arc;

/// A vendor among those that were read with it.
#[derive(Debug, Clone)]
pub(super) struct VendorObject {
    pub(super) vendor: Arc<Vendor>,
    vendors: Arc<Siblings<VendorId>>,
    tenants: Arc<Siblings<TenantId>>,
}

/// How many products a vendor has.
#[derive(Debug, Clone, Copy, Default, SimpleObject)]
pub(super) struct ProductCounts {
    draft: i32,
    published: i32,
    archived: i32,
}

/// `field` and the tenant, if any, are what the cursors are bound to.
pub(super) fn vendor_page(
    reading: &Reading,
    (field, tenant): (&str, Option<TenantId>),
    arguments: PageArguments,
) -> Result<Page, Fault> {
    arguments.page(&reading.catalog.services.cursors, QueryFingerprint::of(field, &tenant))
}

impl VendorObject {
    pub(super) fn new(vendor: Vendor) -> VendorObject {
        let (vendors, tenants) = (Siblings::new([vendor.id]), Siblings::new([vendor.tenant]));
        VendorObject { vendor: Arc::new(vendor), vendors, tenants }
    }

    pub(super) fn list(vendors: Vec<Vendor>) -> Vec<VendorObject> {
        VendorObject::lists(vec![vendors]).pop().unwrap_or_default()
    }

    /// Lists that were read together.
    pub(super) fn lists(lists: Vec<Vec<Vendor>>) -> Vec<Vec<VendorObject>> {
        let all = || lists.iter().flatten();
        let vendors = Siblings::new(all().map(|vendor| vendor.id));
        let tenants = Siblings::new(all().map(|vendor| vendor.tenant));
        let object =
            |vendor| VendorObject { vendor: Arc::new(vendor), vendors: vendors.clone(), tenants: tenants.clone() };
        lists.into_iter().map(|vendors| vendors.into_iter().map(object).collect()).collect()
    }

    pub(super) fn connection(vendors: Vec<VendorObject>, page: &Page) -> Connection<VendorObject> {
        let place = |object: &VendorObject| CursorValue { sort_values: Vec::new(), id: object.vendor.id.to_string() };
        Connection::from_rows(vendors, page, place)
    }
}

/// Somebody who sells.
#[Object(
    name = "Vendor",
    directive = directives::key::apply("id".into(), None),
    directive = directives::key::apply("nodeId".into(), None)
)]
impl VendorObject {
    pub(super) async fn id(&self) -> ID {
        self.vendor.id.to_string().into()
    }

    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.vendor.id.to_string().into()
    }

    async fn handle(&self) -> &str {
        self.vendor.handle.as_str()
    }

    async fn name(&self) -> &str {
        self.vendor.name.as_str()
    }

    async fn description(&self) -> &str {
        self.vendor.description.as_str()
    }

    /// What all its prices are in.
    async fn currency_code(&self) -> CurrencyCode {
        CurrencyCode(self.vendor.currency)
    }

    /// Whose vendor this is.
    async fn tenant(&self) -> Option<TenantObject> {
        Some(TenantObject::new(self.vendor.tenant, &self.tenants))
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
        let listing = Listing { field: "Vendor.products", filter, order_by, is_of_one_currency: true };
        let arguments = PageArguments { first, after, last, before };
        let parent = (&*self.vendors, self.vendor.id);
        Some(products_below(reading(ctx), listing, parent, Condition::Vendor, arguments).await)
    }

    /// How many products there are of each status. For the vendor's own staff; null for others.
    #[graphql(directive = directives::requires_scopes::apply(directives::scope("tenant:read")))]
    async fn product_counts(&self, ctx: &Context<'_>) -> Option<Result<ProductCounts, Fault>> {
        let reading = reading(ctx);
        if !reading.may_inspect(self.vendor.tenant) {
            return None;
        }
        let load = async { reading.catalog.stores.product_counts(&self.vendors.ids).await.map_err(Fault::store) };
        let counts = match self.vendors.ask("productCounts", load).await {
            Ok(counts) => counts,
            Err(fault) => return Some(Err(fault)),
        };
        let id = self.vendor.id.to_string();
        let count = |status: ProductStatus| {
            let mut found = counts.iter().filter(|(vendor, name, _)| *vendor == id && name == status.as_str());
            found.next().map_or(0, |(_, _, count)| i32::try_from(*count).unwrap_or(i32::MAX))
        };
        Some(Ok(ProductCounts {
            draft: count(ProductStatus::Draft),
            published: count(ProductStatus::Published),
            archived: count(ProductStatus::Archived),
        }))
    }

    async fn created_at(&self) -> DateTime {
        self.vendor.created_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.vendor.updated_at.into()
    }

    async fn version(&self) -> i32 {
        version(self.vendor.version)
    }
}
