//! The schema: thin types over the domain. Every path asks the policies.

mod dispute;
mod entities;
mod ledger;
mod method;
mod mutation;
mod order;
mod payment;
mod query;
mod subscription;
mod tenant;
mod vendor;

use crate::{NAME, Payments};
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
fn payments<'a>(ctx: &Context<'a>) -> &'a Payments {
    ctx.data_unchecked::<Payments>()
}
