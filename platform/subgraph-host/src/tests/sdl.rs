//! The SDL that leaves is the subgraph's own, the same each time, and composes.

use super::{
    small_subgraph::{Entity, Mutation, Query, small_subgraph},
    subscription::Subscription,
};
use crate::{Caller, Subgraph, canonical_sdl, testing::execute};
use expect_test::expect_file;
use hansa_composition::{ComposeOptions, SubgraphSource, compose};
use serde_json::json;

#[tokio::test]
async fn is_the_same_from_every_side() {
    let sdl = Subgraph::build_with::<Entity, _, _, _>("", Query, Mutation, Subscription).sdl();
    expect_file!["sdl/things.graphql"].assert_eq(&sdl);
    let subgraph = small_subgraph();
    assert_eq!(subgraph.sdl(), sdl);
    let answer = execute(&subgraph, &Caller::visitor(), "{ _service { sdl } }", json!({})).await;
    assert_eq!(answer["data"]["_service"]["sdl"], sdl.as_str());
    for ours in ["_Any", "_Entity", "_Service", "_entities", "directive @"] {
        assert!(!sdl.contains(ours), "{ours}");
    }
}

const PEOPLE: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
type Query { user(id: ID!): User pages: PageInfo }
type User @key(fields: "id") { id: ID! username: String }
type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
"#;

#[test]
fn composes_with_others() {
    let things = Subgraph::build_with::<Entity, _, _, _>("", Query, Mutation, Subscription).sdl();
    let source = |name: &str, sdl: &str| SubgraphSource {
        name: name.to_owned(),
        url: format!("http://{name}.example/graphql"),
        sdl: sdl.to_owned(),
        origin: format!("{name}.graphql"),
    };
    let sources = [source("things", &things), source("people", PEOPLE)];
    let composition = compose(&sources, &ComposeOptions::default());
    let problems: Vec<String> = composition.errors.iter().map(|error| format!("{error:?}")).collect();
    assert_eq!(problems, [""; 0]);
    let supergraph = composition.supergraph.unwrap();
    assert!(supergraph.sdl.contains("type ThingConnection"));
    let answering: Vec<&str> = supergraph.sdl.lines().filter(|line| line.contains("nodeId")).collect();
    assert!(answering.iter().any(|line| line.contains("@inaccessible")), "{answering:?}");
}

#[test]
fn does_not_depend_on_the_order_of_definitions() {
    let parts = [
        "type Query { b: B _service: _Service! }",
        "type B { a: A @shareable }",
        "scalar A",
        "type _Service { sdl: String! }",
        "directive @shareable on FIELD_DEFINITION",
        "schema { query: Query }",
    ];
    let sdl = canonical_sdl(&parts.join("\n"));
    let reversed: Vec<&str> = parts.into_iter().rev().collect();
    assert_eq!(canonical_sdl(&reversed.join("\n")), sdl);
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@shareable\"])";
    assert_eq!(sdl, format!("{link}\n\nscalar A\n\ntype B {{\n  a: A @shareable\n}}\n\ntype Query {{\n  b: B\n}}\n"));
}
