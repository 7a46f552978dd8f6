//! New tokens for old. Each refresh token is good once: one that comes again is in the hands of two, so that the session
//! ends for both. Also when it was only sent twice by mistake: a client has to send one refresh at a time.

use crate::{
    Identity, SignedIn,
    domain::{EndReason, Refusal},
    identity::{bearer_of, end_sessions},
    outcome::{CommandError, Done, Outcome},
    secrets::RefreshToken,
    tables::{refresh_tokens, sessions, users},
};
use hansa_event_sourcing::Command;

impl Identity {
    /// The token alone says who asks.
    pub async fn session_refresh(&self, command: &Command, refresh_token: &str) -> Outcome<SignedIn> {
        let token = RefreshToken::parse(refresh_token).ok_or(Refusal::RefreshTokenInvalid)?;
        let hash = token.family_hash();
        // Most wrong tokens are stopped here, without taking the turn of others to write.
        refresh_tokens::family(&self.db, &hash).await?.ok_or(Refusal::RefreshTokenInvalid)?;
        let new_token = token.next().map_err(CommandError::internal)?;
        self.rotate_old_signing_key(command.now).await;
        let mut unit = self.begin(command).await?;
        let family = refresh_tokens::family(&mut unit, &hash).await?.ok_or(Refusal::RefreshTokenInvalid)?;
        let session = sessions::by_id(&mut unit, family.session).await?;
        let mut session = session.ok_or(Refusal::RefreshTokenInvalid)?;
        match session.refresh(family.state_of(&token), command.now) {
            Ok(()) => {}
            Err(Refusal::RefreshTokenReused) => {
                end_sessions(&mut unit, command, [session], EndReason::TokenReused).await?;
                unit.commit(&()).await?;
                return Err(Refusal::RefreshTokenReused.into());
            }
            Err(refusal) => return Err(refusal.into()),
        }
        refresh_tokens::replace(&mut unit, session.id, &new_token).await?;
        sessions::update(&mut unit, &session).await?;
        let user = users::by_id(&mut unit, session.user).await?.ok_or(Refusal::RefreshTokenInvalid)?;
        // Signed before the commit: what fails here leaves the old token good.
        let access_token = self.access_token(bearer_of(&mut unit, &user, &session).await?, command)?;
        unit.commit(&()).await?;
        Ok(Done::now(SignedIn { user, session, access_token, refresh_token: new_token.text() }))
    }
}
