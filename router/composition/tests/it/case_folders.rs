//! Every code has a case, which gives that code and the messages that its folder says; that folder's `README.md` says
//! which file is what.

use expect_test::expect_file;
use hansa_composition::{
    ComposeOptions, Composition, ContractFilter, Diagnostic, SubgraphSource,
    codes::{Code, ERRORS, HINTS, Level},
    compose, render_all,
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

#[test]
fn each_case_gives_its_code() {
    let mut findings = Vec::new();
    for (code, folder) in cases() {
        let Composition { supergraph, errors, hints } = compose(&subgraphs(&folder), &options(&folder));
        let (errors, hints) = (names(&errors), names(&hints));
        let is_right = match code.level {
            Level::Error => supergraph.is_none() && errors == BTreeSet::from([code.name]),
            _ => supergraph.is_some() && errors.is_empty() && hints.contains(code.name),
        };
        if !is_right {
            findings.push(format!("{}: errors {errors:?}, hints {hints:?}", folder.display()));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn messages_and_schemas_are_as_expected() {
    for (code, folder) in cases() {
        let subgraphs = subgraphs(&folder);
        let composition = compose(&subgraphs, &options(&folder));
        match code.level {
            Level::Error => {
                expect_file![folder.join("errors.txt")].assert_eq(&render_all(&composition.errors, &subgraphs, false))
            }
            _ => expect_file![folder.join("hints.txt")].assert_eq(&render_all(&composition.hints, &subgraphs, false)),
        }
        let Some(supergraph) = composition.supergraph else { continue };
        for (name, text) in [("supergraph.graphql", &supergraph.sdl), ("api.graphql", &supergraph.api)] {
            // Only in cases where it is of interest.
            if folder.join(name).exists() {
                expect_file![folder.join(name)].assert_eq(text);
            }
        }
    }
}

#[test]
fn the_order_of_the_subgraphs_does_not_show() {
    for (_, folder) in cases() {
        let mut subgraphs = subgraphs(&folder);
        let composition = compose(&subgraphs, &options(&folder));
        subgraphs.reverse();
        let reversed = compose(&subgraphs, &options(&folder));
        assert_eq!(reversed.errors, composition.errors, "{}", folder.display());
        assert_eq!(reversed.hints, composition.hints, "{}", folder.display());
        assert_eq!(reversed.supergraph, composition.supergraph, "{}", folder.display());
    }
}

/// Each code with the folder of its case.
fn cases() -> Vec<(Code, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/composition");
    ERRORS.into_iter().chain(HINTS).map(|code| (code, root.join(code.case_folder()))).collect()
}

/// `contract.json`, in cases of a contract.
fn options(folder: &Path) -> ComposeOptions {
    let Ok(text) = fs::read_to_string(folder.join("contract.json")) else { return ComposeOptions::default() };
    let filter: serde_json::Value = serde_json::from_str(&text).unwrap();
    let tags =
        |name: &str| filter[name].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap().to_owned()).collect();
    let contract = ContractFilter { include: tags("include"), exclude: tags("exclude"), hide_unreachable_types: false };
    ComposeOptions { contract: Some(contract) }
}

/// In the order of their names.
fn subgraphs(folder: &Path) -> Vec<SubgraphSource> {
    let entries =
        fs::read_dir(folder.join("subgraphs")).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let source = |file: PathBuf| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        SubgraphSource {
            url: format!("http://{name}.example/graphql"),
            sdl: fs::read_to_string(&file).unwrap(),
            origin: format!("subgraphs/{name}.graphql"),
            name,
        }
    };
    files.into_iter().map(source).collect()
}

fn names(diagnostics: &[Diagnostic]) -> BTreeSet<&'static str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code.name).collect()
}
