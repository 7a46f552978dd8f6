//! The catalog's three collections: vendors, the category tree (one document), products with their variants.
//! Only this module knows the store of documents.

mod product_document;
mod product_search;
mod suspensions;
mod taxonomy_document;
mod vendor_document;

pub(crate) use product_document::ProductDocument;
pub(crate) use product_search::{AttributeCondition, Condition, NumberRange, ProductOrder, ProductSearch, Statuses};
pub(crate) use suspensions::Suspensions;
pub(crate) use taxonomy_document::TaxonomyDocument;
pub(crate) use vendor_document::VendorDocument;

use crate::domain::{CategoryId, CategoryTree, Product, ProductId, Sku, VariantId, Vendor, VendorId};
use hansa_documents::{
    Answer, Begun, Collection, Database, Document, Documents, Durability, Filter, Find, Order, StoreError, Value, Write,
};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_subgraph_host::{CursorValue, Page};
use hansa_values::TenantId;
use product_document::sku_key;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use suspensions::SuspensionDocument;

const READ_MAX: u32 = 1_000;

/// The collections of one open catalog. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Stores {
    documents: Documents,
    vendors: Collection<VendorDocument>,
    taxonomies: Collection<TaxonomyDocument>,
    products: Collection<ProductDocument>,
    pub(crate) suspensions: Suspensions,
    /// The tree as it was read last; it is used again while the store has that version.
    taxonomy: Arc<Mutex<Arc<Taxonomy>>>,
    reads: Arc<AtomicU64>,
}

/// The category tree, and the version of its document; 0 before the first category.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taxonomy {
    pub(crate) version: i64,
    pub(crate) tree: CategoryTree,
}

impl Stores {
    pub(crate) async fn open(database: Database) -> Result<Stores, hansa_documents::OpenError> {
        let collections = [
            VendorDocument::COLLECTION,
            TaxonomyDocument::COLLECTION,
            ProductDocument::COLLECTION,
            SuspensionDocument::COLLECTION,
        ];
        let documents = Documents::open(database, &collections).await?;
        Ok(Stores {
            vendors: documents.collection(),
            taxonomies: documents.collection(),
            products: documents.collection(),
            suspensions: Suspensions::new(documents.collection()),
            documents,
            taxonomy: Arc::default(),
            reads: Arc::default(),
        })
    }

    /// Where state and events are: for whoever publishes them.
    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    pub(crate) async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        self.documents.set_durability(durability).await
    }

    pub(crate) async fn close(&self) {
        self.documents.close().await;
    }

    /// What every collection has to publish.
    #[cfg(test)]
    pub(crate) async fn outboxes(&self) -> Result<Vec<hansa_documents::OutboxEntry>, StoreError> {
        let mut entries = self.taxonomies.outbox_after(None, READ_MAX).await?;
        entries.extend(self.vendors.outbox_after(None, READ_MAX).await?);
        entries.extend(self.products.outbox_after(None, READ_MAX).await?);
        Ok(entries)
    }

    /// How many reads there were so far: tests compare it.
    pub(crate) fn read_count(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    fn count_read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }
}

/// Vendors.
impl Stores {
    pub(crate) async fn vendor(&self, id: VendorId) -> Result<Option<Vendor>, StoreError> {
        self.count_read();
        Ok(self.vendors.get(&id).await?.map(|document| document.0))
    }

    pub(crate) async fn vendors(&self, ids: &[VendorId]) -> Result<HashMap<VendorId, Vendor>, StoreError> {
        self.count_read();
        let found = self.vendors.get_many(ids).await?;
        Ok(found.into_values().map(|document| (document.0.id, document.0)).collect())
    }

    pub(crate) async fn vendor_by_handle(&self, handle: &str) -> Result<Option<Vendor>, StoreError> {
        self.count_read();
        Ok(self.vendors.find_one(Filter::eq("handle", handle)).await?.map(|document| document.0))
    }

    /// All, by id, which is by time of joining.
    pub(crate) async fn vendor_page(&self, page: &Page) -> Result<Vec<Vendor>, StoreError> {
        self.count_read();
        let found = self.vendors.find(&find(Filter::all(), Vec::new(), page, false)).await?;
        Ok(found.into_iter().map(|document| document.0).collect())
    }

