//! A plan says from which subgraphs a field of the answer comes.

use apollo_compiler::ExecutableDocument;
use hansa_federation::Supergraph;
use hansa_query_planner::{PlanningLimits, QueryPlanner, Specialisation};
use std::{fs, path::Path, sync::Arc};

#[test]
fn each_field_comes_from_the_subgraph_that_is_asked_for_it() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/demo");
    let read = |name: &str| fs::read_to_string(demo.join(name)).unwrap();
    let supergraph = Arc::new(Supergraph::parse(&read("supergraph.graphql"), "supergraph.graphql").unwrap());
    let planner = QueryPlanner::new(supergraph.clone(), PlanningLimits::default());
    let text = read("operations/1-keys.graphql");
    let document = ExecutableDocument::parse_and_validate(&supergraph.api_schema, text, "1-keys.graphql").unwrap();
    let plan = planner.plan(&document, document.operations.get(None).unwrap(), Specialisation::NONE).unwrap();
    let sources = |position: &[&str]| {
        let ids = plan.sources(position);
        ids.into_iter().map(|id| supergraph.subgraph(id).name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(sources(&["member"]), ["accounts"]);
    assert_eq!(sources(&["member", "displayName"]), ["accounts"]);
    assert_eq!(sources(&["member", "workshop", "pieces", "title"]), ["catalog"]);
    assert_eq!(sources(&["member", "workshop", "pieces", "inStock"]), ["stock"]);
    assert_eq!(sources(&["member", "reviews", "rating"]), ["reviews"]);
    assert_eq!(sources(&["member", "reviews", "nobody"]), [""; 0]);
    assert_eq!(sources(&[]), [""; 0]);
    let within = |position: &[&str]| plan.sources_within(position).len();
    assert_eq!((within(&[]), within(&["member"]), within(&["member", "workshop"])), (4, 4, 2));
    assert_eq!((within(&["member", "reviews"]), within(&["member", "city"])), (1, 0));
}
