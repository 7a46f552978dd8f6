//! What a user is in a tenant now. A token says what they were when it was made, up to ten minutes ago.

use crate::{
    Identity,
    domain::{Refusal, Roles, Scope, Scopes, Tenant},
    identity::tenant_resource,
    outcome::CommandError,
    tables::memberships,
};
use chrono::{DateTime, Utc};
use hansa_relational::{Source, StoreError};
use hansa_subgraph_host::Caller;
use hansa_values::{TenantId, UserId};

/// What a user is in a tenant.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) tenant: Tenant,
    pub(crate) roles: Roles,
}

impl Standing {
    pub(crate) fn scopes(&self) -> Scopes {
        self.roles.scopes(self.tenant.kind)
    }
}

impl Identity {
    /// Who asks for something in which tenant: what the token and its session say. Stops most of those who may not before
    /// they take a turn to write; [`Identity::acting`] decides.
    pub(crate) async fn asking(
        &self,
        caller: &Caller,
        action: &str,
        now: DateTime<Utc>,
    ) -> Result<(UserId, TenantId), CommandError> {
        let user = self.signed_in(caller, now).await?;
        let tenant = caller.tenant.ok_or(Refusal::Forbidden)?;
        if !self.may(caller, action, &tenant_resource(tenant)) {
            return Err(Refusal::Forbidden.into());
        }
        Ok((user, tenant))
    }

    /// The user's standing in the acting tenant, where the policies permit `action` to what they are there now. Read in the
    /// unit of work that does it: whoever is demoted meanwhile does nothing more.
    pub(crate) async fn acting(
        &self,
        source: impl Source,
        caller: &Caller,
        action: &str,
    ) -> Result<Standing, CommandError> {
        let standing = standing_of(source, caller).await?.ok_or(Refusal::Forbidden)?;
        if !self.may(&as_now(caller, Some(&standing)), action, &tenant_resource(standing.tenant.id)) {
            return Err(Refusal::Forbidden.into());
        }
        Ok(standing)
    }
}

/// Of a caller in the acting tenant; `None` for those who are no members, and for programs.
pub(crate) async fn standing_of(source: impl Source, caller: &Caller) -> Result<Option<Standing>, StoreError> {
    match (caller.tenant, caller.user) {
        (Some(tenant), Some(user)) => memberships::standing(source, tenant, user).await,
        _ => Ok(None),
    }
}

/// The caller with what both the token and the standing give, and with nothing where there is no standing.
pub(crate) fn as_now(caller: &Caller, standing: Option<&Standing>) -> Caller {
    let of_token = Scopes::new(caller.scopes.iter().filter_map(|scope| scope.parse::<Scope>().ok()));
    let scopes = standing.map(|standing| standing.scopes().both(&of_token)).unwrap_or_default();
    let has_role =
        |role: &String| standing.is_some_and(|standing| standing.roles.iter().any(|has| has.as_str() == *role));
    Caller {
        roles: caller.roles.iter().filter(|role| has_role(role)).cloned().collect(),
        scopes: scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        ..caller.clone()
    }
}
