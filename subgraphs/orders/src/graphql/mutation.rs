//! Mutations: one input, one payload; expected failures stand in `userErrors`.

use super::{item::ItemObject, orders};
use crate::{
    commands::{CommandError, Done, OrdersItemCreate, OrdersItemRename},
    domain::{Refusal, item::OrdersItem},
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use hansa_subgraph_host::{Fault, UserError, request_context};

/// The mutation root.
#[derive(Debug)]
pub(crate) struct Mutation;

#[derive(Debug, InputObject)]
pub(crate) struct OrdersItemCreateInput {
    title: String,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct OrdersItemRenameInput {
    id: ID,
    title: String,
    /// The version that the change is meant for.
    expected_version: Option<i32>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    idempotency_key: Option<String>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct OrdersItemCreatePayload {
    item: Option<ItemObject>,
    user_errors: Vec<UserError>,
    /// Whether an earlier call with the same key did it.
    replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct OrdersItemRenamePayload {
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
    #[graphql(name = "ordersItemCreate")]
    async fn item_create(
        &self,
        ctx: &Context<'_>,
        input: OrdersItemCreateInput,
    ) -> Result<OrdersItemCreatePayload, Fault> {
        let request = request_context(ctx);
        let create = OrdersItemCreate { title: input.title };
        let Outcome { item, user_errors, replayed } =
            match request.command("ordersItemCreate", input.idempotency_key.as_deref(), &create) {
                Ok(command) => outcome(orders(ctx).item_create(request.caller(), &command, create).await)?,
                Err(error) => refused(error),
            };
        Ok(OrdersItemCreatePayload { item, user_errors, replayed })
    }

    #[graphql(name = "ordersItemRename")]
    async fn item_rename(
        &self,
        ctx: &Context<'_>,
        input: OrdersItemRenameInput,
    ) -> Result<OrdersItemRenamePayload, Fault> {
        let request = request_context(ctx);
        let expected_version = input.expected_version.map(i64::from);
        let rename = OrdersItemRename { id: input.id.to_string(), title: input.title, expected_version };
        let Outcome { item, user_errors, replayed } =
            match request.command("ordersItemRename", input.idempotency_key.as_deref(), &rename) {
                Ok(command) => outcome(orders(ctx).item_rename(request.caller(), &command, rename).await)?,
                Err(error) => refused(error),
            };
        Ok(OrdersItemRenamePayload { item, user_errors, replayed })
    }
}

fn outcome(done: Result<Done<OrdersItem>, CommandError>) -> Result<Outcome, Fault> {
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
