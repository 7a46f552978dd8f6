//! The reference composer's verdicts on cases of others: `tests/corpus`, whose README says what agreement is.

use apollo_compiler::{
    Schema,
    ast::{Definition, Document},
};
use hansa_composition::{ComposeOptions, Composition, SubgraphSource, compose};
use hansa_federation::Supergraph;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

const FILES: [&str; 2] = ["guild.ndjson", "cosmo.ndjson"];

/// A case of the corpus.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) subgraphs: Vec<SubgraphSource>,
    expect: Value,
}

#[test]
fn verdicts_codes_and_api_schemas_are_those_of_the_reference() {
    let mut differences = listed_differences();
    let mut findings = Vec::new();
    for case in cases() {
        let composition = compose(&case.subgraphs, &ComposeOptions::default());
        let problem = disagreement(&case.expect, &composition);
        match (problem, differences.remove(&case.id)) {
            (Some(problem), None) => findings.push(format!("{}: {problem}", case.id)),
            (None, Some(_)) => findings.push(format!("{}: agrees now; take it off differences.txt", case.id)),
            _ => {}
        }
    }
    findings
        .extend(differences.into_keys().map(|id| format!("{id}: differences.txt names a case that does not exist")));
    assert!(findings.is_empty(), "{} cases:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn the_order_of_the_subgraphs_does_not_matter() {
    for mut case in cases().into_iter().filter(|case| case.subgraphs.len() > 1) {
        let composition = compose(&case.subgraphs, &ComposeOptions::default());
        for _ in 1..case.subgraphs.len() {
            case.subgraphs.rotate_left(1);
            let rotated = compose(&case.subgraphs, &ComposeOptions::default());
            assert_eq!(rotated.errors, composition.errors, "{}", case.id);
            assert_eq!(rotated.hints, composition.hints, "{}", case.id);
            assert_eq!(rotated.supergraph, composition.supergraph, "{}", case.id);
        }
    }
}

/// Names decide the order in which things are listed, and nothing else: renamed subgraphs give the same verdict and the same
/// API schema.
#[test]
fn the_names_of_the_subgraphs_do_not_matter() {
    let mut findings = Vec::new();
    for case in cases() {
        // Names in the SDL, as `@override` has them, would have to be renamed with them.
        if case.subgraphs.len() < 2 || case.subgraphs.iter().any(|source| source.sdl.contains("from:")) {
            continue;
        }
        let composition = compose(&case.subgraphs, &ComposeOptions::default());
        // Of equally frequent applications the first is taken.
        let first_is_taken =
            |hint: &hansa_composition::Diagnostic| hint.code.name == "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS";
        if composition.hints.iter().any(first_is_taken) {
            continue;
        }
        let count = case.subgraphs.len();
        let renamed: Vec<SubgraphSource> = (case.subgraphs.iter().enumerate())
            .map(|(index, source)| SubgraphSource { name: format!("s{:03}", count - index), ..source.clone() })
            .collect();
        let other = compose(&renamed, &ComposeOptions::default());
        if codes(&other) != codes(&composition) {
            findings.push(format!("{}: {:?} and, renamed, {:?}", case.id, codes(&composition), codes(&other)));
        }
        let api =
            |composition: &Composition| composition.supergraph.as_ref().map(|supergraph| normal_form(&supergraph.api));
        if without_descriptions(api(&other)) != without_descriptions(api(&composition)) {
            findings.push(format!("{}: the API schema differs when the subgraphs are renamed", case.id));
        }
    }
    assert!(findings.is_empty(), "{} cases:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn a_supergraph_is_valid_and_served() {
    for case in cases() {
        let Some(supergraph) = compose(&case.subgraphs, &ComposeOptions::default()).supergraph else { continue };
        if let Err(error) = Supergraph::parse(&supergraph.sdl, "supergraph.graphql") {
            panic!("{}: {error}", case.id);
        }
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for file in FILES {
        let text = fs::read_to_string(folder().join(file)).unwrap();
        cases.extend(text.lines().map(|line| case(&serde_json::from_str(line).unwrap())));
    }
    cases
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn case(value: &Value) -> Case {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let source = |subgraph: &Value| SubgraphSource {
        name: text(&subgraph["name"]),
        url: String::new(),
        sdl: text(&subgraph["sdl"]),
        origin: format!("{}.graphql", text(&subgraph["name"])),
    };
    let subgraphs = value["subgraphs"].as_array().unwrap().iter().map(source).collect();
    Case { id: text(&value["id"]), subgraphs, expect: value["expect"].clone() }
}

/// `case-id: reason` on each line.
fn listed_differences() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join("differences.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let listed = lines.map(|line| {
        let (id, reason) = line.split_once(": ").expect("a case, a colon and a reason");
        (id.to_owned(), reason.to_owned())
    });
    listed.collect()
}

fn codes(composition: &Composition) -> BTreeSet<&str> {
    composition.errors.iter().map(|error| error.code.name).collect()
}

fn disagreement(expect: &Value, composition: &Composition) -> Option<String> {
    let codes = codes(composition);
    match (expect["ok"].as_bool().unwrap(), &composition.supergraph) {
        (true, None) => Some(format!("should compose, and gives {codes:?}")),
        (false, Some(_)) => Some(format!("should give {}, and composes", expect["codes"])),
        (false, None) => {
            let expected: BTreeSet<&str> =
                expect["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
            (codes != expected).then(|| format!("should give {expected:?}, and gives {codes:?}"))
        }
        (true, Some(supergraph)) => {
            let (expected, got) = (normal_form(expect["api"].as_str().unwrap()), normal_form(&supergraph.api));
            let lines = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
                one.difference(other).cloned().collect::<Vec<_>>().join("\n")
            };
            (expected != got).then(|| {
                format!(
                    "the API schema differs: should have\n{}\nand has\n{}",
                    lines(&expected, &got),
                    lines(&got, &expected)
                )
            })
        }
    }
}

/// The definitions of a schema as a set, everything in them sorted, white space of descriptions folded.
fn normal_form(sdl: &str) -> BTreeSet<String> {
    let document = Document::parse(sdl, "api.graphql").unwrap_or_else(|error| panic!("{error}\n{sdl}"));
    assert!(Schema::parse(sdl, "api.graphql").is_ok(), "an API schema has every type once\n{sdl}");
    document.definitions.iter().map(sorted_definition).collect()
}

fn sorted_definition(definition: &Definition) -> String {
    let mut definition = definition.clone();
    match &mut definition {
        Definition::ObjectTypeDefinition(object) => {
            let object = object.make_mut();
            object.implements_interfaces.sort();
            object.fields.iter_mut().for_each(|field| sort_arguments(&mut field.make_mut().arguments));
            object.fields.sort_by(|one, other| one.name.cmp(&other.name));
        }
        Definition::InterfaceTypeDefinition(interface) => {
            let interface = interface.make_mut();
            interface.implements_interfaces.sort();
            interface.fields.iter_mut().for_each(|field| sort_arguments(&mut field.make_mut().arguments));
            interface.fields.sort_by(|one, other| one.name.cmp(&other.name));
        }
        Definition::UnionTypeDefinition(union) => union.make_mut().members.sort(),
        Definition::EnumTypeDefinition(definition) => {
            definition.make_mut().values.sort_by(|one, other| one.value.cmp(&other.value));
        }
        Definition::InputObjectTypeDefinition(input) => sort_arguments(&mut input.make_mut().fields),
        Definition::DirectiveDefinition(directive) => {
            let directive = directive.make_mut();
            directive.locations.sort_by_key(|location| location.name());
            sort_arguments(&mut directive.arguments);
        }
        _ => {}
    }
    definition
        .to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("\"\"\" ", "\"\"\"")
        .replace(" \"\"\"", "\"\"\"")
}

fn sort_arguments(arguments: &mut [apollo_compiler::Node<apollo_compiler::ast::InputValueDefinition>]) {
    arguments.sort_by(|one, other| one.name.cmp(&other.name));
}

/// Of equally frequent descriptions the first is taken, so they do depend on names.
fn without_descriptions(definitions: Option<BTreeSet<String>>) -> Option<BTreeSet<String>> {
    definitions.map(|definitions| {
        let strip = |text: &String| {
            text.split("\"\"\"").step_by(2).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        definitions.iter().map(strip).collect()
    })
}
