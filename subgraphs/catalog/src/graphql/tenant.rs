//! What the catalog knows of a tenant: its vendors. The tenant itself is another context's.

use super::{
    reading::{reading, store_fault},
    vendor::{VendorObject, vendor_page},
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Connection, Fault, PageArguments, directives};
use hansa_values::TenantId;

#[derive(Debug, Clone, Copy)]
pub(super) struct TenantObject(pub(super) TenantId);

#[Object(name = "Tenant", directive = directives::key::apply("id".into(), None))]
impl TenantObject {
    async fn id(&self) -> ID {
        self.0.to_string().into()
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
        let reading = reading(ctx);
        let arguments = PageArguments { first, after, last, before };
        let page = match vendor_page(reading, ("Tenant.vendors", Some(self.0)), arguments) {
            Ok(page) => page,
            Err(fault) => return Some(Err(fault)),
        };
        let found = reading.catalog.stores.vendor_page(Some(self.0), &page).await;
        Some(found.map(|vendors| VendorObject::connection(vendors, &page)).map_err(store_fault))
    }
}
