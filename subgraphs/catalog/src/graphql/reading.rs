//! What one request has read and decided so far: the category tree once, each decision of the policies once.

use crate::{
    Catalog,
    domain::{Product, ProductStatus},
    stores::Taxonomy,
};
use async_graphql::Context;
use hansa_documents::StoreError;
use hansa_subgraph_host::{Caller, Fault, loader};
use hansa_values::TenantId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

#[derive(Debug)]
pub(super) struct Reading {
    pub(super) catalog: Catalog,
    pub(super) caller: Caller,
    taxonomy: OnceCell<Arc<Taxonomy>>,
    decisions: Mutex<HashMap<(TenantId, ProductStatus), bool>>,
}

/// Of the request that a resolver works for.
pub(super) fn reading<'a>(ctx: &Context<'a>) -> &'a Reading {
    loader::<Reading>(ctx).loader()
}

/// A store that is busy answers later, and a question may be too large; all else is ours to repair.
pub(super) fn store_fault(error: StoreError) -> Fault {
    match error {
        StoreError::Busy | StoreError::Unreachable(_) => Fault::unavailable(error),
        StoreError::TooMuch { what, limit } => Fault::bad_input(format!("the {what} is limited to {limit}")),
        error => Fault::internal(error),
    }
}

impl Reading {
    pub(super) fn new(catalog: Catalog, caller: Caller) -> Reading {
        Reading { catalog, caller, taxonomy: OnceCell::new(), decisions: Mutex::default() }
    }

    pub(super) async fn taxonomy(&self) -> Result<Arc<Taxonomy>, Fault> {
        let read = async || self.catalog.stores.taxonomy().await;
        self.taxonomy.get_or_try_init(read).await.cloned().map_err(store_fault)
    }

    pub(super) fn may_read(&self, product: &Product) -> bool {
        self.may_read_status(product.tenant, product.status)
    }

    pub(super) fn may_read_status(&self, tenant: TenantId, status: ProductStatus) -> bool {
        let mut decisions = self.decisions.lock().unwrap_or_else(PoisonError::into_inner);
        let is_suspended = self.catalog.stores.suspensions.has(tenant);
        let decide = || self.catalog.access.may_read(&self.caller, (tenant, is_suspended), status);
        *decisions.entry((tenant, status)).or_insert_with(decide)
    }

    pub(super) fn may_inspect(&self, tenant: TenantId) -> bool {
        self.catalog.access.may_inspect(&self.caller, tenant)
    }
}
