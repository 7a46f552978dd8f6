//! A program gets a key to the acting tenant. The secret is in this answer and nowhere else: a repetition by idempotency
//! key gives the key without it.

use crate::{
    Identity,
    domain::{ApiKey, ApiKeyId, ApiKeyName, ApiKeyTerms, Refusal, Scope, Scopes},
    facts::{self, Fact},
    outcome::{CommandError, Done, Outcome},
    secrets::Secret,
    tables::api_keys,
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::Command;
use hansa_relational::Begun;
use hansa_subgraph_host::Caller;
use serde::{Deserialize, Serialize};

/// A tenant has no more live keys.
const KEYS_MAX: u32 = 50;
/// By which scanners for leaked secrets know ours.
const PREFIX: &str = "hansa_";

/// Input of `apiKeyCreate`.
#[derive(Debug, Clone)]
pub struct ApiKeyCreate {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new key.
#[derive(Debug, Clone)]
pub struct ApiKeyCreated {
    pub api_key: ApiKey,
    /// `None` in a repetition.
    pub secret: Option<Secret>,
}

/// What an idempotency key stands for.
#[derive(Serialize)]
pub(crate) struct KeyedInput<'a> {
    name: &'a str,
    scopes: Vec<&'static str>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
struct Created {
    api_key: ApiKeyId,
}

impl ApiKeyCreate {
    pub(crate) fn keyed(&self) -> KeyedInput<'_> {
        let scopes = self.scopes.iter().map(|scope| scope.as_str()).collect();
        KeyedInput { name: &self.name, scopes, expires_at: self.expires_at }
    }
}

impl Identity {
    pub async fn api_key_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: ApiKeyCreate,
    ) -> Outcome<ApiKeyCreated> {
        let (user, _) = self.asking(caller, "manageApiKeys", command.now).await?;
        let terms = ApiKeyTerms {
            name: ApiKeyName::parse(&input.name)?,
            scopes: Scopes::new(input.scopes),
            expires_at: input.expires_at,
        };
        let secret = Secret::generate(PREFIX).map_err(CommandError::internal)?;
        let mut unit = match self.db.begin::<Created>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(created) => {
                self.acting(&self.db, caller, "manageApiKeys").await?;
                let api_key = api_keys::by_id(&self.db, created.api_key).await?;
                let api_key = api_key.ok_or(Refusal::NotFound { field: "name" })?;
                return Ok(Done::before(ApiKeyCreated { api_key, secret: None }));
            }
        };
        let standing = self.acting(&mut unit, caller, "manageApiKeys").await?;
        terms.check(&standing.scopes(), command.now)?;
        if api_keys::count_live(&mut unit, standing.tenant.id, command.now).await? >= i64::from(KEYS_MAX) {
            return Err(Refusal::LimitReached(KEYS_MAX).into());
        }
        let api_key = ApiKey {
            id: command.ids.id(),
            tenant: standing.tenant.id,
            name: terms.name,
            scopes: terms.scopes,
            created_by: user,
            created_at: command.now,
            expires_at: terms.expires_at,
            revoked_at: None,
            last_used_at: None,
            version: 1,
        };
        api_keys::insert(&mut unit, &api_key, &secret.hash()).await?;
        facts::record(&mut unit, command, Fact::of_api_key(&api_key, &api_key.created())).await?;
        unit.commit(&Created { api_key: api_key.id }).await?;
        Ok(Done::now(ApiKeyCreated { api_key, secret: Some(secret) }))
    }
}
