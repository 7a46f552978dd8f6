//! The questions that the catalog asks its policies.

use crate::domain::{ProductStatus, Refusal, Refused};
use hansa_subgraph_host::{Caller, Policies, PoliciesError, Resource};
use hansa_values::TenantId;

/// The catalog's policies.
#[derive(Debug)]
pub(crate) struct Access {
    policies: Policies,
}

impl Access {
    pub(crate) fn new() -> Result<Access, PoliciesError> {
        Ok(Access { policies: Policies::parse(include_str!("policies.cedar"))? })
    }

    /// A product of this status, of this tenant, which is suspended or not.
    pub(crate) fn may_read(
        &self,
        caller: &Caller,
        (tenant, is_suspended): (TenantId, bool),
        status: ProductStatus,
    ) -> bool {
        let resource = Resource::new("Product", "")
            .with("tenant", tenant)
            .with("isSuspended", is_suspended)
            .with("status", status.as_str());
        self.policies.is_allowed(caller, "product.read", &resource)
    }

    /// Numbers and former prices, which are for the vendor's staff.
    pub(crate) fn may_inspect(&self, caller: &Caller, tenant: TenantId) -> bool {
        let resource = Resource::new("Vendor", "").with("tenant", tenant);
        self.policies.is_allowed(caller, "vendor.inspect", &resource)
    }

    pub(crate) fn may_write(&self, caller: &Caller, tenant: TenantId) -> bool {
        let resource = Resource::new("Vendor", "").with("tenant", tenant);
        self.policies.is_allowed(caller, "catalog.write", &resource)
    }

    /// The acting tenant, if the caller may write in it.
    pub(crate) fn writing_tenant(&self, caller: &Caller) -> Result<TenantId, Refused> {
        let tenant = caller.tenant.filter(|tenant| self.may_write(caller, *tenant));
        tenant.ok_or(Refused::from(Refusal::Forbidden("catalog:write")))
    }

    pub(crate) fn may_write_taxonomy(&self, caller: &Caller) -> bool {
        self.policies.is_allowed(caller, "taxonomy.write", &Resource::new("Taxonomy", ""))
    }
}
