//! Products as GraphQL shows them, and their connections.

use super::{
    attribute::AttributeObject,
    category::CategoryObject,
    filter::{ProductFilter, ProductOrderInput, checked_search},
    reading::{Reading, reading, store_fault},
    variant::VariantObject,
    vendor::VendorObject,
};
use crate::{
    domain::{Product, ProductStatus, VendorId},
    stores::Condition,
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use hansa_subgraph_host::{
    Connection, CursorValue, Fault, Money, PageArguments, QueryFingerprint, directives, scalars::DateTime,
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::OnceCell;

/// A product among those that were read with it.
#[derive(Debug, Clone)]
pub(super) struct ProductObject {
    pub(super) product: Arc<Product>,
    siblings: Arc<Siblings>,
}

/// Products of one read: the first that is asked for its vendor reads the vendors of all.
#[derive(Debug)]
struct Siblings {
    vendor_ids: Vec<VendorId>,
    vendors: OnceCell<HashMap<VendorId, VendorObject>>,
}

/// DRAFT, then PUBLISHED, then ARCHIVED, from where it can be published again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Enum)]
#[graphql(name = "ProductStatus", remote = "ProductStatus")]
pub(super) enum ProductStatusObject {
    /// Seen by the vendor's staff.
    Draft,
    /// Seen by everybody.
    Published,
    /// Seen by the vendor's staff, and unchangeable.
    Archived,
}

/// The cheapest and the dearest variant's price.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct PriceRange {
    minimum: Money,
    maximum: Money,
}

/// Which list of products a connection shows.
#[derive(Debug)]
pub(super) struct Listing {
    /// With its type, for the cursors.
    pub(super) field: &'static str,
    /// The entity whose products they are: its id, for the cursors, and what that means.
    pub(super) parent: Option<(String, Condition)>,
    pub(super) filter: Option<ProductFilter>,
    pub(super) order_by: ProductOrderInput,
    /// So that prices can be compared.
    pub(super) is_of_one_currency: bool,
}

pub(super) async fn product_connection(
    reading: &Reading,
    listing: Listing,
    arguments: PageArguments,
) -> Result<Connection<ProductObject>, Fault> {
    let Listing { field, parent, filter, order_by, is_of_one_currency } = listing;
    let parent_id = parent.as_ref().map(|(id, _)| id.as_str());
    let query = QueryFingerprint::of(field, &(parent_id, &filter, order_by));
    let page = arguments.page(&reading.catalog.services.cursors, query)?;
    let mut search = checked_search(reading, filter.as_ref(), (order_by, is_of_one_currency)).await?;
    if let Some((_, condition)) = parent {
        search.condition = Condition::All(vec![condition, search.condition]);
    }
    let products = reading.catalog.stores.product_page(&search, &page).await.map_err(store_fault)?;
    let order = search.order;
    let place = |object: &ProductObject| order.place_of(&object.product);
    Ok(Connection::from_rows(ProductObject::list(products), &page, place))
}

/// Versions count changes; they do not come near the end of `Int`.
pub(super) fn version(version: i64) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

impl ProductObject {
    pub(super) fn new(product: Product) -> ProductObject {
        let siblings = Arc::new(Siblings { vendor_ids: vec![product.vendor], vendors: OnceCell::new() });
        ProductObject { product: Arc::new(product), siblings }
    }

    pub(super) fn list(products: Vec<Product>) -> Vec<ProductObject> {
        let mut vendor_ids: Vec<VendorId> = products.iter().map(|product| product.vendor).collect();
        vendor_ids.sort_unstable();
        vendor_ids.dedup();
        let siblings = Arc::new(Siblings { vendor_ids, vendors: OnceCell::new() });
        let object = |product| ProductObject { product: Arc::new(product), siblings: siblings.clone() };
        products.into_iter().map(object).collect()
    }

    async fn read_vendor(&self, reading: &Reading) -> Result<Option<VendorObject>, Fault> {
        let read = async || {
            let found = reading.catalog.stores.vendors(&self.siblings.vendor_ids).await?;
            Ok(found.into_iter().map(|(id, vendor)| (id, VendorObject::new(vendor))).collect())
        };
        let vendors = self.siblings.vendors.get_or_try_init(read).await.map_err(store_fault)?;
        Ok(vendors.get(&self.product.vendor).cloned())
    }
}

/// Something that a vendor sells, in one or more variants.
#[Object(
    name = "Product",
    directive = directives::key::apply("id".into(), None),
    directive = directives::key::apply("nodeId".into(), None)
)]
impl ProductObject {
    pub(super) async fn id(&self) -> ID {
        self.product.id.to_string().into()
    }

    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.product.id.to_string().into()
    }

    async fn handle(&self) -> &str {
        self.product.handle.as_str()
    }

    async fn title(&self) -> &str {
        self.product.title.as_str()
    }

    async fn description(&self) -> &str {
        self.product.description.as_str()
    }

    async fn status(&self) -> ProductStatusObject {
        self.product.status.into()
    }

    async fn category(&self, ctx: &Context<'_>) -> Option<Result<CategoryObject, Fault>> {
        let id = self.product.category?;
        match reading(ctx).taxonomy().await {
            Ok(taxonomy) => CategoryObject::find(&taxonomy, id).map(Ok),
            Err(fault) => Some(Err(fault)),
        }
    }

    async fn vendor(&self, ctx: &Context<'_>) -> Option<Result<VendorObject, Fault>> {
        self.read_vendor(reading(ctx)).await.transpose()
    }

    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn attributes(&self) -> Vec<AttributeObject> {
        self.product.attributes.iter().map(AttributeObject::from).collect()
    }

    /// In the order in which they were added. A product has at most 100.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a field are its parameters")]
    async fn variants(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<VariantObject>, Fault>> {
        let query = QueryFingerprint::of("Product.variants", &self.product.id);
        let arguments = PageArguments { first, after, last, before };
        let page = match arguments.page(&reading(ctx).catalog.services.cursors, query) {
            Ok(page) => page,
            Err(fault) => return Some(Err(fault)),
        };
        // Ids are made in the order of adding.
        let mut variants: Vec<_> = self.product.variants.iter().map(|one| (one.id.to_string(), one)).collect();
        variants.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        if page.is_backward() {
            variants.reverse();
        }
        let is_past = |id: &str| match &page.start {
            Some(start) if page.is_backward() => id < start.id.as_str(),
            Some(start) => id > start.id.as_str(),
            None => true,
        };
        let rows = variants.into_iter().filter(|(id, _)| is_past(id)).take(page.fetch_limit());
        let rows = rows.map(|(_, variant)| VariantObject::new(self, variant)).collect();
        let place =
            |object: &VariantObject| CursorValue { sort_values: Vec::new(), id: object.variant_id().to_string() };
        Some(Ok(Connection::from_rows(rows, &page, place)))
    }

    /// None without variants.
    async fn price_range(&self) -> Option<PriceRange> {
        let (minimum, maximum) = self.product.lowest_price().zip(self.product.highest_price())?;
        Some(PriceRange { minimum: minimum.into(), maximum: maximum.into() })
    }

    async fn created_at(&self) -> DateTime {
        self.product.created_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.product.updated_at.into()
    }

    /// When it was first published.
    async fn published_at(&self) -> Option<DateTime> {
        self.product.published_at.map(DateTime::from)
    }

    async fn version(&self) -> i32 {
        version(self.product.version)
    }
}
