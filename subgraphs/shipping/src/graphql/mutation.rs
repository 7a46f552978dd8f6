//! Mutations: one input, one payload; expected failures stand in `userErrors`.

use super::{item::ItemObject, shipping};
use crate::{
    commands::{CommandError, Done, ShippingItemCreate, ShippingItemRename},
    domain::{Refusal, item::ShippingItem},
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use hansa_subgraph_host::{Fault, UserError, request_context};

/// The mutation root.
#[derive(Debug)]
pub(crate) struct Mutation;

#[derive(Debug, InputObject)]
pub(crate) struct ShippingItemCreateInput {
    title: String,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct ShippingItemRenameInput {
    id: ID,
    title: String,
    /// The version that the change is meant for.
    expected_version: Option<i32>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    idempotency_key: Option<String>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ShippingItemCreatePayload {
    item: Option<ItemObject>,
    user_errors: Vec<UserError>,
    /// Whether an earlier call with the same key did it.
    replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ShippingItemRenamePayload {
    item: Option<ItemObject>,
    user_errors: Vec<UserError>,
    /// Whether an earlier call with the same key did it.
    replayed: bool,
}

/// What both payloads have.
struct Outcome {
    item: Option<ItemObject>,
    user_errors: Vec<UserError>,
    replayed: bool,
}

#[Object]
impl Mutation {
    #[graphql(name = "shippingItemCreate")]
    async fn item_create(
        &self,
        ctx: &Context<'_>,
        input: ShippingItemCreateInput,
    ) -> Result<ShippingItemCreatePayload, Fault> {
        let request = request_context(ctx);
        let create = ShippingItemCreate { title: input.title };
        let Outcome { item, user_errors, replayed } =
            match request.command("shippingItemCreate", input.idempotency_key.as_deref(), &create) {
                Ok(command) => outcome(shipping(ctx).item_create(request.caller(), &command, create).await)?,
                Err(error) => refused(error),
            };
        Ok(ShippingItemCreatePayload { item, user_errors, replayed })
    }

    #[graphql(name = "shippingItemRename")]
    async fn item_rename(
        &self,
        ctx: &Context<'_>,
        input: ShippingItemRenameInput,
    ) -> Result<ShippingItemRenamePayload, Fault> {
        let request = request_context(ctx);
        let expected_version = input.expected_version.map(i64::from);
        let rename = ShippingItemRename { id: input.id.to_string(), title: input.title, expected_version };
        let Outcome { item, user_errors, replayed } =
            match request.command("shippingItemRename", input.idempotency_key.as_deref(), &rename) {
                Ok(command) => outcome(shipping(ctx).item_rename(request.caller(), &command, rename).await)?,
                Err(error) => refused(error),
            };
        Ok(ShippingItemRenamePayload { item, user_errors, replayed })
    }
}

fn outcome(done: Result<Done<ShippingItem>, CommandError>) -> Result<Outcome, Fault> {
    match done {
        Ok(Done { value, replayed }) => {
            Ok(Outcome { item: Some(ItemObject(value)), user_errors: Vec::new(), replayed })
        }
        Err(CommandError::Refused(refusal)) => Ok(refused(user_error(&refusal))),
        Err(CommandError::Failed(fault)) => Err(fault),
    }
}

fn refused(error: UserError) -> Outcome {
    Outcome { item: None, user_errors: vec![error], replayed: false }
}

fn user_error(refusal: &Refusal) -> UserError {
    match refusal {
        Refusal::Forbidden => UserError::new("FORBIDDEN", "", refusal.to_string()),
        Refusal::NotFound => UserError::not_found("id", "item"),
        Refusal::TitleInvalid => UserError::new("TITLE_INVALID", "title", refusal.to_string()),
        Refusal::VersionConflict { current } => UserError::version_conflict(*current),
        Refusal::IdempotencyKeyReused => UserError::idempotency_key_reused(),
    }
}
