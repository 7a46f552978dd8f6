//! A new password, by someone who knows the old one. All other sessions end.

use crate::{
    Identity,
    domain::{EndReason, Password, Refusal, User},
    facts::{self, Fact},
    identity::{end_sessions, session_in},
    outcome::{Done, Outcome},
    tables::{password_resets, sessions, users},
    throttle::{CHANGE_BY_SESSION, COMPARED_BY_CLIENT, client_of},
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;
use std::fmt;

/// Input of `passwordChange`.
#[derive(Clone)]
pub struct PasswordChange {
    pub current_password: String,
    pub new_password: String,
}

impl Identity {
    pub async fn password_change(&self, caller: &Caller, command: &Command, input: PasswordChange) -> Outcome<User> {
        let id = self.signed_in(caller, command.now).await?;
        let known = users::credentials_by_id(&self.db, id).await?.ok_or(Refusal::Unauthenticated)?;
        let chosen = Password::choose(input.new_password, &known.user.username);
        let chosen = chosen.map_err(|flaw| flaw.of("newPassword"))?;
        // Not a bucket of sign-ins: who has stolen a token does not keep the user from signing in.
        let session = caller.session.clone().unwrap_or_else(|| id.to_string());
        self.throttle.count(CHANGE_BY_SESSION, &session, command.now).await?;
        self.throttle.count_client(COMPARED_BY_CLIENT, caller, command.now).await?;
        let client = client_of(caller);
        if !self.passwords.is_right(client, &input.current_password, known.password_hash.as_deref()).await? {
            return Err(Refusal::CredentialsInvalid.into());
        }
        let hash = self.passwords.hash(client, chosen).await?;
        let mut unit = self.begin(command).await?;
        // Once more: both may have ended while passwords were hashed.
        if caller.session.is_some() {
            session_in(&mut unit, caller, command.now).await?;
        }
        let now = users::credentials_by_id(&mut unit, id).await?.ok_or(Refusal::Unauthenticated)?;
        if now.password_hash != known.password_hash {
            return Err(Refusal::CredentialsInvalid.into());
        }
        let mut user = now.user;
        let event = user.change_password(false);
        users::set_password(&mut unit, &user, hash).await?;
        password_resets::delete_of(&mut unit, id).await?;
        facts::record(&mut unit, command, Fact::of_user(&user, &event)).await?;
        let live = sessions::live_of(&mut unit, id, command.now).await?;
        let own = caller.session.as_deref();
        let others = live.into_iter().filter(|session| own != Some(session.id.to_string().as_str()));
        end_sessions(&mut unit, command, others, EndReason::PasswordChanged).await?;
        unit.commit(&()).await?;
        Ok(Done::now(user))
    }
}

impl fmt::Debug for PasswordChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordChange(…)")
    }
}
