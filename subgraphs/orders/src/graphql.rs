//! The schema: thin types over the domain. Every path asks the policies.

mod entities;
mod item;
mod mutation;
mod query;

use crate::{NAME, Orders};
use async_graphql::Context;
use entities::Entity;
use hansa_subgraph_host::{Subgraph, SubgraphBuilder};
use item::Node;
use mutation::Mutation;
use query::Query;

/// The schema, without what is behind it.
pub(crate) fn builder() -> SubgraphBuilder<Query, Mutation, Entity> {
    Subgraph::build(NAME, Query, Mutation).register::<Node>()
}

/// The context behind the schema.
fn orders<'a>(ctx: &Context<'a>) -> &'a Orders {
    ctx.data_unchecked::<Orders>()
}
