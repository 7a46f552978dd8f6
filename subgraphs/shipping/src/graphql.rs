//! The schema: thin types over the domain. Every path asks the policies.

mod address;
mod checkout;
mod entities;
mod inputs;
mod method;
mod mutation;
mod order;
mod parcel;
mod payloads;
mod query;
mod shipment;
mod subscription;
mod variant;
mod warehouse;

use crate::{NAME, Shipping};
use async_graphql::Context;
use entities::{Entity, Node};
use hansa_subgraph_host::{Subgraph, SubgraphBuilder};
use mutation::Mutation;
use query::Query;
use subscription::Changes;

/// The schema, without what is behind it.
pub(crate) fn builder() -> SubgraphBuilder<Query, Mutation, Entity, Changes> {
    Subgraph::build_with(NAME, Query, Mutation, Changes).register::<Node>()
}

/// The context behind the schema.
fn shipping<'a>(ctx: &Context<'a>) -> &'a Shipping {
    ctx.data_unchecked::<Shipping>()
}

/// A version or a count, as GraphQL has numbers.
fn int(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
