//! Acting in another tenant, or in none, within the same session. The refresh token stays; the next ones follow.

use crate::{
    AccessToken, Identity,
    domain::{Refusal, Session, User},
    facts::{self, Fact},
    outcome::{Done, Outcome},
    tables::{memberships, sessions, users},
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;
use hansa_values::TenantId;

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
        let mut unit = self.begin(command).await?;
        let session = sessions::by_id(&mut unit, own.id).await?;
        let mut session = session.filter(|session| session.is_live(command.now)).ok_or(Refusal::SessionEnded)?;
        if let Some(tenant) = tenant
            && memberships::of(&mut unit, tenant, session.user).await?.is_none()
        {
            return Err(Refusal::NotFound { field: "tenantId" }.into());
        }
        let event = session.switch_tenant(tenant);
        sessions::update(&mut unit, &session).await?;
        facts::record(&mut unit, command, Fact::of_session(&session, &event)).await?;
        let user = users::by_id(&mut unit, session.user).await?.ok_or(Refusal::SessionEnded)?;
        unit.commit(&()).await?;
        let access_token = self.access_token(self.bearer(&user, &session).await?, command).await?;
        Ok(Done::now(TenantSwitched { user, session, access_token }))
    }
}
