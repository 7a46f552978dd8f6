//! Writes supergraphs of the subgraphs `S0`, `S1`, ….

use std::ops::Range;

const DEFINITIONS: &str = r#"schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"#;

/// A supergraph with these types.
pub fn supergraph(subgraph_count: usize, types: &str) -> String {
    let graphs = each(0..subgraph_count, |index| format!("S{index} @join__graph(name: \"s{index}\", url: \"\") "));
    format!("{DEFINITIONS}enum join__Graph {{ {graphs} }}\n{types}")
}

/// One text for each number.
pub fn each(indexes: Range<usize>, text: impl Fn(usize) -> String) -> String {
    indexes.map(text).collect()
}

/// `@join__type` of these subgraphs with a key.
pub fn entity_in(subgraphs: Range<usize>, key: &str) -> String {
    each(subgraphs, |index| format!("@join__type(graph: S{index}, key: \"{key}\") "))
}

/// `@join__type` of these subgraphs.
pub fn type_in(subgraphs: Range<usize>) -> String {
    each(subgraphs, |index| format!("@join__type(graph: S{index}) "))
}

/// `@join__field` of these subgraphs.
pub fn field_in(subgraphs: impl IntoIterator<Item = usize>) -> String {
    subgraphs.into_iter().map(|index| format!("@join__field(graph: S{index}) ")).collect()
}
