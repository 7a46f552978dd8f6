//! The acting tenant gets another name. Its handle stays, because links have it.

use crate::{
    Identity,
    domain::{Tenant, TenantName},
    facts::{self, Fact},
    outcome::{Done, Outcome},
    tables::tenants,
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;

/// Input of `tenantUpdate`.
#[derive(Debug, Clone)]
pub struct TenantUpdate {
    pub name: String,
    pub expected_version: i64,
}

impl Identity {
    pub async fn tenant_update(&self, caller: &Caller, command: &Command, input: TenantUpdate) -> Outcome<Tenant> {
        self.asking(caller, "updateTenant", command.now).await?;
        let name = TenantName::parse(&input.name)?;
        let mut unit = self.begin(command).await?;
        let mut tenant = self.acting(&mut unit, caller, "updateTenant").await?.tenant;
        let event = tenant.rename(name, input.expected_version)?;
        tenants::update(&mut unit, &tenant).await?;
        facts::record(&mut unit, command, Fact::of_tenant(&tenant, &event)).await?;
        unit.commit(&()).await?;
        Ok(Done::now(tenant))
    }
}
