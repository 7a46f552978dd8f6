//! Signing out: this session, another one of one's own, or all of them.

use crate::{
    Identity,
    domain::{EndReason, Refusal, Session, SessionId},
    identity::end_sessions,
    outcome::{Done, Outcome},
    tables::sessions,
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;

impl Identity {
    /// Without an id: the caller's own. To end what has ended is done, and does nothing.
    pub async fn session_revoke(&self, caller: &Caller, command: &Command, id: Option<SessionId>) -> Outcome<Session> {
        let user = caller.user.ok_or(Refusal::Unauthenticated)?;
        let own = caller.session.as_deref().and_then(|own| own.parse::<SessionId>().ok());
        // Whoever was signed out ends no other session; to end one's own again does nothing.
        if id.is_some() && id != own {
            self.signed_in(caller, command.now).await?;
        }
        let (id, missing) = match id {
            Some(id) => (id, Refusal::NotFound { field: "sessionId" }),
            None => (own.ok_or(Refusal::Unauthenticated)?, Refusal::SessionEnded),
        };
        let mut unit = self.begin(command).await?;
        let session = sessions::by_id(&mut unit, id).await?.filter(|session| session.user == user).ok_or(missing)?;
        end_sessions(&mut unit, command, [session.clone()], EndReason::SignedOut).await?;
        let session = sessions::by_id(&mut unit, id).await?.unwrap_or(session);
        unit.commit(&()).await?;
        Ok(Done::now(session))
    }

    /// Gives how many ended. `keeps_own`: all but the caller's.
    pub async fn sessions_revoke_all(&self, caller: &Caller, command: &Command, keeps_own: bool) -> Outcome<i32> {
        let user = self.signed_in(caller, command.now).await?;
        let mut unit = self.begin(command).await?;
        let live = sessions::live_of(&mut unit, user, command.now).await?;
        let own = caller.session.as_deref();
        let ending = live.into_iter().filter(|session| !(keeps_own && own == Some(session.id.to_string().as_str())));
        let ended = end_sessions(&mut unit, command, ending, EndReason::SignedOut).await?;
        unit.commit(&()).await?;
        Ok(Done::now(ended))
    }
}
