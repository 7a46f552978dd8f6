//! The schema: thin. Reads ask the policies and the tables; mutations call a command and write its payload.

mod api_key;
mod audit_entry;
mod entities;
mod inputs;
mod loaders;
mod membership;
mod mutation;
mod page;
mod payloads;
mod query;
mod sensitive;
mod session;
mod subscription;
mod tenant;
mod user;

pub(crate) use entities::{Entity, Node};
pub(crate) use loaders::{TenantLoader, UserLoader};
pub(crate) use mutation::Mutation;
pub(crate) use query::Query;
pub(crate) use subscription::Changes;

use crate::Identity;
use async_graphql::Context;

/// The opened context that the schema was made with.
fn identity<'a>(ctx: &Context<'a>) -> &'a Identity {
    ctx.data_unchecked::<Identity>()
}

/// Versions count small steps; GraphQL's `Int` has 32 bits.
fn version(version: i64) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}
