//! Commands: who may, what the domain says, and one commit for state, events and the idempotency record.

use crate::{
    Shipping,
    domain::{
        Refusal,
        item::{ShippingItem, ShippingItemId},
        title::Title,
    },
    items,
};
use hansa_event_sourcing::Command;
use hansa_relational::{Begun, StoreError};
use hansa_subgraph_host::{Caller, Fault};
use serde::{Deserialize, Serialize};

/// Input of `shippingItemCreate`.
#[derive(Debug, Clone, Serialize)]
pub struct ShippingItemCreate {
    pub title: String,
}

/// Input of `shippingItemRename`.
#[derive(Debug, Clone, Serialize)]
pub struct ShippingItemRename {
    /// As the client gave it.
    pub id: String,
    pub title: String,
    pub expected_version: Option<i64>,
}

/// A command that was done, by this call or by an earlier one with the same idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    pub value: T,
    pub replayed: bool,
}

/// A command that was not done.
#[derive(Debug)]
pub enum CommandError {
    /// An expected failure: whoever asked can do something about it.
    Refused(Refusal),
    /// Nobody who asks can.
    Failed(Fault),
}

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Changed {
    item: ShippingItemId,
}

impl Shipping {
    pub async fn item_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: ShippingItemCreate,
    ) -> Result<Done<ShippingItem>, CommandError> {
        let tenant = caller.tenant.filter(|tenant| self.may_write(caller, *tenant)).ok_or(Refusal::Forbidden)?;
        let title = Title::parse(&input.title)?;
        let mut unit = match self.db.begin::<Changed>(command).await? {
            Begun::Replayed(Changed { item }) => return self.replayed(item).await,
            Begun::Fresh(unit) => unit,
        };
        let item = ShippingItem { id: command.ids.id(), tenant, title, created_at: command.now, version: 1 };
        items::insert(&mut unit, &item).await?;
        unit.record(item.event(&item.created()));
        unit.commit(&Changed { item: item.id }).await?;
        Ok(Done { value: item, replayed: false })
    }

    pub async fn item_rename(
        &self,
        caller: &Caller,
        command: &Command,
        input: ShippingItemRename,
    ) -> Result<Done<ShippingItem>, CommandError> {
        let id: ShippingItemId = input.id.parse().map_err(|_| Refusal::NotFound)?;
        let title = Title::parse(&input.title)?;
        let mut unit = match self.db.begin::<Changed>(command).await? {
            Begun::Replayed(Changed { item }) => return self.replayed(item).await,
            Begun::Fresh(unit) => unit,
        };
        let item = items::by_id(&mut unit, id).await?;
        let mut item = item.filter(|item| self.may_write(caller, item.tenant)).ok_or(Refusal::NotFound)?;
        if let Some(event) = item.rename(title, input.expected_version)? {
            items::update(&mut unit, &item).await?;
            unit.record(item.event(&event));
        }
        unit.commit(&Changed { item: item.id }).await?;
        Ok(Done { value: item, replayed: false })
    }

    async fn replayed(&self, id: ShippingItemId) -> Result<Done<ShippingItem>, CommandError> {
        let item = items::by_id(&self.db, id).await?.ok_or(Refusal::NotFound)?;
        Ok(Done { value: item, replayed: true })
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(refusal)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        match error {
            StoreError::KeyReused => CommandError::Refused(Refusal::IdempotencyKeyReused),
            StoreError::Busy | StoreError::Full => CommandError::Failed(Fault::unavailable(error)),
            other => CommandError::Failed(Fault::internal(other)),
        }
    }
}
