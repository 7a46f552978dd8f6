//! Which subgraph knows what, the supergraph that says so, and the operation that visits all of it.

use serde_json::json;

use crate::{
    interpreter::{Interpreter, Refusal},
    world::World,
};

/// The fields of one type that a subgraph resolves.
#[derive(Debug)]
pub struct TypeFields {
    pub type_name: &'static str,
    pub key: Option<&'static str>,
    pub fields: &'static [&'static str],
    /// Fields that are computed from other subgraphs' fields, and from which.
    pub requires: &'static [(&'static str, &'static [&'static str])],
}

/// One subgraph of the scenario.
#[derive(Debug)]
pub struct Subgraph {
    pub name: &'static str,
    pub types: &'static [TypeFields],
}

pub static SUBGRAPHS: [Subgraph; 4] = [
    Subgraph {
        name: "members",
        types: &[
            TypeFields { type_name: "Query", key: None, fields: &["members"], requires: &[] },
            TypeFields { type_name: "Member", key: Some("id"), fields: &["id", "name", "handle"], requires: &[] },
        ],
    },
    Subgraph {
        name: "catalog",
        types: &[
            TypeFields { type_name: "Query", key: None, fields: &["wares"], requires: &[] },
            TypeFields {
                type_name: "Ware",
                key: Some("sku"),
                fields: &["sku", "title", "price", "weight"],
                requires: &[],
            },
        ],
    },
    Subgraph {
        name: "reviews",
        types: &[
            TypeFields { type_name: "Member", key: Some("id"), fields: &["id", "reviews"], requires: &[] },
            TypeFields { type_name: "Ware", key: Some("sku"), fields: &["sku", "reviews"], requires: &[] },
            TypeFields {
                type_name: "Review",
                key: Some("id"),
                fields: &["id", "rating", "body", "author", "ware"],
                requires: &[],
            },
        ],
    },
    Subgraph {
        name: "warehouse",
        types: &[TypeFields {
            type_name: "Ware",
            key: Some("sku"),
            fields: &["sku", "inStock", "freight"],
            requires: &[("freight", &["price", "weight"])],
        }],
    },
];

/// The operation of the benchmark.
pub const OPERATION: &str = include_str!("../operation.graphql");

impl Subgraph {
    pub fn type_fields(&self, type_name: &str) -> Option<&'static TypeFields> {
        self.types.iter().find(|fields| fields.type_name == type_name)
    }
}

/// The supergraph, with the URLs in the order of `SUBGRAPHS`.
pub fn supergraph(urls: &[String]) -> String {
    let mut text = include_str!("../supergraph.graphql").to_owned();
    for (subgraph, url) in SUBGRAPHS.iter().zip(urls) {
        text = text.replace(&format!("http://{}.invalid/graphql", subgraph.name), url);
    }
    text
}

/// The body that clients post.
pub fn request_body() -> Vec<u8> {
    json!({"query": OPERATION, "operationName": "Fair", "variables": {"first": 5}}).to_string().into_bytes()
}

/// What the operation's answer must be, computed on the merged data without any subgraph.
pub fn expected_response(world: &World) -> Result<Vec<u8>, Refusal> {
    Interpreter::merged(world).answer(&request_body())
}
