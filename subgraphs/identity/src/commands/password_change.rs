//! A new password, by someone who knows the old one. All other sessions end.

use crate::{
    Identity,
    domain::{EndReason, Password, Refusal, User},
    facts::{self, Fact},
    identity::end_sessions,
    outcome::{Done, Outcome},
    tables::{password_resets, sessions, users},
    throttle::SIGN_IN_BY_LOGIN,
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
        // The same bucket as for sign-ins: a stolen token is no way round it.
        let login = known.user.username.as_str();
        self.throttle.count(SIGN_IN_BY_LOGIN, login, command.now).await?;
        if !self.passwords.is_right(&input.current_password, known.password_hash.as_deref()).await? {
            return Err(Refusal::CredentialsInvalid.into());
        }
        self.throttle.forgive(SIGN_IN_BY_LOGIN, login).await;
        let hash = self.passwords.hash(chosen).await?;
        let mut unit = self.begin(command).await?;
        let mut user = users::by_id(&mut unit, id).await?.ok_or(Refusal::Unauthenticated)?;
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
