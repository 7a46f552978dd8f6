//! What the catalog knows of a tenant: its vendors. The tenant itself is another context's.

use super::{
    product::check_rows,
    reading::{Reading, reading},
    vendor::{VendorObject, vendor_page},
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Connection, Fault, PageArguments, Siblings, directives};
use hansa_values::TenantId;
use std::{collections::HashMap, sync::Arc};

/// A tenant among those that were asked for with it.
#[derive(Debug, Clone)]
pub(super) struct TenantObject {
    id: TenantId,
    siblings: Arc<Siblings<TenantId>>,
}

impl TenantObject {
    pub(super) fn new(id: TenantId, siblings: &Arc<Siblings<TenantId>>) -> TenantObject {
        TenantObject { id, siblings: siblings.clone() }
    }

    /// First pages of all siblings are read at once. A cursor is one tenant's alone.
    async fn vendor_page(
        &self,
        reading: &Reading,
        arguments: PageArguments,
    ) -> Result<Connection<VendorObject>, Fault> {
        let question = format!("vendors {arguments:?}");
        let page = vendor_page(reading, ("Tenant.vendors", Some(self.id)), arguments)?;
        let is_first = page.start.is_none();
        let tenants = if is_first { self.siblings.ids.clone() } else { vec![self.id] };
        check_rows(tenants.len(), &page)?;
        let load = async {
            let lists = reading.catalog.stores.vendor_pages(&tenants, &page).await.map_err(Fault::store)?;
            Ok::<_, Fault>(tenants.iter().copied().zip(VendorObject::lists(lists)).collect::<HashMap<_, _>>())
        };
        let found = if is_first { self.siblings.ask(question, load).await? } else { Arc::new(load.await?) };
        Ok(VendorObject::connection(found.get(&self.id).cloned().unwrap_or_default(), &page))
    }
}

#[Object(name = "Tenant", directive = directives::key::apply("id".into(), None))]
impl TenantObject {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// Who sells for this tenant, newest last.
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
        let arguments = PageArguments { first, after, last, before };
        Some(self.vendor_page(reading(ctx), arguments).await)
    }
}
