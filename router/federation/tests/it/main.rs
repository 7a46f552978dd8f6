//! Reading supergraphs through the crate's front door: what clients see of good ones, and what is said of bad ones.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use expect_test::expect_file;
use hansa_federation::{Grants, RequirementId, Supergraph};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// In a case folder, `api.graphql` beside `supergraph.graphql` asks for this check.
#[test]
fn api_schemas_are_as_expected() {
    for folder in sorted(&folder("../../tests/cases")) {
        let expected = folder.join("api.graphql");
        if expected.exists() {
            let supergraph = parse(&folder.join("supergraph.graphql"));
            let supergraph = supergraph.unwrap_or_else(|problem| panic!("{}: {problem}", folder.display()));
            expect_file![expected].assert_eq(&supergraph.api_schema.to_string());
        }
    }
}

/// `tests/bad-supergraphs` has one file for each thing that can be wrong, and the message beside it.
#[test]
fn bad_supergraphs_are_refused_with_a_message_that_helps() {
    let paths = sorted(&folder("tests/bad-supergraphs"));
    let mut accepted = Vec::new();
    for path in paths.iter().filter(|path| path.extension() == Some("graphql".as_ref())) {
        match parse(path) {
            Err(problem) => expect_file![path.with_extension("txt")].assert_eq(&format!("{problem}\n")),
            Ok(_) => accepted.push(path),
        }
    }
    assert!(accepted.is_empty(), "taken for supergraphs: {accepted:#?}");
}

#[test]
fn a_supergraph_reads_the_same_each_time() {
    // Composition's cases have no supergraph of their own.
    let folders = sorted(&folder("../../tests/cases"));
    for folder in folders.iter().filter(|folder| folder.is_dir() && !folder.ends_with("composition")) {
        let read = || {
            let supergraph = parse(&folder.join("supergraph.graphql")).unwrap();
            let types = supergraph.types.iter().map(|ty| format!("{} {:?} {:?}", ty.name, ty.kind, ty.possible_types));
            (types.collect::<Vec<_>>(), supergraph.subgraphs, supergraph.api_schema.to_string())
        };
        assert_eq!(read(), read(), "{}", folder.display());
    }
}

#[test]
fn what_a_caller_lacks_is_found_without_allocating_where_nothing_is_lacking() {
    let supergraph = parse(&folder("../../tests/cases/auth-fields/supergraph.graphql")).unwrap();
    let order = supergraph.ty(supergraph.type_id("Order").unwrap());
    let of = |field: &str| order.field(field).unwrap().requirements.clone();
    let grants = |scopes: &[&str]| Grants::authenticated(scopes.iter().map(|scope| (*scope).to_owned()));
    assert_eq!(of("total"), Vec::<RequirementId>::new());
    assert_eq!(supergraph.unmet(&of("margin"), &Grants::ANONYMOUS), of("margin"));
    assert_eq!(supergraph.unmet(&of("margin"), &grants(&["read"])).len(), 1);
    for met in [
        supergraph.unmet(&of("total"), &Grants::ANONYMOUS),
        supergraph.unmet(&of("note"), &grants(&[])),
        supergraph.unmet(&of("margin"), &grants(&["read", "other", "finance", "read"])),
        supergraph.unmet(&of("margin"), &grants(&["admin"])),
    ] {
        assert_eq!(met.capacity(), 0);
    }
}

/// The field of the computed label needs what the street needs, two requirements away.
#[test]
fn computed_fields_need_what_their_inputs_need() {
    let supergraph = parse(&folder("../../tests/cases/auth-requires-composed-elsewhere/supergraph.graphql")).unwrap();
    let of = |ty: &str, field: &str| {
        let definition = supergraph.ty(supergraph.type_id(ty).unwrap());
        definition.field(field).unwrap().requirements.clone()
    };
    assert_eq!(of("Person", "street").len(), 2);
    assert_eq!(of("Parcel", "label"), of("Person", "street"));
    assert!(of("Parcel", "color").is_empty());
}

fn parse(path: &Path) -> Result<Supergraph, String> {
    Supergraph::parse(&fs::read_to_string(path).unwrap(), "supergraph.graphql").map_err(|error| error.to_string())
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
