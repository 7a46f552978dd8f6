//! A new key for access tokens: when an operator wants one, and when the newest is a month old. What older keys signed
//! stays good until it expires, because the key set keeps them for twice as long.

use crate::{
    Identity,
    facts::{self, Fact, SigningKeyEvent},
    outcome::{CommandError, Done, Outcome},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::{Actor, Command};

/// How old the newest key gets.
const AGE_MAX: TimeDelta = TimeDelta::days(30);

impl Identity {
    /// Whoever can call this is trusted: nothing in the API does.
    pub async fn rotate_signing_key(&self, command: &Command) -> Outcome<()> {
        let _rotating = self.rotating.lock().await;
        self.rotate(command).await?;
        Ok(Done::now(()))
    }

    /// One of those who need a token makes the new key; the others sign with the old one meanwhile.
    pub(crate) async fn rotate_old_signing_key(&self, now: DateTime<Utc>) {
        if now - self.keys.newest_created(now) < AGE_MAX {
            return;
        }
        let Ok(_rotating) = self.rotating.try_lock() else { return };
        if now - self.keys.newest_created(now) < AGE_MAX {
            return;
        }
        let command = Command {
            operation: "signingKeyRotate",
            actor: Actor::default(),
            now,
            ids: self.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: hansa_event_sourcing::Cause::default(),
        };
        if let Err(error) = self.rotate(&command).await {
            tracing::error!(?error, "the signing key is old and could not be rotated; it keeps signing");
        }
    }

    async fn rotate(&self, command: &Command) -> Result<(), CommandError> {
        let (keys, now) = (self.keys.clone(), command.now);
        let rotated = tokio::task::spawn_blocking(move || keys.rotate(now)).await.map_err(CommandError::internal)?;
        rotated.map_err(CommandError::internal)?;
        let mut unit = self.begin(command).await?;
        let fact = Fact::of_signing_key(SigningKeyEvent::Rotated, now.timestamp());
        facts::record(&mut unit, command, fact).await?;
        unit.commit(&()).await?;
        Ok(())
    }
}
