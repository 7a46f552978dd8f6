//! Products as GraphQL shows them, and their connections.

use super::{
    attribute::AttributeObject,
    category::CategoryObject,
    filter::{ProductFilter, ProductOrderInput, checked_search},
    reading::{Reading, reading},
    variant::VariantObject,
    vendor::VendorObject,
};
use crate::{
    domain::{CategoryId, Product, ProductStatus, VendorId},
    stores::{Condition, ProductSearch},
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use hansa_subgraph_host::{
    Connection, CursorValue, Fault, Money, Page, PageArguments, QueryFingerprint, Siblings, directives,
    scalars::DateTime,
};
use std::{collections::HashMap, fmt::Display, hash::Hash, sync::Arc};

/// A product among those that were read with it.
#[derive(Debug, Clone)]
pub(super) struct ProductObject {
    pub(super) product: Arc<Product>,
    batch: Arc<Batch>,
}

/// What products that were read together belong to.
#[derive(Debug)]
struct Batch {
    vendors: Arc<Siblings<VendorId>>,
    categories: Arc<Siblings<CategoryId>>,
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
    pub(super) filter: Option<ProductFilter>,
    pub(super) order_by: ProductOrderInput,
    /// So that prices can be compared.
    pub(super) is_of_one_currency: bool,
}

/// Rows of all lists that siblings ask for at once.
pub(super) const ROWS_MAX: usize = 4_000;

pub(super) async fn product_connection(
    reading: &Reading,
    listing: Listing,
    arguments: PageArguments,
) -> Result<Connection<ProductObject>, Fault> {
    let (page, search) = listing.read(reading, None, arguments).await?;
    let products = reading.catalog.stores.product_page(&search, &page).await.map_err(Fault::store)?;
    let place = |object: &ProductObject| search.order.place_of(&object.product);
    Ok(Connection::from_rows(ProductObject::list(products), &page, place))
}

/// Products below one of many parents: first pages of all are read at once. A cursor is one parent's alone.
pub(super) async fn products_below<K>(
    reading: &Reading,
    listing: Listing,
    (siblings, id): (&Siblings<K>, K),
    condition: impl Fn(K) -> Condition,
    arguments: PageArguments,
) -> Result<Connection<ProductObject>, Fault>
where
    K: Ord + Hash + Copy + Display + Send + Sync + 'static,
{
    let Listing { field, filter, order_by, .. } = &listing;
    let question = format!("{field} {filter:?} {order_by:?} {arguments:?}");
    let (page, search) = listing.read(reading, Some(id.to_string()), arguments).await?;
    let is_first = page.start.is_none();
    let parents = if is_first { siblings.ids.clone() } else { vec![id] };
    check_rows(parents.len(), &page)?;
    let below = |parent: &K| ProductSearch {
        condition: Condition::All(vec![condition(*parent), search.condition.clone()]),
        ..search.clone()
    };
    let searches: Vec<ProductSearch> = parents.iter().map(below).collect();
    let load = async {
        let lists = reading.catalog.stores.product_pages(&searches, &page).await.map_err(Fault::store)?;
        Ok::<_, Fault>(parents.into_iter().zip(ProductObject::lists(lists)).collect::<HashMap<K, Vec<ProductObject>>>())
    };
    let found = if is_first { siblings.ask(question, load).await? } else { Arc::new(load.await?) };
    let rows = found.get(&id).cloned().unwrap_or_default();
    let place = |object: &ProductObject| search.order.place_of(&object.product);
    Ok(Connection::from_rows(rows, &page, place))
}

/// Whether as many lists can be read at once.
pub(super) fn check_rows(lists: usize, page: &Page) -> Result<(), Fault> {
    if lists > 1 && lists * page.limit > ROWS_MAX {
        let text = format!("{lists} lists of {} rows are more than {ROWS_MAX} rows: ask for fewer", page.limit);
        return Err(Fault::bad_input(text));
    }
    Ok(())
}

impl Listing {
    /// `parent`: whose products they are, for the cursors.
    async fn read(
        &self,
        reading: &Reading,
        parent: Option<String>,
        arguments: PageArguments,
    ) -> Result<(Page, ProductSearch), Fault> {
        let Listing { field, filter, order_by, is_of_one_currency } = self;
        let query = QueryFingerprint::of(field, &(parent, filter, *order_by));
        let page = arguments.page(&reading.catalog.services.cursors, query)?;
        let search = checked_search(reading, filter.as_ref(), (*order_by, *is_of_one_currency)).await?;
        Ok((page, search))
    }
}

/// Versions count changes; they do not come near the end of `Int`.
pub(super) fn version(version: i64) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

impl ProductObject {
    pub(super) fn new(product: Product) -> ProductObject {
        let batch = Batch::of([&product]);
        ProductObject { product: Arc::new(product), batch }
    }

    pub(super) fn list(products: Vec<Product>) -> Vec<ProductObject> {
        ProductObject::lists(vec![products]).pop().unwrap_or_default()
    }

    /// Lists that were read together.
    fn lists(lists: Vec<Vec<Product>>) -> Vec<Vec<ProductObject>> {
        let batch = Batch::of(lists.iter().flatten());
        let object = |product| ProductObject { product: Arc::new(product), batch: batch.clone() };
        lists.into_iter().map(|products| products.into_iter().map(object).collect()).collect()
    }

    async fn read_vendor(&self, reading: &Reading) -> Result<Option<VendorObject>, Fault> {
        let siblings = &self.batch.vendors;
        let load = async {
            let found = reading.catalog.stores.vendors(&siblings.ids).await.map_err(Fault::store)?;
            let objects = VendorObject::list(found.into_values().collect()).into_iter();
            Ok::<_, Fault>(objects.map(|object| (object.vendor.id, object)).collect::<HashMap<_, _>>())
        };
        Ok(siblings.ask("vendor", load).await?.get(&self.product.vendor).cloned())
    }
}

impl Batch {
    fn of<'a>(products: impl IntoIterator<Item = &'a Product> + Clone) -> Arc<Batch> {
        Arc::new(Batch {
            vendors: Siblings::new(products.clone().into_iter().map(|product| product.vendor)),
            categories: Siblings::new(products.into_iter().filter_map(|product| product.category)),
        })
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
            Ok(taxonomy) => CategoryObject::find((&taxonomy, &self.batch.categories), id).map(Ok),
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
