//! No plan of the public audit's operations has more fetches, or a longer chain of them, than is written down, nor than the
//! best of the public routers' plans that were measured.

use crate::case_folders::{conditions_with, planner};
use apollo_compiler::ExecutableDocument;
use hansa_query_planner::{QueryPlanner, Specialisation, plan::QueryPlan};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// Requests to subgraphs, and how many of them follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    fetches: u32,
    path: u32,
}

/// A line of the table: our plan's size, and the least that any of the measured routers has.
#[derive(Debug)]
struct Line {
    ours: Size,
    best: Size,
}

#[test]
fn no_plan_of_the_audits_operations_is_larger_than_the_table_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/audit");
    let table = table(&fs::read_to_string(folder.join("plan-sizes.txt")).unwrap());
    let mut findings = Vec::new();
    let mut seen = 0;
    for ((suite, index), line) in &table {
        let suite_folder = folder.join("suites").join(suite);
        // The table has suites that are not kept here.
        if !suite_folder.is_dir() {
            continue;
        }
        let tests: Value = serde_json::from_slice(&fs::read(suite_folder.join("tests.json")).unwrap()).unwrap();
        let size = size(&plan(&planner(&suite_folder), tests[index]["query"].as_str().unwrap()));
        seen += 1;
        if size != line.ours {
            findings.push(format!("{suite} {index}: the table says {:?}, the plan has {size:?}", line.ours));
        }
    }
    assert!(findings.is_empty(), "correct the table if the plan is smaller, else the planner\n{}", findings.join("\n"));
    assert!(seen > 100, "{seen} operations only");
}

#[test]
fn no_plan_in_the_table_is_larger_than_that_of_another_router() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/audit/plan-sizes.txt");
    for (operation, line) in table(&fs::read_to_string(file).unwrap()) {
        let is_larger = line.ours.fetches > line.best.fetches || line.ours.path > line.best.path;
        assert!(!is_larger, "{operation:?}: {line:?}");
    }
}

fn table(text: &str) -> BTreeMap<(String, usize), Line> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [suite, index, numbers @ ..] = words.as_slice() else { panic!("no table line: {line}") };
        let numbers: Vec<u32> = numbers.iter().map(|number| number.parse().unwrap()).collect();
        let [fetches, path, best_fetches, best_path] = numbers[..] else { panic!("no table line: {line}") };
        let line = Line { ours: Size { fetches, path }, best: Size { fetches: best_fetches, path: best_path } };
        (((*suite).to_owned(), index.parse().unwrap()), line)
    };
    lines.map(read).collect()
}

fn plan(planner: &QueryPlanner, query: &str) -> QueryPlan {
    let document =
        ExecutableDocument::parse_and_validate(&planner.supergraph().api_schema, query, "test.graphql").unwrap();
    let operation = document.operations.get(None).unwrap();
    let conditions = conditions_with(planner, &document, &Default::default()).unwrap();
    planner.plan(&document, operation, Specialisation { conditions: &conditions, ..Specialisation::NONE }).unwrap()
}

fn size(plan: &QueryPlan) -> Size {
    let mut ends: Vec<u32> = Vec::new();
    for fetch in &plan.fetches {
        let before = fetch.depends_on.iter().map(|fetch| ends[fetch.0 as usize]).max().unwrap_or(0);
        ends.push(before + 1);
    }
    Size { fetches: ends.len() as u32, path: ends.into_iter().max().unwrap_or(0) }
}
