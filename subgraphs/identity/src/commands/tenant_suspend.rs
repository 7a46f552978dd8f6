//! The platform's operators keep everybody from acting in a tenant, and let them again. Why is in the tenant's log, and in no
//! event.

use crate::{
    Identity,
    domain::{Refusal, SuspensionReason, Tenant, TenantEvent},
    facts::{self, Fact},
    identity::{session_in, tenant_resource},
    outcome::{Done, Outcome},
    standing::{as_now, standing_of},
    tables::tenants,
};
use hansa_event_sourcing::Command;
use hansa_relational::Begun;
use hansa_subgraph_host::Caller;
use hansa_values::TenantId;
use serde::{Deserialize, Serialize};

/// Input of `tenantSuspend` and `tenantReinstate`.
#[derive(Debug, Clone, Serialize)]
pub struct TenantSuspension {
    pub tenant: TenantId,
    /// For the log of the tenant.
    pub reason: String,
}

#[derive(Serialize, Deserialize)]
struct Changed {
    tenant: TenantId,
}

impl Identity {
    /// To suspend what is suspended is done, and does nothing.
    pub async fn tenant_suspend(&self, caller: &Caller, command: &Command, input: TenantSuspension) -> Outcome<Tenant> {
        let now = command.now;
        self.change_suspension((caller, command), input, |tenant| tenant.suspend(now)).await
    }

    /// To reinstate what is not suspended is done, and does nothing.
    pub async fn tenant_reinstate(
        &self,
        caller: &Caller,
        command: &Command,
        input: TenantSuspension,
    ) -> Outcome<Tenant> {
        self.change_suspension((caller, command), input, |tenant| Ok(tenant.reinstate())).await
    }

    async fn change_suspension(
        &self,
        (caller, command): (&Caller, &Command),
        input: TenantSuspension,
        decide: impl FnOnce(&mut Tenant) -> Result<Option<TenantEvent>, Refusal> + Send,
    ) -> Outcome<Tenant> {
        self.signed_in(caller, command.now).await?;
        let resource = tenant_resource(input.tenant);
        if !self.may(caller, "suspendTenant", &resource) {
            return Err(Refusal::Forbidden.into());
        }
        let reason = SuspensionReason::parse(&input.reason)?;
        let missing = Refusal::NotFound { field: "tenantId" };
        let mut unit = match self.db.begin::<Changed>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(changed) => {
                return Ok(Done::before(tenants::by_id(&self.db, changed.tenant).await?.ok_or(missing)?));
            }
        };
        // Once more: an operator may be one no longer.
        if caller.session.is_some() {
            session_in(&mut unit, caller, command.now).await?;
        }
        let standing = standing_of(&mut unit, caller).await?;
        if !self.may(&as_now(caller, standing.as_ref()), "suspendTenant", &resource) {
            return Err(Refusal::Forbidden.into());
        }
        let mut tenant = tenants::by_id(&mut unit, input.tenant).await?.ok_or(missing)?;
        if let Some(event) = decide(&mut tenant)? {
            tenants::update(&mut unit, &tenant).await?;
            facts::record(&mut unit, command, Fact::of_tenant(&tenant, &event).because(&reason)).await?;
        }
        unit.commit(&Changed { tenant: tenant.id }).await?;
        Ok(Done::now(tenant))
    }

    /// # Errors
    /// `TENANT_SUSPENDED`.
    pub(crate) async fn refuse_suspended(
        &self,
        source: impl hansa_relational::Source,
        tenant: TenantId,
        field: &'static str,
    ) -> Result<(), crate::CommandError> {
        match tenants::by_id(source, tenant).await? {
            Some(tenant) if tenant.suspended_at.is_some() => Err(Refusal::TenantSuspended { field }.into()),
            _ => Ok(()),
        }
    }
}
