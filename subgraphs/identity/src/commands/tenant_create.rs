//! Founding a tenant. Whoever does is its first OWNER.

use crate::{
    Identity,
    domain::{Membership, Refusal, Roles, Tenant, TenantHandle, TenantKind, TenantName},
    facts::{self, Fact},
    outcome::{CommandError, Done, Outcome},
    tables::{memberships, tenants, users},
};
use hansa_event_sourcing::Command;
use hansa_relational::{Begun, StoreError};
use hansa_subgraph_host::{Caller, Resource};
use hansa_values::{TenantId, UserId};
use serde::{Deserialize, Serialize};

/// One user founds no more.
const TENANTS_MAX: u32 = 20;

/// Input of `tenantCreate`.
#[derive(Debug, Clone, Serialize)]
pub struct TenantCreate {
    pub handle: String,
    pub name: String,
}

/// A tenant that runs the marketplace: made by operators and the demo only, never through the API.
#[derive(Debug, Clone)]
pub struct PlatformTenantCreate {
    pub handle: String,
    pub name: String,
    /// Its first OWNER.
    pub owner: UserId,
}

#[derive(Serialize, Deserialize)]
struct Created {
    tenant: TenantId,
}

impl Identity {
    /// A tenant that sells.
    pub async fn tenant_create(&self, caller: &Caller, command: &Command, input: TenantCreate) -> Outcome<Tenant> {
        let user = self.signed_in(caller, command.now).await?;
        if !self.may(caller, "createTenant", &Resource::new("Tenant", "")) {
            return Err(Refusal::Forbidden.into());
        }
        let tenant = new_tenant(command, &input.handle, &input.name, TenantKind::Merchant)?;
        self.found(command, tenant, user, Some(TENANTS_MAX)).await
    }

    /// A tenant that runs the marketplace. Whoever can call this is trusted: nothing in the API does.
    pub async fn platform_tenant_create(&self, command: &Command, input: PlatformTenantCreate) -> Outcome<Tenant> {
        users::by_id(&self.db, input.owner).await?.ok_or(Refusal::NotFound { field: "owner" })?;
        let tenant = new_tenant(command, &input.handle, &input.name, TenantKind::Platform)?;
        self.found(command, tenant, input.owner, None).await
    }

    async fn found(&self, command: &Command, tenant: Tenant, owner: UserId, max: Option<u32>) -> Outcome<Tenant> {
        let mut unit = match self.db.begin::<Created>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(created) => {
                let tenant = tenants::by_id(&self.db, created.tenant).await?;
                return Ok(Done::before(tenant.ok_or(Refusal::NotFound { field: "handle" })?));
            }
        };
        if let Some(max) = max
            && tenants::count_created_by(&mut unit, owner).await? >= i64::from(max)
        {
            return Err(Refusal::LimitReached(max).into());
        }
        let membership = Membership {
            id: command.ids.id(),
            tenant: tenant.id,
            user: owner,
            roles: Roles::owner(),
            created_at: command.now,
            version: 1,
        };
        tenants::insert(&mut unit, &tenant, owner).await.map_err(taken)?;
        memberships::insert(&mut unit, &membership).await?;
        memberships::choose(&mut unit, tenant.id, owner, command.now).await?;
        facts::record(&mut unit, command, Fact::of_tenant(&tenant, &tenant.created())).await?;
        facts::record(&mut unit, command, Fact::of_membership(&membership, &membership.granted())).await?;
        unit.commit(&Created { tenant: tenant.id }).await?;
        Ok(Done::now(tenant))
    }
}

fn new_tenant(command: &Command, handle: &str, name: &str, kind: TenantKind) -> Result<Tenant, Refusal> {
    let (handle, name) = (TenantHandle::parse(handle)?, TenantName::parse(name)?);
    Ok(Tenant { id: command.ids.id(), handle, name, kind, created_at: command.now, suspended_at: None, version: 1 })
}

fn taken(error: StoreError) -> CommandError {
    match error {
        StoreError::UniqueViolation { constraint } if constraint == tenants::HANDLE => Refusal::HandleTaken.into(),
        other => other.into(),
    }
}