    /// The same page of each tenant's vendors, in the order of the tenants.
    pub(crate) async fn vendor_pages(&self, tenants: &[TenantId], page: &Page) -> Result<Vec<Vec<Vendor>>, StoreError> {
        self.count_read();
        let find = |tenant: &TenantId| find(Filter::eq("tenant", tenant.to_string()), Vec::new(), page, false);
        let found = self.vendors.find_each(&tenants.iter().map(find).collect::<Vec<_>>()).await?;
        Ok(found.into_iter().map(|list| list.into_iter().map(|document| document.0).collect()).collect())
    }

    pub(crate) async fn begin_vendor(&self, command: &Command) -> Result<Begun<VendorDocument, VendorId>, StoreError> {
        self.vendors.begin(command).await
    }

    pub(crate) async fn write_vendor(
        &self,
        write: Write<VendorDocument, VendorId>,
        vendor: Vendor,
        events: Vec<DomainEvent>,
    ) -> Result<Answer<VendorId>, StoreError> {
        let id = vendor.id;
        put(write, &VendorDocument(vendor), events, id).await
    }
}

/// Categories.
impl Stores {
    pub(crate) async fn taxonomy(&self) -> Result<Arc<Taxonomy>, StoreError> {
        self.count_read();
        let version = self.taxonomies.next_version(TaxonomyDocument::ID).await? - 1;
        let last = self.last_taxonomy().clone();
        if last.version == version {
            return Ok(last);
        }
        self.count_read();
        let found = self.taxonomies.get(TaxonomyDocument::ID).await?;
        let found = found.map(|document| Taxonomy { version: document.version, tree: document.categories });
        let found = Arc::new(found.unwrap_or_default());
        *self.last_taxonomy() = found.clone();
        Ok(found)
    }

    fn last_taxonomy(&self) -> MutexGuard<'_, Arc<Taxonomy>> {
        self.taxonomy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn begin_taxonomy(
        &self,
        command: &Command,
    ) -> Result<Begun<TaxonomyDocument, CategoryId>, StoreError> {
        self.taxonomies.begin(command).await
    }

    /// `version` is one more than that of the tree that was changed.
    pub(crate) async fn write_taxonomy(
        &self,
        write: Write<TaxonomyDocument, CategoryId>,
        (version, tree): (i64, CategoryTree),
        (id, events): (CategoryId, Vec<DomainEvent>),
    ) -> Result<Answer<CategoryId>, StoreError> {
        let document = TaxonomyDocument { version, categories: tree };
        let answer = put(write, &document, events, id).await?;
        if !answer.is_replayed {
            *self.last_taxonomy() = Arc::new(Taxonomy { version, tree: document.categories });
        }
        Ok(answer)
    }
}

/// Products. Whoever reads some knows afterwards which tenants are suspended.
impl Stores {
    pub(crate) async fn product(&self, id: ProductId) -> Result<Option<Product>, StoreError> {
        self.count_read();
        self.suspensions.now().await?;
        Ok(self.products.get(&id).await?.map(|document| document.product))
    }

    pub(crate) async fn products(&self, ids: &[ProductId]) -> Result<Vec<Product>, StoreError> {
        self.count_read();
        self.suspensions.now().await?;
        let found = self.products.get_many(ids).await?;
        Ok(found.into_values().map(|document| document.product).collect())
    }

    pub(crate) async fn product_by_handle(&self, handle: &str) -> Result<Option<Product>, StoreError> {
        self.count_read();
        self.suspensions.now().await?;
        let found = self.products.find_one(Filter::eq("product.handle", handle)).await?;
        Ok(found.map(|document| document.product))
    }

    /// The products that have these variants.
    pub(crate) async fn products_of_variants(&self, ids: &[VariantId]) -> Result<Vec<Product>, StoreError> {
        self.count_read();
        self.suspensions.now().await?;
        let filter = Filter::contains_any("search.variants", ids.iter().map(ToString::to_string));
        let found = self.products.find(&Find::new(filter, READ_MAX)).await?;
        Ok(found.into_iter().map(|document| document.product).collect())
    }

