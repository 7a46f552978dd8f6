//! The suites of the public federation audit (`tests/audit/suites`) compose into what the reference makes of them, and
//! every query is planned in the same way on both supergraphs.

use crate::supergraph_facts::facts;
use apollo_compiler::ExecutableDocument;
use hansa_composition::{ComposeOptions, SubgraphSource, compose, render_all};
use hansa_federation::Supergraph;
use hansa_query_planner::{Conditions, PlanningLimits, QueryPlanner, Specialisation};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What is left out of the comparison: suite, fact, and why ours is right.
const DIFFERENCES: [(&str, &str, &str); 0] = [];

#[test]
fn every_suite_composes_into_what_the_reference_makes_of_it() {
    let mut findings = Vec::new();
    let mut listed: Vec<(&str, &str)> = DIFFERENCES.iter().map(|(suite, fact, _)| (*suite, *fact)).collect();
    for suite in suites() {
        let name = name(&suite);
        let composed = match composed(&suite) {
            Ok(composed) => facts(&composed),
            Err(errors) => {
                findings.push(format!("{name}: does not compose\n{errors}"));
                continue;
            }
        };
        let reference = facts(&reference(&suite));
        let missing = reference.difference(&composed).map(|fact| format!("only the reference says: {fact}"));
        let added = composed.difference(&reference).map(|fact| format!("only ours says: {fact}"));
        for fact in missing.chain(added) {
            match listed.iter().position(|listed| *listed == (name.as_str(), fact.as_str())) {
                Some(index) => _ = listed.remove(index),
                None => findings.push(format!("{name}: {fact}")),
            }
        }
    }
    findings.extend(listed.iter().map(|(suite, fact)| format!("{suite}: no longer differs in: {fact}")));
    assert!(findings.is_empty(), "{} differences:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn every_query_of_the_suites_has_the_plan_that_it_has_on_the_reference() {
    let mut findings = Vec::new();
    let mut queries = 0;
    for suite in suites() {
        let Ok(composed) = composed(&suite) else {
            findings.push(format!("{}: does not compose", name(&suite)));
            continue;
        };
        let (ours, theirs) = (planner(&composed), planner(&reference(&suite)));
        for (index, query) in queries_of(&suite).iter().enumerate() {
            let (our_plan, their_plan) = (plan_text(&ours, query), plan_text(&theirs, query));
            if our_plan != their_plan {
                findings.push(format!("{} {index}: ours is\n{our_plan}\ntheirs is\n{their_plan}", name(&suite)));
            }
            queries += 1;
        }
    }
    assert!(findings.is_empty(), "{} differences:\n{}", findings.len(), findings.join("\n"));
    assert!(queries > 100, "the suites have {queries} queries only");
}

fn suites() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/audit/suites");
    let mut suites: Vec<PathBuf> = entries(&folder).into_iter().filter(|entry| entry.is_dir()).collect();
    suites.sort();
    assert!(suites.len() >= 26, "{} has {} suites only", folder.display(), suites.len());
    suites
}

fn composed(suite: &Path) -> Result<String, String> {
    let sources: Vec<SubgraphSource> = entries(&suite.join("subgraphs"))
        .iter()
        .map(|file| {
            let subgraph = name(file).replace(".graphql", "");
            SubgraphSource {
                url: format!("http://localhost:4200/{}/{subgraph}", name(suite)),
                sdl: read(file),
                origin: name(file),
                name: subgraph,
            }
        })
        .collect();
    let composition = compose(&sources, &ComposeOptions::default());
    let errors = || render_all(&composition.errors, &sources, false);
    composition.supergraph.as_ref().map(|supergraph| supergraph.sdl.clone()).ok_or_else(errors)
}

fn reference(suite: &Path) -> String {
    read(&suite.join("supergraph.graphql"))
}

fn queries_of(suite: &Path) -> Vec<String> {
    let tests: Vec<Value> = serde_json::from_str(&read(&suite.join("tests.json"))).unwrap();
    tests.iter().map(|test| test["query"].as_str().unwrap().to_owned()).collect()
}

fn planner(sdl: &str) -> QueryPlanner {
    let supergraph = Supergraph::parse(sdl, "supergraph.graphql").unwrap_or_else(|error| panic!("{error}"));
    QueryPlanner::new(Arc::new(supergraph), PlanningLimits::default())
}

/// The plan, or why there is none: some tests ask for what must be refused.
fn plan_text(planner: &QueryPlanner, query: &str) -> String {
    let schema = &planner.supergraph().api_schema;
    let document = match ExecutableDocument::parse_and_validate(schema, query, "query.graphql") {
        Ok(document) => document,
        Err(invalid) => return invalid.errors.iter().map(|error| format!("not valid: {}\n", error.error)).collect(),
    };
    let operation = document.operations.get(None).unwrap();
    let variables = QueryPlanner::condition_variables(&document, operation);
    let conditions = Conditions(variables.into_iter().map(|name| (name, true)).collect());
    match planner.plan(&document, operation, Specialisation { conditions: &conditions, ..Specialisation::NONE }) {
        Ok(plan) => plan.to_text(planner.supergraph()),
        Err(error) => format!("no plan: {error}"),
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    listed.map(|entry| entry.unwrap().path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
