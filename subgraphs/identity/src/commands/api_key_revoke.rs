//! A key of the acting tenant is good no longer. Tokens that it was exchanged for are, for ten minutes at most.

use crate::{
    Identity,
    domain::{ApiKey, ApiKeyId, Refusal},
    facts::{self, Fact},
    outcome::{Done, Outcome},
    tables::api_keys,
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;

impl Identity {
    /// To revoke what is revoked is done, and does nothing.
    pub async fn api_key_revoke(&self, caller: &Caller, command: &Command, id: ApiKeyId) -> Outcome<ApiKey> {
        self.asking(caller, "manageApiKeys", command.now).await?;
        let mut unit = self.begin(command).await?;
        let standing = self.acting(&mut unit, caller, "manageApiKeys").await?;
        let key = api_keys::by_id(&mut unit, id).await?.filter(|key| key.tenant == standing.tenant.id);
        let mut key = key.ok_or(Refusal::NotFound { field: "apiKeyId" })?;
        let Some(event) = key.revoke(command.now) else { return Ok(Done::now(key)) };
        api_keys::update(&mut unit, &key).await?;
        facts::record(&mut unit, command, Fact::of_api_key(&key, &event)).await?;
        unit.commit(&()).await?;
        Ok(Done::now(key))
    }
}