    /// The first of these SKUs that another product of the vendor has.
    pub(crate) async fn taken_sku(&self, product: &Product) -> Result<Option<Sku>, StoreError> {
        self.count_read();
        let keys = product.variants.iter().map(|variant| sku_key(product.vendor, &variant.sku));
        let filter = Filter::and([
            Filter::contains_any("search.skus", keys),
            Filter::not(Filter::eq("id", product.id.to_string())),
        ]);
        let other = self.products.find_one(filter).await?.map(|document| document.product);
        let is_taken = |sku: &&Sku| other.iter().flat_map(|other| &other.variants).any(|variant| variant.sku == **sku);
        Ok(product.variants.iter().map(|variant| &variant.sku).find(is_taken).cloned())
    }

    pub(crate) async fn product_page(&self, search: &ProductSearch, page: &Page) -> Result<Vec<Product>, StoreError> {
        self.count_read();
        let suspended = self.suspensions.now().await?;
        let found = self.products.find(&product_find((search, &suspended), page)).await?;
        Ok(found.into_iter().map(|document| document.product).collect())
    }

    /// The same page of each search, in the order of the searches.
    pub(crate) async fn product_pages(
        &self,
        searches: &[ProductSearch],
        page: &Page,
    ) -> Result<Vec<Vec<Product>>, StoreError> {
        self.count_read();
        let suspended = self.suspensions.now().await?;
        let finds: Vec<Find> = searches.iter().map(|search| product_find((search, &suspended), page)).collect();
        let found = self.products.find_each(&finds).await?;
        Ok(found.into_iter().map(|list| list.into_iter().map(|document| document.product).collect()).collect())
    }

    /// How many products of each status each of these vendors has: vendor, status, count.
    pub(crate) async fn product_counts(&self, vendors: &[VendorId]) -> Result<Vec<(String, String, i64)>, StoreError> {
        self.count_read();
        let filter = Filter::is_in("product.vendor", vendors.iter().map(ToString::to_string));
        let groups = self.products.count_by(&["product.vendor", "product.status"], &filter).await?;
        let count = |group: hansa_documents::Group| match group.keys.as_slice() {
            [vendor, status] => Some((vendor.as_str()?.to_owned(), status.as_str()?.to_owned(), group.count)),
            _ => None,
        };
        Ok(groups.into_iter().filter_map(count).collect())
    }

    pub(crate) async fn begin_product<P: DeserializeOwned>(
        &self,
        command: &Command,
    ) -> Result<Begun<ProductDocument, P>, StoreError> {
        self.products.begin(command).await
    }

    pub(crate) async fn write_product<P: Serialize + DeserializeOwned>(
        &self,
        write: Write<ProductDocument, P>,
        product: Product,
        (payload, events): (P, Vec<DomainEvent>),
    ) -> Result<Answer<P>, StoreError> {
        put(write, &ProductDocument::new(product), events, payload).await
    }
}

/// The first version is inserted, later ones replace the one before.
async fn put<D: Document, P: Serialize + DeserializeOwned>(
    write: Write<D, P>,
    document: &D,
    events: Vec<DomainEvent>,
    payload: P,
) -> Result<Answer<P>, StoreError> {
    match document.version() {
        1 => write.insert(document, events, payload).await,
        version => write.replace(document, version - 1, events, payload).await,
    }
}

fn product_find((search, suspended): (&ProductSearch, &HashSet<TenantId>), page: &Page) -> Find {
    find(search.filter(suspended), search.order.fields(), page, search.order == ProductOrder::Newest)
}

fn find(filter: Filter, order: Vec<Order>, page: &Page, is_downwards: bool) -> Find {
    let after = page.start.as_ref().map(|place: &CursorValue| {
        let values = place.sort_values.iter().map(value_of);
        values.chain([Value::from(&place.id)]).collect()
    });
    let limit = u32::try_from(page.fetch_limit()).unwrap_or(READ_MAX);
    let find = Find::new(filter, limit).order_by(order).after(after);
    if page.is_backward() != is_downwards { find.reversed() } else { find }
}

fn value_of(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::String(text) => Value::Text(text.clone()),
        json => json.as_i64().into(),
    }
}
