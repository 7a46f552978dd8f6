//! Programs exchange their key for an access token. There is no session and nothing to refresh: the key is at hand.

use crate::{
    AccessToken, Identity,
    access_token::Bearer,
    domain::{ApiKey, Refusal},
    outcome::{Done, Outcome},
    secrets::SecretHash,
    tables::api_keys,
    throttle::API_KEY_BY_CLIENT,
};
use chrono::TimeDelta;
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;

/// `lastUsedAt` is no more exact than this, so that a busy program does not write with each token.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A program's token.
#[derive(Debug, Clone)]
pub struct ApiKeySignedIn {
    pub api_key: ApiKey,
    pub access_token: AccessToken,
}

impl Identity {
    pub async fn session_create_with_api_key(
        &self,
        caller: &Caller,
        command: &Command,
        secret: &str,
    ) -> Outcome<ApiKeySignedIn> {
        self.throttle.count_client(API_KEY_BY_CLIENT, caller, command.now).await?;
        let hash = SecretHash::of(secret).ok_or(Refusal::ApiKeyInvalid)?;
        let key = api_keys::by_secret(&self.db, &hash).await?.filter(|key| key.is_live(command.now));
        let mut key = key.ok_or(Refusal::ApiKeyInvalid)?;
        self.throttle.forgive_client(API_KEY_BY_CLIENT, caller).await;
        self.refuse_suspended(&self.db, key.tenant, "apiKey").await?;
        if key.last_used_at.is_none_or(|at| command.now - at >= USE_NOTED_EVERY) {
            let mut unit = self.begin(command).await?;
            let current = api_keys::by_id(&mut unit, key.id).await?.filter(|key| key.is_live(command.now));
            key = current.ok_or(Refusal::ApiKeyInvalid)?;
            key.last_used_at = Some(command.now);
            api_keys::update(&mut unit, &key).await?;
            unit.commit(&()).await?;
        }
        let bearer = Bearer {
            subject: key.id.to_string(),
            username: None,
            session: None,
            tenant: Some(key.tenant),
            roles: None,
            scopes: key.scopes.clone(),
        };
        self.rotate_old_signing_key(command.now).await;
        let access_token = self.access_token(bearer, command)?;
        Ok(Done::now(ApiKeySignedIn { api_key: key, access_token }))
    }
}
