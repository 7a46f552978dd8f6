//! Orders as a subgraph: thin types over the tables, and every path asks the policies.

mod cart;
mod checkout;
mod entities;
mod mutation;
mod node;
mod order;
mod order_filter;
mod order_line;
mod order_return;
mod payloads;
mod query;
mod stubs;
mod subscription;
mod tenant;
mod timeline;
mod user;

use crate::{NAME, Orders};
use async_graphql::Context;
use entities::Entity;
use hansa_subgraph_host::{Subgraph, SubgraphBuilder};
use mutation::Mutation;
use node::Node;
use query::Query;
use subscription::Changes;

pub(crate) fn builder() -> SubgraphBuilder<Query, Mutation, Entity, Changes> {
    Subgraph::build_with(NAME, Query, Mutation, Changes).register::<Node>()
}

fn orders<'a>(ctx: &Context<'a>) -> &'a Orders {
    ctx.data_unchecked::<Orders>()
}

/// As GraphQL's integers are.
fn int(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
