//! Small supergraphs and what is said of them, in `tests/satisfiability`: the supergraph's types beside the findings.

mod worst_inputs;

use super::check;
use crate::{Diagnostic, diagnostic::Diagnostics};
use apollo_compiler::Schema;
use expect_test::expect_file;
use hansa_federation::{Supergraph, TOLERATED, validate};
use hansa_query_graph::QueryGraph;
use std::{fmt::Write, fs, path::Path, sync::Arc};

/// What every supergraph begins with; the cases have the rest.
const HEAD: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
{ query: Query MUTATION }
directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM
directive @join__field(
  graph: join__Graph, requires: String, provides: String, type: String, external: Boolean, override: String
  usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(
  graph: join__Graph!, key: String, extension: Boolean! = false, resolvable: Boolean! = true
  isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [String]) repeatable on SCHEMA
input join__ContextArgument { name: String! type: String! context: String! selection: String! }
enum link__Purpose { SECURITY EXECUTION }
"#;

#[test]
fn findings_are_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/satisfiability");
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension() == Some("graphql".as_ref()) {
            let found = findings(&fs::read_to_string(&path).unwrap());
            let texts: Vec<String> = found.iter().map(text).collect();
            expect_file![path.with_extension("txt")].assert_eq(&texts.join("\n"));
            cases += 1;
        }
    }
    assert!(cases > 20);
}

fn findings(types: &str) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::default();
    check(&query_graph(types), &mut diagnostics);
    [diagnostics.errors, diagnostics.hints].concat()
}

fn query_graph(types: &str) -> QueryGraph {
    let mutation = if types.contains("type Mutation") { "mutation: Mutation" } else { "" };
    let sdl = format!("{}{types}", HEAD.replace("MUTATION", mutation));
    let schema = Schema::parse(sdl, "supergraph.graphql").unwrap_or_else(|invalid| panic!("{}", invalid.errors));
    let schema = validate(schema, &TOLERATED).unwrap_or_else(|findings| panic!("{findings}"));
    let supergraph = Supergraph::from_schema(&schema).unwrap_or_else(|error| panic!("{error}"));
    QueryGraph::new(Arc::new(supergraph))
}

fn text(diagnostic: &Diagnostic) -> String {
    let coordinate = diagnostic.coordinate.as_deref().unwrap_or_default();
    let mut text = format!("{} at {coordinate}: {}\n", diagnostic.code.name, diagnostic.message);
    for line in &diagnostic.explanation {
        writeln!(text, "    {line}").unwrap();
    }
    for place in &diagnostic.places {
        writeln!(text, "  in `{}`: {}", place.subgraph, place.label).unwrap();
    }
    text
}
