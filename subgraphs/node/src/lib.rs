//! The fields `node` and `nodes`: from the prefix of an id to the type it belongs to, and nothing else.
//!
//! Whether there is such an entity, and whether the caller may see it, its owner says: this subgraph knows only
//! `nodeId`, so a router must ask the owner for `id` and everything else. See
//! `docs/decisions/0012-nodes-are-confirmed-by-their-owner.md`.

mod graph;
#[cfg(test)]
mod tests;

use graph::Graph;
use hansa_subgraph_host::{Services, Subgraph};
use hansa_values::AnyId;
use std::{collections::BTreeMap, sync::Arc};

/// Its name in the supergraph.
pub const NAME: &str = "node";

/// Types by the prefixes of their ids, sorted.
#[derive(Debug, Clone)]
pub struct Node {
    types: Arc<BTreeMap<&'static str, &'static str>>,
}

/// Lists of contexts that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodesError {
    #[error("ids of `{first}` and of `{second}` begin with the same prefix, `{prefix}_`")]
    SamePrefix { prefix: &'static str, first: &'static str, second: &'static str },
    #[error("the type `{type_name}` has two prefixes, `{first}_` and `{second}_`")]
    SameType { type_name: &'static str, first: &'static str, second: &'static str },
    #[error("`{0}` is no name of a type")]
    NoName(&'static str),
}

impl Node {
    /// From what contexts list in their `NODES`: prefix and type of each entity that has an id and a `nodeId`.
    ///
    /// # Errors
    /// A prefix or a type that is there twice, and a type that cannot be one.
    pub fn new(nodes: impl IntoIterator<Item = (&'static str, &'static str)>) -> Result<Node, NodesError> {
        let mut types: BTreeMap<&'static str, &'static str> = BTreeMap::new();
        for (prefix, type_name) in nodes {
            if !is_type_name(type_name) {
                return Err(NodesError::NoName(type_name));
            }
            if let Some((first, _)) = types.iter().find(|(_, known)| **known == type_name) {
                return Err(NodesError::SameType { type_name, first, second: prefix });
            }
            if let Some(first) = types.insert(prefix, type_name) {
                return Err(NodesError::SamePrefix { prefix, first, second: type_name });
            }
        }
        Ok(Node { types: Arc::new(types) })
    }

    pub fn sdl(&self) -> String {
        graph::sdl(self)
    }

    pub fn subgraph(&self, services: &Services) -> Subgraph {
        let graph = Graph::new(self.clone(), services.mode);
        Subgraph::of_function(NAME, self.sdl(), move |request| graph.answer(request), services)
    }

    /// The type of what an id names, if it is an id of ours.
    fn type_of(&self, id: &str) -> Option<&'static str> {
        self.types.get(AnyId::parse(id)?.prefix).copied()
    }
}

/// Types of entities begin with a capital letter; `Node` and `Query` are this subgraph's own.
fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !["Node", "Query", "Boolean", "Float", "ID", "Int", "String"].contains(&name)
}
