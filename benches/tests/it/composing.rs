//! Composing's benchmark is held to its verdicts.

use hansa_benches::compose::{
    self, Input, Verdict, everyday_graph,
    measurement::{Conditions, measure},
    worst_inputs::SHAPES,
};

use crate::built;

#[test]
fn every_input_composes_or_fails_as_it_should() {
    let Some(hansa) = built("compose", "supergraph.yaml") else { return };
    let everyday = Input { subgraphs: everyday_graph::subgraphs(1), ..compose::everyday_graph() };
    for input in SHAPES.iter().map(|shape| shape.at(4)).chain([everyday]) {
        let measured = measure(&input, Conditions { hansa: &hansa, core: None, runs: 2 });
        let measured = measured.unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(measured.runs.len(), 2);
        assert_eq!(measured.supergraph_bytes > 0, input.verdict == Verdict::Composes, "{}", input.name);
    }
}

#[test]
fn a_wrong_verdict_is_no_figure() {
    let Some(hansa) = built("compose", "supergraph.yaml") else { return };
    for (verdict, what) in [(Verdict::Composes, "exit status"), (Verdict::Refused("NO_QUERIES"), "NO_QUERIES")] {
        let mut input = SHAPES[0].at(2);
        input.verdict = verdict;
        input.subgraphs.truncate(1);
        input.subgraphs[0].sdl += "type Query { again: Missing }";
        let error = measure(&input, Conditions { hansa: &hansa, core: None, runs: 1 }).unwrap_err();
        assert!(format!("{error:#}").contains(what), "{error:#}");
    }
}

#[test]
fn the_huge_graph_is_whole() {
    let graph = compose::huge_graph().unwrap();
    assert_eq!((graph.subgraphs.len(), graph.lines()), (191, 37_944));
}
