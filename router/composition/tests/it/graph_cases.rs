//! The cases of `tests/cases` that have supergraphs: their subgraphs compose into what the committed supergraph says, so
//! that planner and executor are tested on what users get.

use crate::supergraph_facts::facts;
use hansa_composition::{ComposeOptions, SubgraphSource, compose, render_all};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Cases that are not compared: what ours differs in, and why.
const EXCEPTIONS: [(&str, &str); 14] = [
    ("auth-context-composed-elsewhere", "our composition refuses computed fields that demand less than their inputs"),
    ("auth-interface-composed-elsewhere", "our composition refuses requirements on interfaces"),
    ("auth-interface-object", "our composition refuses requirements on interface objects"),
    ("auth-requires-composed-elsewhere", "our composition refuses computed fields that demand less than their inputs"),
    ("context-missing", "it cannot be satisfied; the case shows what the router says of such a supergraph"),
    ("context-without-null", "our composition refuses an argument that takes no null of a value that may be null"),
    ("deferred-subgraph-down", "the SDL of the subgraph that is down is not there"),
    ("join-v0.1", "an old version of join says less, and ours is not written in it"),
    ("join-v0.1-core-v0.2", "an old version of join says less, and ours is not written in it"),
    ("join-v0.2", "an old version of join says less, and ours is not written in it"),
    ("join-v0.4", "it has a directive for other routers that no composition writes"),
    ("keys-not-resolvable", "it cannot be satisfied; the case shows what the router says of such a supergraph"),
    ("renamed-specifications", "only somebody else's supergraph has types that look like those of join"),
    ("subgraph-down", "the SDL of the subgraph that is down is not there"),
];

#[test]
fn the_subgraphs_of_every_case_compose_into_its_supergraph() {
    let mut findings = Vec::new();
    let mut compared = 0;
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let exception = EXCEPTIONS.iter().find(|(case, _)| *case == name);
        let problem = difference(&folder);
        match (problem, exception) {
            (Some(problem), None) => findings.push(format!("{name}: {problem}")),
            (None, Some((_, why))) => findings.push(format!("{name}: is no exception any more ({why})")),
            _ => compared += 1,
        }
    }
    assert!(findings.is_empty(), "{} cases:\n{}", findings.len(), findings.join("\n"));
    assert!(compared > 50, "{compared} cases only");
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("supergraph.graphql").exists());
    folders.sort();
    folders
}

fn difference(folder: &Path) -> Option<String> {
    let committed = fs::read_to_string(folder.join("supergraph.graphql")).unwrap();
    let sources = subgraphs(folder, &committed);
    let composition = compose(&sources, &ComposeOptions::default());
    let Some(supergraph) = composition.supergraph else {
        return Some(format!("does not compose\n{}", render_all(&composition.errors, &sources, false)));
    };
    let (ours, theirs) = (facts(&supergraph.sdl), facts(&committed));
    let only_ours = ours.difference(&theirs).map(|fact| format!("composed: {fact}"));
    let only_theirs = theirs.difference(&ours).map(|fact| format!("committed: {fact}"));
    // Specifications may list the locations of a directive in another order.
    let lines: Vec<String> = only_ours.chain(only_theirs).filter(|line| !line.contains(": directive @")).collect();
    (!lines.is_empty()).then(|| format!("differs in\n{}", lines.join("\n")))
}

fn subgraphs(folder: &Path, committed: &str) -> Vec<SubgraphSource> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder.join("subgraphs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension() == Some("graphql".as_ref()));
    files.sort();
    let source = |file: PathBuf| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        SubgraphSource {
            url: url(committed, &name),
            sdl: fs::read_to_string(&file).unwrap(),
            origin: name.clone(),
            name,
        }
    };
    files.into_iter().map(source).collect()
}

/// The URL that the committed supergraph has for the subgraph.
fn url(committed: &str, name: &str) -> String {
    let after = committed.split(&format!("@join__graph(name: \"{name}\", url: \"")).nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().to_owned()
}
