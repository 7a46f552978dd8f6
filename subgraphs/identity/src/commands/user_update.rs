//! Another address for the same user. It is where a new password goes, so that the password is asked for again.

use crate::{
    Identity,
    domain::{Email, Refusal, User},
    facts::{self, Fact},
    identity::session_in,
    outcome::{Done, Outcome},
    tables::{password_resets, users},
    throttle::REGISTER_BY_CLIENT,
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;
use std::fmt;

/// Input of `userUpdate`.
#[derive(Clone)]
pub struct UserUpdate {
    pub email: String,
    pub password: String,
    pub expected_version: Option<i64>,
}

impl Identity {
    /// Nothing happens where the user has this address.
    pub async fn user_update(&self, caller: &Caller, command: &Command, input: UserUpdate) -> Outcome<User> {
        let id = self.signed_in(caller, command.now).await?;
        let email = Email::parse(&input.email)?;
        // Each could ask whether an address has an account, as a registration can.
        self.throttle.count_client(REGISTER_BY_CLIENT, caller, command.now).await?;
        let compared = self.compare_own(caller, command, (id, Some(input.password))).await?;
        let mut unit = self.begin(command).await?;
        // Once more: both may have ended while passwords were compared.
        if caller.session.is_some() {
            session_in(&mut unit, caller, command.now).await?;
        }
        let known = users::credentials_by_id(&mut unit, id).await?.ok_or(Refusal::Unauthenticated)?;
        if known.password_hash != compared {
            return Err(Refusal::CredentialsInvalid.into());
        }
        let mut user = known.user;
        let Some(event) = user.set_email(email, input.expected_version)? else { return Ok(Done::now(user)) };
        users::set_email(&mut unit, &user).await.map_err(users::taken)?;
        // Tokens were sent to the old address.
        password_resets::delete_of(&mut unit, id).await?;
        facts::record(&mut unit, command, Fact::of_user(&user, &event)).await?;
        unit.commit(&()).await?;
        Ok(Done::now(user))
    }
}

impl fmt::Debug for UserUpdate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UserUpdate(…)")
    }
}
