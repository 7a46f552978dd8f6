//! Vendors as GraphQL shows them.

use super::{
    filter::{ProductFilter, ProductOrderInput},
    product::{Listing, ProductObject, product_connection, version},
    reading::{Reading, reading, store_fault},
    tenant::TenantObject,
};
use crate::{
    domain::{ProductStatus, Vendor},
    stores::Condition,
};
use async_graphql::{Context, ID, Object, SimpleObject};
use hansa_subgraph_host::{
    Connection, CursorValue, Fault, Page, PageArguments, QueryFingerprint, directives,
    scalars::{CurrencyCode, DateTime},
};
use hansa_values::TenantId;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(super) struct VendorObject(pub(super) Arc<Vendor>);

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
        VendorObject(Arc::new(vendor))
    }

    pub(super) fn connection(vendors: Vec<Vendor>, page: &Page) -> Connection<VendorObject> {
        let place = |vendor: &VendorObject| CursorValue { sort_values: Vec::new(), id: vendor.0.id.to_string() };
        Connection::from_rows(vendors.into_iter().map(VendorObject::new).collect(), page, place)
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
        self.0.id.to_string().into()
    }

    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn handle(&self) -> &str {
        self.0.handle.as_str()
    }

    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    async fn description(&self) -> &str {
        self.0.description.as_str()
    }

    /// What all its prices are in.
    async fn currency_code(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency)
    }

    /// Whose vendor this is.
    async fn tenant(&self) -> Option<TenantObject> {
        Some(TenantObject(self.0.tenant))
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
        let listing = Listing {
            field: "Vendor.products",
            parent: Some((self.0.id.to_string(), Condition::Vendor(self.0.id))),
            filter,
            order_by,
            is_of_one_currency: true,
        };
        let arguments = PageArguments { first, after, last, before };
        Some(product_connection(reading(ctx), listing, arguments).await)
    }

    /// How many products there are of each status. For the vendor's own staff; null for others.
    #[graphql(directive = directives::requires_scopes::apply(directives::scope("tenant:read")))]
    async fn product_counts(&self, ctx: &Context<'_>) -> Option<Result<ProductCounts, Fault>> {
        let reading = reading(ctx);
        if !reading.may_inspect(self.0.tenant) {
            return None;
        }
        let counts = match reading.catalog.stores.product_counts(self.0.id).await {
            Ok(counts) => counts,
            Err(error) => return Some(Err(store_fault(error))),
        };
        let count = |status: ProductStatus| {
            let found = counts.iter().find(|(name, _)| name == status.as_str()).map_or(0, |(_, count)| *count);
            i32::try_from(found).unwrap_or(i32::MAX)
        };
        Some(Ok(ProductCounts {
            draft: count(ProductStatus::Draft),
            published: count(ProductStatus::Published),
            archived: count(ProductStatus::Archived),
        }))
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    async fn version(&self) -> i32 {
        version(self.0.version)
    }
}
