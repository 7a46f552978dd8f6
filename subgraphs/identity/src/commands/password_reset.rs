//! A new password, by someone who reads the user's mail. Asking for the mail looks the same whoever the address belongs to.

use crate::{
    Identity,
    domain::{Email, EndReason, Password, Refusal, User, UserEvent},
    facts::{self, Fact},
    identity::end_sessions,
    outcome::{CommandError, Done, Outcome},
    secrets::{Secret, SecretHash},
    tables::{password_resets, sessions, users},
    throttle::{RESET_BY_ADDRESS, RESET_BY_CLIENT, client_of},
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;
use std::{fmt, time::Duration};
use tokio::time::{Instant, sleep_until};

/// Every request takes this long at least: more than writing a token and a mail, so that time does not tell either.
const REQUEST_TAKES: Duration = Duration::from_millis(150);

/// Input of `passwordReset`.
#[derive(Clone)]
pub struct PasswordReset {
    pub token: String,
    pub new_password: String,
}

impl Identity {
    /// # Errors
    /// What is no address, and too many from one client. Never whether there is an account.
    pub async fn password_reset_request(&self, caller: &Caller, command: &Command, email: &str) -> Outcome<()> {
        let answer_at = Instant::now() + REQUEST_TAKES;
        let email = Email::parse(email)?;
        self.throttle.count_client(RESET_BY_CLIENT, caller, command.now).await?;
        if self.throttle.count(RESET_BY_ADDRESS, email.as_str(), command.now).await.is_ok()
            && let Some(user) = users::by_email(&self.db, &email).await?
            && let Err(CommandError::Failed(fault)) = self.send_reset(command, &user).await
        {
            // Told to the client, this would tell that there is an account.
            tracing::error!(user.id = %user.id, ?fault, "a mail for a password reset could not be sent");
        }
        sleep_until(answer_at).await;
        Ok(Done::now(()))
    }

    pub async fn password_reset(&self, caller: &Caller, command: &Command, input: PasswordReset) -> Outcome<User> {
        let hash = SecretHash::of(&input.token).ok_or(Refusal::ResetTokenInvalid)?;
        let id = password_resets::user_of(&self.db, &hash, command.now).await?.ok_or(Refusal::ResetTokenInvalid)?;
        let user = users::by_id(&self.db, id).await?.ok_or(Refusal::ResetTokenInvalid)?;
        let chosen = Password::choose(input.new_password, &user.username).map_err(|flaw| flaw.of("newPassword"))?;
        let password = self.passwords.hash(client_of(caller), chosen).await?;
        let mut unit = self.begin(command).await?;
        // Once more: of two at the same time, the second finds it used.
        let id = password_resets::user_of(&mut unit, &hash, command.now).await?.ok_or(Refusal::ResetTokenInvalid)?;
        let mut user = users::by_id(&mut unit, id).await?.ok_or(Refusal::ResetTokenInvalid)?;
        let event = user.change_password(true);
        users::set_password(&mut unit, &user, password).await?;
        password_resets::delete_of(&mut unit, id).await?;
        facts::record(&mut unit, command, Fact::of_user(&user, &event).by(id)).await?;
        let live = sessions::live_of(&mut unit, id, command.now).await?;
        end_sessions(&mut unit, command, live, EndReason::PasswordReset).await?;
        unit.commit(&()).await?;
        Ok(Done::now(user))
    }

    async fn send_reset(&self, command: &Command, user: &User) -> Result<(), CommandError> {
        let token = Secret::generate("").map_err(CommandError::internal)?;
        let mut unit = self.begin(command).await?;
        // An erasure may have been faster.
        let Some(user) = users::by_id(&mut unit, user.id).await? else { return Ok(()) };
        password_resets::replace(&mut unit, user.id, &token.hash(), command.now).await?;
        facts::note(&mut unit, command, &Fact::of_user(&user, &UserEvent::PasswordResetRequested)).await?;
        unit.commit(&()).await?;
        let text = format!(
            "Somebody, hopefully you, asked for a new password for {}.\n\nThis token sets it, once, within 30 \
             minutes:\n\n{}\n\nIf it was not you, do nothing: your password stays as it is.\n",
            user.username,
            token.reveal()
        );
        self.mail.send(command, &user, ("A new password", &text)).await
    }
}

impl fmt::Debug for PasswordReset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordReset(…)")
    }
}
