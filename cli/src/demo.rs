//! The demo supergraph, carried in the binary so that `hansa up` needs no files.

use hansa_mock_subgraph::{Knobs, LoadError, MockSubgraph};
use hansa_server::PreparedOperation;
use std::sync::Arc;

pub(crate) const SUPERGRAPH: &str = include_str!("../../tests/cases/demo/supergraph.graphql");

/// Name, SDL and data of each subgraph.
const SUBGRAPHS: [(&str, &str, &str); 4] = [
    (
        "accounts",
        include_str!("../../tests/cases/demo/subgraphs/accounts.graphql"),
        include_str!("../../tests/cases/demo/subgraphs/accounts.json"),
    ),
    (
        "catalog",
        include_str!("../../tests/cases/demo/subgraphs/catalog.graphql"),
        include_str!("../../tests/cases/demo/subgraphs/catalog.json"),
    ),
    (
        "reviews",
        include_str!("../../tests/cases/demo/subgraphs/reviews.graphql"),
        include_str!("../../tests/cases/demo/subgraphs/reviews.json"),
    ),
    (
        "stock",
        include_str!("../../tests/cases/demo/subgraphs/stock.graphql"),
        include_str!("../../tests/cases/demo/subgraphs/stock.json"),
    ),
];

/// What the playground offers, in this order.
const OPERATIONS: [&str; 7] = [
    include_str!("../../tests/cases/demo/operations/1-keys.graphql"),
    include_str!("../../tests/cases/demo/operations/2-requires.graphql"),
    include_str!("../../tests/cases/demo/operations/3-provides.graphql"),
    include_str!("../../tests/cases/demo/operations/4-interface-and-union.graphql"),
    include_str!("../../tests/cases/demo/operations/5-list-arguments.graphql"),
    include_str!("../../tests/cases/demo/operations/6-mutation-order.graphql"),
    include_str!("../../tests/cases/demo/operations/7-partial-data.graphql"),
];

pub(crate) fn subgraph_names() -> impl Iterator<Item = &'static str> {
    SUBGRAPHS.iter().map(|(name, _, _)| *name)
}

/// Where a subgraph answers below the address that serves [`subgraphs`].
pub(crate) fn path_of(subgraph_name: &str) -> String {
    format!("/{subgraph_name}/graphql")
}

/// All subgraphs, to be served each below its name.
pub(crate) fn subgraphs() -> Result<Vec<(String, Arc<MockSubgraph>, Knobs)>, LoadError> {
    let load = |(name, sdl, data): (&str, &str, &str)| {
        MockSubgraph::new(name, sdl, Some(data)).map(|subgraph| (name.to_owned(), Arc::new(subgraph), Knobs::default()))
    };
    SUBGRAPHS.into_iter().map(load).collect()
}

/// Each is named by what its first comment says before the colon.
pub(crate) fn operations() -> Vec<PreparedOperation> {
    let name = |text: &str| {
        let comment = text.lines().next().unwrap_or_default().trim_start_matches('#');
        comment.split(':').next().unwrap_or_default().trim().to_owned()
    };
    let prepared = |text: &str| PreparedOperation { name: name(text), query: text.to_owned(), variables: None };
    OPERATIONS.into_iter().map(prepared).collect()
}
