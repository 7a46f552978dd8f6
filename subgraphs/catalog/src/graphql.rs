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
use hansa_subgraph_host::Subgraph;
use mutation::Mutation;
use query::Query;
use reading::Reading;

pub(crate) fn subgraph(catalog: &Catalog) -> Subgraph {
    let services = catalog.services.clone();
    let catalog = catalog.clone();
    Subgraph::build::<Entity, _, _>(NAME, Query, Mutation)
        .loader(move |request| Reading::new(catalog.clone(), request.caller().clone()))
        .finish(&services)
}

pub(crate) fn sdl() -> String {
    Subgraph::sdl_of::<Entity, _, _>(Query, Mutation)
}
