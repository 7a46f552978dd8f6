//! Two subgraphs with long lists of objects, and their supergraph.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use crate::memory_transport::Subgraphs;

/// How the subgraphs spell their answers. All mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    AsAsked,
    Spaced,
    /// Each object's first field comes last.
    OtherOrder,
    /// As asked, but for the last object of each list.
    BadEnd,
}

#[derive(Debug, Clone, Copy)]
pub struct LargeAnswers {
    pub items: usize,
    pub spelling: Spelling,
}

const SUPERGRAPH: &str = r#"schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { ATLAS @join__graph(name: "atlas", url: "") METERS @join__graph(name: "meters", url: "") }
type Query @join__type(graph: ATLAS) @join__type(graph: METERS) {
  points: [Point!]! @join__field(graph: ATLAS)
  readings: [Reading!]! @join__field(graph: METERS)
}
type Point @join__type(graph: ATLAS, key: "id") @join__type(graph: METERS, key: "id") {
  id: ID!
  x: Float @join__field(graph: ATLAS)
  y: Float @join__field(graph: ATLAS)
  label: String! @join__field(graph: ATLAS)
  count: Int! @join__field(graph: ATLAS)
  note: String @join__field(graph: ATLAS)
  rating: Float @join__field(graph: METERS)
  remark: String @join__field(graph: METERS)
  scale: Int! @join__field(graph: METERS)
}
type Reading @join__type(graph: METERS) { at: String! value: Float! unit: String! sensor: Sensor! }
type Sensor @join__type(graph: METERS) { name: String! place: Place }
type Place @join__type(graph: METERS) { x: Float! y: Float! }
"#;

impl LargeAnswers {
    pub fn supergraph() -> String {
        SUPERGRAPH.to_owned()
    }

    pub fn subgraphs(self) -> Subgraphs {
        Box::new(move |name, body| self.answer(name, body))
    }

    fn answer(self, name: &str, body: &[u8]) -> Result<Vec<u8>> {
        let request: serde_json::Value = serde_json::from_slice(body)?;
        let is_about_entities = request["variables"]["representations"].is_array();
        let (field, item): (_, fn(usize) -> Vec<String>) = match (name, is_about_entities) {
            ("atlas", false) => ("points", point),
            ("meters", false) => ("readings", reading),
            ("meters", true) => ("_entities", rating),
            _ => bail!("{name} has no such field"),
        };
        let mut text = format!("{{\"data\":{{\"{field}\":[");
        for index in 0..self.items {
            let mut members = item(index);
            let separator = if index == 0 { "" } else { "," };
            match self.spelling {
                Spelling::OtherOrder => members.rotate_left(1),
                Spelling::BadEnd if index + 1 == self.items => members.rotate_left(1),
                _ => {}
            }
            // Writing to a string cannot fail.
            let _ = match self.spelling {
                Spelling::Spaced => write!(text, "{separator} {{ {} }}", members.join(", ").replace("\":", "\": ")),
                _ => write!(text, "{separator}{{{}}}", members.join(",")),
            };
        }
        text.push_str("]}}");
        Ok(text.into_bytes())
    }
}

fn point(index: usize) -> Vec<String> {
    vec![
        format!("\"id\":\"point-{index}\""),
        format!("\"x\":{}.{:03}", index * 7 % 360, index * 31 % 1000),
        format!("\"y\":-{}.{:05}", index * 3 % 90, index * 77 % 100_000),
        format!("\"label\":\"harbour {}, berth {}\"", index % 97, index % 13),
        format!("\"count\":{}", index * 11 % 5000),
        if index.is_multiple_of(5) {
            "\"note\":null".to_owned()
        } else {
            format!("\"note\":\"für {} Schiffe\"", index % 50)
        },
    ]
}

fn reading(index: usize) -> Vec<String> {
    let (x, y) = (index % 360, index % 90);
    vec![
        format!("\"at\":\"2024-05-{:02}T{:02}:00:00Z\"", 1 + index % 28, index % 24),
        format!("\"value\":{}.{:02}", index % 1013, index % 100),
        "\"unit\":\"hPa\"".to_owned(),
        format!("\"sensor\":{{\"name\":\"buoy {}\",\"place\":{{\"x\":{x}.25,\"y\":-{y}.5}}}}", index % 300),
    ]
}

fn rating(index: usize) -> Vec<String> {
    vec![
        format!("\"rating\":{}.{}", index % 5, index % 10),
        format!("\"remark\":\"checked by pilot {} on tour {}\"", index % 31, index % 7),
        format!("\"scale\":{}", index % 10),
    ]
}
