//! Reading supergraphs through the crate's front door: what clients see of good ones, and what is said of bad ones.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use apollo_compiler::ExecutableDocument;
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

const SMALL: &str = r#"
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @link(url: String, for: link__Purpose) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!) repeatable on OBJECT
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "") }
type Query @join__type(graph: A) { a: Int }
"#;

/// Whose `initialCount` is an `Int`.
#[test]
fn streamed_lists_need_no_numbers_in_the_schema() {
    let sdl = SMALL.replace("a: Int", "a: [ID]");
    let supergraph = Supergraph::parse(&sdl, "supergraph.graphql").unwrap().with_incremental_directives().unwrap();
    for operation in ["{ a @stream(initialCount: 1) }", "query($n: Int!) { a @stream(initialCount: $n) }"] {
        ExecutableDocument::parse_and_validate(&supergraph.api_schema, operation, "operation.graphql").unwrap();
    }
}

/// Directives that servers define in older forms give way to the specification's; others are not taken for them.
#[test]
fn incremental_directives_are_the_specifications() {
    let with = |definition: &str| {
        let supergraph = Supergraph::parse(&format!("{SMALL}{definition}"), "supergraph.graphql").unwrap();
        let shown = supergraph.with_incremental_directives().map_err(|clash| clash.to_string())?;
        let directives = ["defer", "stream"].map(|name| {
            let mut directive = shown.api_schema.directive_definitions[name].as_ref().clone();
            directive.description = None;
            directive.arguments.iter_mut().for_each(|argument| argument.make_mut().description = None);
            directive.serialize().no_indent().to_string().trim().to_owned()
        });
        Ok::<_, String>(directives)
    };
    let ours = [
        "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT",
        "directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD",
    ];
    let same = [
        "",
        "directive @defer(label: String, if: Boolean) on INLINE_FRAGMENT | FRAGMENT_SPREAD",
        "directive @defer on INLINE_FRAGMENT",
        "directive @stream(\"Why\" label: String!, initialCount: Int = 1, if: Boolean! = true) on FIELD",
    ];
    for definition in same {
        assert_eq!(
            with(definition).as_ref().map(|shown| shown.each_ref().map(String::as_str)),
            Ok(ours),
            "{definition}"
        );
    }
    let others = [
        "directive @defer(until: String) on FRAGMENT_SPREAD",
        "directive @defer(if: Boolean) on FIELD",
        "directive @defer(if: String) on FRAGMENT_SPREAD",
        "directive @stream(if: [Boolean]) on FIELD",
        "directive @stream(if: Boolean) repeatable on FIELD",
    ];
    for definition in others {
        let name = &definition["directive @".len()..definition.find('(').unwrap()];
        let message = format!(
            "the supergraph has a directive `@{name}` of its own, which is another one than that of incremental delivery: \
             {definition}"
        );
        assert_eq!(with(definition), Err(message));
    }
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
