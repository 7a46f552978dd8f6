//! Supergraphs for tests: what every supergraph has, in front of what a test is about.

use apollo_compiler::Schema;
use hansa_federation::{Feature, linked_features};

/// Two subgraphs, `a` and `b`; everything that composing can link.
const MACHINERY: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/tag/v0.3")
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
  @link(url: "https://example.com/colour/v1.0", import: ["@colour"])
{
  query: Query
}
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @colour(of: colour__Shade) on FIELD_DEFINITION
directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA
enum colour__Shade { RED }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
enum link__Purpose { SECURITY EXECUTION }
input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
scalar join__FieldSet
scalar join__FieldValue
scalar link__Import
scalar policy__Policy
scalar requiresScopes__Scope
"#;

/// A supergraph of `types`, and the features that it links.
pub(crate) fn supergraph(types: &str) -> (Schema, Vec<Feature>) {
    supergraph_of(&format!("{MACHINERY}{types}"))
}

/// The same without the inaccessible specification.
pub(crate) fn supergraph_showing_all(types: &str) -> (Schema, Vec<Feature>) {
    let machinery = MACHINERY.lines().filter(|line| !line.contains("inaccessible")).collect::<Vec<_>>().join("\n");
    supergraph_of(&format!("{machinery}\n{types}"))
}

fn supergraph_of(sdl: &str) -> (Schema, Vec<Feature>) {
    let schema = Schema::parse(sdl, "supergraph.graphql").unwrap_or_else(|invalid| panic!("{}", invalid.errors));
    let features = linked_features(&schema).unwrap_or_else(|problem| panic!("{problem}"));
    (schema, features)
}
