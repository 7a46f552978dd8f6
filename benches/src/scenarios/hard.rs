//! An operation that is hard to plan, and nothing to execute: each field can be asked of several subgraphs, each type can be reached by
//! several keys, an interface has many implementations, and objects are nested.

use std::{fmt::Write, sync::Arc};

use anyhow::Result;
use serde_json::json;

use super::{Rhythm, Scale, Scenario, heavy::ask};
use crate::{
    figures::{Figure, Goal},
    graph::Graph,
    random::Random,
    world::{FieldValue, Name, Record},
};

const SEED: u64 = 8;
/// Of a type's fields that lead nowhere.
const LEAVES: usize = 6;
/// How many subgraphs resolve a field.
const OWNERS: usize = 3;
const DEPTH: usize = 5;

/// How large the graph is.
#[derive(Clone, Copy)]
struct Extent {
    subgraphs: usize,
    types: usize,
}

pub(super) fn hard(scale: Scale) -> Result<Scenario> {
    let extent = match scale {
        Scale::Full => Extent { subgraphs: 10, types: 20 },
        Scale::Tiny => Extent { subgraphs: 4, types: 3 },
    };
    let graph = Arc::new(Graph::new(&supergraph(extent), records(extent))?);
    let question = ask(&graph, &operation(extent), &json!({}))?;
    let mut scenario = Scenario::new("h", "hard plan", graph, vec![question]);
    scenario.rhythm = Rhythm::FirstOnly { starts: 3 };
    scenario.goals = vec![Goal::of_peer(Figure::FirstRequest, 0.25, 0.10)];
    Ok(scenario)
}

/// Types refer to the next one by name, and to any by the interface.
fn supergraph(extent: Extent) -> String {
    let mut random = Random::new(SEED);
    let mut text = String::from("enum join__Graph {\n");
    for graph in 0..extent.subgraphs {
        let _ = writeln!(text, "  G{graph} @join__graph(name: \"g{graph}\", url: \"http://g{graph}.invalid/graphql\")");
    }
    text += "}\n\n";
    define(&mut text, "type Query", extent, |_| String::new());
    let _ = writeln!(text, "  items: [Item]{}", owners(&mut random, extent));
    let _ = writeln!(text, "  start: T0{}\n}}\n", owners(&mut random, extent));
    define(&mut text, "interface Item", extent, |_| String::new());
    text += "  id: ID!\n  code: String!\n}\n\n";
    for number in 0..extent.types {
        let keys: Vec<usize> = (0..extent.subgraphs).map(|_| random.below(3)).collect();
        let mut header = format!("type T{number} implements Item");
        for graph in 0..extent.subgraphs {
            let _ = write!(header, "\n  @join__implements(graph: G{graph}, interface: \"Item\")");
        }
        define(&mut text, &header, extent, |graph| match keys[graph] {
            0 => ", key: \"id\"".to_owned(),
            1 => ", key: \"code\"".to_owned(),
            _ => format!(", key: \"id\")\n  @join__type(graph: G{graph}, key: \"code\""),
        });
        text += "  id: ID!\n  code: String!\n";
        for leaf in 0..LEAVES {
            let _ = writeln!(text, "  f{leaf}: String{}", owners(&mut random, extent));
        }
        let _ = writeln!(text, "  next: T{}{}", (number + 1) % extent.types, owners(&mut random, extent));
        let _ = writeln!(text, "  other: T{}{}\n}}\n", (number + 2) % extent.types, owners(&mut random, extent));
    }
    text
}

/// A type that every subgraph has.
fn define(text: &mut String, header: &str, extent: Extent, key: impl Fn(usize) -> String) {
    text.push_str(header);
    for graph in 0..extent.subgraphs {
        let _ = write!(text, "\n  @join__type(graph: G{graph}{})", key(graph));
    }
    text.push_str("\n{\n");
}

/// Some of the subgraphs.
fn owners(random: &mut Random, extent: Extent) -> String {
    let mut text = String::new();
    let first = random.below(extent.subgraphs);
    for step in 0..OWNERS.min(extent.subgraphs) {
        let _ = write!(text, " @join__field(graph: G{})", (first + step * (1 + random.below(3))) % extent.subgraphs);
    }
    text
}

/// The fields of every implementation, and a tree of objects.
fn operation(extent: Extent) -> String {
    let mut text = "{ items {".to_owned();
    for number in 0..extent.types {
        let _ = write!(text, " ... on T{number} {{");
        select(&mut text, 0);
        text += " }";
    }
    text += " } start {";
    select(&mut text, DEPTH);
    text + " } }"
}

/// The same of each type: all have the same fields, and two of them lead on.
fn select(text: &mut String, depth: usize) {
    for leaf in 0..LEAVES {
        let _ = write!(text, " f{leaf}");
    }
    for link in ["next", "other"].into_iter().filter(|_| depth > 0) {
        let _ = write!(text, " {link} {{");
        select(text, depth - 1);
        text.push_str(" }");
    }
}

/// One object of each type: planning is what takes the time.
fn records(extent: Extent) -> Vec<Record> {
    let items = (1..1 + extent.types).collect();
    let mut records = vec![Record::new(
        "Query",
        vec![("items".into(), FieldValue::Many(items)), ("start".into(), FieldValue::One(1))],
    )];
    records.extend((0..extent.types).map(|number| {
        let text = |name: String, text: String| (Name::from(name), FieldValue::Leaf(format!("\"{text}\"")));
        let mut fields = vec![text("id".into(), format!("id-{number}")), text("code".into(), format!("code-{number}"))];
        fields.extend((0..LEAVES).map(|leaf| text(format!("f{leaf}"), format!("{leaf} of {number}"))));
        fields.push(("next".into(), FieldValue::One(1 + (number + 1) % extent.types)));
        fields.push(("other".into(), FieldValue::One(1 + (number + 2) % extent.types)));
        Record::new(format!("T{number}"), fields)
    }));
    records
}
