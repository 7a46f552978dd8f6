//! The catalog as a subgraph: thin types over the domain, and every path asks the policies.

mod attribute;
mod category;
mod entities;
mod filter;
mod mutation;
mod node;
mod payloads;
mod product;
mod query;
mod reading;
mod tenant;
mod variant;
mod vendor;

use crate::{Catalog, NAME};
use entities::Entity;
use hansa_messaging::Workers;
use hansa_subgraph_host::{Subgraph, SubgraphBuilder};
use mutation::Mutation;
use node::Node;
use query::Query;
use reading::Reading;

pub(crate) fn subgraph(catalog: &Catalog, workers: Workers) -> Subgraph {
    let services = catalog.services.clone();
    let catalog = catalog.clone();
    let builder = builder().loader(move |request| Reading::new(catalog.clone(), request.caller().clone()));
    builder.workers(workers).finish(&services)
}

pub(crate) fn sdl() -> String {
    builder().sdl()
}

fn builder() -> SubgraphBuilder<Query, Mutation, Entity> {
    Subgraph::build(NAME, Query, Mutation).register::<Node>()
}
