//! Acting in another tenant, or in none, within the same session. The refresh token stays; the next ones follow.

use crate::{
    AccessToken, Identity,
    domain::{Refusal, Session, User},
    facts::{self, Fact},
    identity::bearer_of,
    outcome::{CommandError, Done, Outcome},
    tables::{memberships, sessions, users},
};
use hansa_event_sourcing::Command;
use hansa_relational::UnitOfWork;
use hansa_subgraph_host::Caller;
use hansa_values::{TenantId, UserId};

/// The session as it is now, with a token that says so.
#[derive(Debug, Clone)]
pub struct TenantSwitched {
    pub user: User,
    pub session: Session,
    pub access_token: AccessToken,
}

impl Identity {
    pub async fn session_tenant_switch(
        &self,
        caller: &Caller,
        command: &Command,
        tenant: Option<TenantId>,
    ) -> Outcome<TenantSwitched> {
        let own = self.session_of(caller, command.now).await?;
        self.rotate_old_signing_key(command.now).await;
        let mut unit = self.begin(command).await?;
        let session = sessions::by_id(&mut unit, own.id).await?;
        let mut session = session.filter(|session| session.is_live(command.now)).ok_or(Refusal::SessionEnded)?;
        if let Some(tenant) = tenant {
            self.refuse_suspended(&mut unit, tenant, "tenantId").await?;
            choose(&mut unit, tenant, session.user, command).await?;
        }
        let event = session.switch_tenant(tenant);
        sessions::update(&mut unit, &session).await?;
        facts::record(&mut unit, command, Fact::of_session(&session, &event)).await?;
        let user = users::by_id(&mut unit, session.user).await?.ok_or(Refusal::SessionEnded)?;
        let access_token = self.access_token(bearer_of(&mut unit, &user, &session).await?, command)?;
        unit.commit(&()).await?;
        Ok(Done::now(TenantSwitched { user, session, access_token }))
    }

    /// As if the user had switched to it: for the demo, whose people have no sessions. Whoever can call this is trusted:
    /// nothing in the API does.
    pub async fn tenant_choose(&self, command: &Command, user: UserId, tenant: TenantId) -> Outcome<()> {
        let mut unit = self.begin(command).await?;
        choose(&mut unit, tenant, user, command).await?;
        unit.commit(&()).await?;
        Ok(Done::now(()))
    }
}

/// Sign-ins act in it from now on.
async fn choose(unit: &mut UnitOfWork, tenant: TenantId, user: UserId, command: &Command) -> Result<(), CommandError> {
    if memberships::of(&mut *unit, tenant, user).await?.is_none() {
        return Err(Refusal::NotFound { field: "tenantId" }.into());
    }
    memberships::choose(unit, tenant, user, command.now).await?;
    Ok(())
}
