//! The GraphQL API: thin. What is loaded goes through the viewer's eyes; what siblings ask is asked once for all of them.

mod comment;
mod entities;
mod mutation;
mod node;
mod pages;
mod payloads;
mod post;
mod product;
mod profile;
mod query;
mod report;
mod review;
mod user;

pub(crate) use entities::Entity;
pub(crate) use mutation::Mutation;
pub(crate) use query::Query;

use crate::{Social, viewer::Viewer};
use async_graphql::Context;
use hansa_subgraph_host::request_context;

/// The eyes of this request's caller.
fn viewer<'a>(ctx: &Context<'a>) -> Viewer<'a> {
    Viewer::new(&ctx.data_unchecked::<Social>().core, request_context(ctx).caller())
}

/// A version or a count as GraphQL's `Int`.
fn int(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
