//! 8 MiB of lists of objects with floats, integers and strings from two subgraphs: two lists that each has for itself, and one whose
//! objects have fields of both.

use std::sync::Arc;

use anyhow::Result;
use serde_json::json;

use super::{Scale, Scenario, heavy::ask};
use crate::{
    figures::{Figure, Goal},
    graph::Graph,
    world::{FieldValue, Name, Record},
};

const TYPES: &str = include_str!("../../scenarios/big.graphql");
const OPERATION: &str = include_str!("../../scenarios/big-operation.graphql");

pub(super) fn big(scale: Scale) -> Result<Scenario> {
    let count = match scale {
        Scale::Full => 21_570,
        Scale::Tiny => 40,
    };
    let graph = Arc::new(Graph::new(TYPES, records(count))?);
    let question = ask(&graph, OPERATION, &json!({}))?;
    let mut scenario = Scenario::new("d", "big", graph, vec![question]);
    scenario.connections = 2;
    scenario.goals =
        vec![Goal::of_peer(Figure::CpuPerRequest, 0.50, 0.35), Goal::of_peer(Figure::PeakMemory, 0.70, 0.50)];
    Ok(scenario)
}

fn records(count: usize) -> Vec<Record> {
    let list = |number: usize| FieldValue::Many((1 + number * count..1 + (number + 1) * count).collect());
    let mut records = vec![Record::new(
        "Query",
        ["sensors", "sites", "readings"].map(Name::from).into_iter().zip((0..3).map(list)).collect(),
    )];
    records.extend((0..count).map(|index| Record::new("Sensor", sensor(index))));
    records.extend((0..count).map(|index| Record::new("Site", site(index))));
    records.extend((0..count).map(|index| Record::new("Reading", reading(index))));
    records
}

fn sensor(index: usize) -> Vec<(Name, FieldValue)> {
    vec![
        text("id", format!("sensor-{index}")),
        text("name", format!("Lantern {index} \\\"north\\\"")),
        number("latitude", scattered(index, 1, 180.0) - 90.0),
        number("longitude", scattered(index, 2, 360.0) - 180.0),
        integer("floor", index % 40),
        number("average", scattered(index, 3, 60.0)),
        number("deviation", scattered(index, 4, 1.0)),
        integer("count", index * 7919 % 100_000),
        text("state", ["quiet", "läuft", "overdue"][index % 3].to_owned()),
    ]
}

fn site(index: usize) -> Vec<(Name, FieldValue)> {
    vec![
        text("code", format!("S-{index:06}")),
        text("title", format!("Depot {} on the quay", index % 977)),
        number("latitude", scattered(index, 5, 180.0) - 90.0),
        number("longitude", scattered(index, 6, 360.0) - 180.0),
        integer("area", index * 104_729 % 1_000_000),
    ]
}

fn reading(index: usize) -> Vec<(Name, FieldValue)> {
    vec![
        integer("at", 1_700_000_000 + index * 15),
        number("value", scattered(index, 7, 1000.0)),
        number("error", scattered(index, 8, 0.1)),
        text("unit", ["K", "Pa", "lx", "dB"][index % 4].to_owned()),
        text("note", format!("taken by hand, page {}", index % 313)),
    ]
}

fn text(name: &'static str, text: String) -> (Name, FieldValue) {
    (name.into(), FieldValue::Leaf(format!("\"{text}\"")))
}

fn integer(name: &'static str, number: usize) -> (Name, FieldValue) {
    (name.into(), FieldValue::Leaf(number.to_string()))
}

/// Six digits after the point, as sensors have them; a router may write the number otherwise, but not another number.
fn number(name: &'static str, number: f64) -> (Name, FieldValue) {
    (name.into(), FieldValue::Leaf(format!("{number:.6}")))
}

/// From 0 to `most`, the same for the same index and column.
fn scattered(index: usize, column: usize, most: f64) -> f64 {
    let mixed = (index * 2_654_435_761 + column * 40_503) % 1_000_003;
    mixed as f64 / 1_000_003.0 * most
}
