//! From ids to stubs, and from the composed graph to the owner.

use crate::{NAME, Node, NodesError};
use apollo_compiler::ExecutableDocument;
use expect_test::{expect, expect_file};
use hansa_composition::{ComposeOptions, SubgraphSource, compose};
use hansa_federation::Supergraph;
use hansa_query_planner::{PlanningLimits, QueryPlanner, Specialisation};
use hansa_subgraph_host::{
    Caller, Subgraph,
    testing::{execute, services},
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

const NODES: [(&str, &str); 2] = [("product", "Product"), ("vendor", "Vendor")];

const PRODUCT: &str = "product_00000000000000000000000001";
const VENDOR: &str = "vendor_00000000000000000000000002";

fn node() -> Node {
    Node::new(NODES).unwrap()
}

fn subgraph() -> Subgraph {
    node().subgraph(&services(Path::new(".")))
}

async fn ask(query: &str, variables: Value) -> Value {
    execute(&subgraph(), &Caller::visitor(), query, variables).await
}

#[tokio::test]
async fn an_id_is_a_stub_of_its_type() {
    let query = "query($id: ID!) { node(id: $id) { __typename ... on Product { nodeId } ... on Vendor { nodeId } } }";
    for (id, type_name) in [(PRODUCT, "Product"), (VENDOR, "Vendor")] {
        let answer = ask(query, json!({ "id": id })).await;
        assert_eq!(answer, json!({ "data": { "node": { "__typename": type_name, "nodeId": id } } }));
    }
}

#[tokio::test]
async fn what_is_no_id_of_ours_is_null() {
    let capital = PRODUCT.to_uppercase();
    let longer = format!("{PRODUCT}0");
    let bad = ["", "product", "product_", "5", "stranger_00000000000000000000000001", &capital, &longer, "__typename"];
    for id in bad {
        let answer = ask("query($id: ID!) { node(id: $id) { __typename } }", json!({ "id": id })).await;
        assert_eq!(answer, json!({ "data": { "node": null } }), "{id}");
    }
    let answer = ask("{ node(id: 5) { __typename } }", json!({})).await;
    assert_eq!(answer, json!({ "data": { "node": null } }), "GraphQL takes integers for ids");
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }";
    let answer = ask(query, json!({ "ids": [VENDOR, "nothing", PRODUCT, VENDOR] })).await;
    let (product, vendor) = (json!({ "__typename": "Product" }), json!({ "__typename": "Vendor" }));
    assert_eq!(answer, json!({ "data": { "nodes": [vendor, null, product, vendor] } }));
}

#[tokio::test]
async fn takes_a_hundred_ids() {
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }";
    let answer = ask(query, json!({ "ids": vec![PRODUCT; 100] })).await;
    assert_eq!(answer["data"]["nodes"].as_array().unwrap().len(), 100);
    assert_eq!(ask(query, json!({ "ids": [] })).await, json!({ "data": { "nodes": [] } }));
    let answer = ask(query, json!({ "ids": vec![PRODUCT; 101] })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(answer["errors"][0]["message"], "`nodes` takes at most 100 ids, not 101");
    for wrong in [json!([null]), json!([{ "id": 1 }]), json!(null)] {
        let answer = ask(query, json!({ "ids": wrong })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{answer}");
    }
}

#[tokio::test]
async fn refuses_what_is_no_operation_on_it() {
    for query in [
        "",
        "{",
        "{ nothing }",
        "{ node(id: 1) { title } }",
        "mutation { node(id: 1) { id } }",
        "{ __schema { types { name } } }",
    ] {
        let answer = ask(query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
        assert_eq!(answer.get("data"), None);
    }
    let answer = ask(&format!("{{ node(id: \"{}\") {{ id }} }}", "x".repeat(300_000)), json!({})).await;
    assert_eq!(answer["errors"][0]["message"], "the operation is too long");
}

#[tokio::test]
async fn its_sdl_lists_the_types() {
    let sdl = node().sdl();
    expect_file!["tests/node.graphql"].assert_eq(&sdl);
    let answer = ask("{ _service { sdl } }", json!({})).await;
    assert_eq!(answer["data"]["_service"]["sdl"], sdl.as_str());
    let reversed = Node::new(NODES.into_iter().rev()).unwrap();
    assert_eq!(reversed.sdl(), sdl, "whatever the order of the list");
}

#[test]
fn refuses_lists_that_contradict_each_other() {
    let same_prefix = Node::new([("product", "Product"), ("product", "Vendor")]).unwrap_err();
    assert_eq!(same_prefix, NodesError::SamePrefix { prefix: "product", first: "Product", second: "Vendor" });
    let same_type = Node::new([("product", "Product"), ("item", "Product")]).unwrap_err();
    for name in ["", "Node", "Query", "Int", "product", "A b", "A{", "_A"] {
        assert_eq!(Node::new([("a", name)]).unwrap_err(), NodesError::NoName(name));
    }
    assert_eq!(same_type, NodesError::SameType { type_name: "Product", first: "product", second: "item" });
}

const CATALOG: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])
interface Node { id: ID! }
type Query { product(id: ID!): Product }
type Product implements Node @key(fields: "id") @key(fields: "nodeId") {
  id: ID!
  nodeId: ID! @inaccessible
  title: String!
}
type Vendor implements Node @key(fields: "id") @key(fields: "nodeId") { id: ID! nodeId: ID! @inaccessible name: String! }
"#;

fn plan(query: &str) -> String {
    let source = |name: &str, sdl: &str| SubgraphSource {
        name: name.to_owned(),
        url: format!("http://{name}.example/graphql"),
        sdl: sdl.to_owned(),
        origin: format!("{name}.graphql"),
    };
    let composition = compose(&[source("catalog", CATALOG), source(NAME, &node().sdl())], &ComposeOptions::default());
    let problems: Vec<String> = composition.errors.iter().map(|error| format!("{error:?}")).collect();
    assert_eq!(problems, [""; 0]);
    let supergraph = Supergraph::parse(&composition.supergraph.unwrap().sdl, "supergraph.graphql").unwrap();
    let planner = QueryPlanner::new(Arc::new(supergraph), PlanningLimits::default());
    let document =
        ExecutableDocument::parse_and_validate(&planner.supergraph().api_schema, query, "operation.graphql").unwrap();
    let operation = document.operations.get(None).unwrap();
    let plan = planner.plan(&document, operation, Specialisation::NONE).unwrap();
    plan.to_text(planner.supergraph())
}

#[test]
fn even_the_id_is_asked_of_the_owner() {
    expect![[r#"
        fetch 0 from node
          query($id:ID!){node(id:$id){__typename ...on Product{nodeId} ...on Vendor{nodeId}}}
        fetch 1 from catalog after 0
          at node
          query($representations:[_Any!]!){_entities(representations:$representations){...on Product{id} ...on Vendor{id}}}
    "#]].assert_eq(&plan("query($id: ID!) { node(id: $id) { id } }"));
}

#[test]
fn many_nodes_are_one_request_to_each_owner() {
    let query =
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Product { title } ... on Vendor { name } } }";
    expect![[r#"
        fetch 0 from node
          query($ids:[ID!]!){nodes(ids:$ids){__typename ...on Product{nodeId} ...on Vendor{nodeId}}}
        fetch 1 from catalog after 0
          at nodes[]
          query($representations:[_Any!]!){_entities(representations:$representations){...on Product{title} ...on Vendor{name}}}
    "#]].assert_eq(&plan(query));
}
