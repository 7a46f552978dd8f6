//! From orders to currencies: one request to each of six subgraphs, each of which needs the answer of the one before.

use std::sync::Arc;

use anyhow::Result;
use serde_json::json;

use super::{Scale, Scenario, heavy::ask};
use crate::{
    figures::{Figure, Goal},
    graph::Graph,
    world::{FieldValue, Name, Record},
};

const TYPES: &str = include_str!("../../scenarios/chain.graphql");
const OPERATION: &str = include_str!("../../scenarios/chain-operation.graphql");

pub(super) fn chain(scale: Scale) -> Result<Scenario> {
    let orders = match scale {
        Scale::Full => 24,
        Scale::Tiny => 3,
    };
    let graph = Arc::new(Graph::new(TYPES, records(orders))?);
    let question = ask(&graph, OPERATION, &json!({"first": orders}))?;
    let mut scenario = Scenario::new("c", "chain", graph, vec![question]);
    scenario.goals = vec![Goal::of_peer(Figure::CpuPerRequest, 0.65, 0.50)];
    Ok(scenario)
}

/// Fewer of everything the further down: two orders have one customer, three customers live in one city.
fn records(orders: usize) -> Vec<Record> {
    let links = [orders, orders.div_ceil(2), orders.div_ceil(2), orders.div_ceil(6), orders.div_ceil(8), 2];
    let first = |level: usize| 1 + links[..level].iter().sum::<usize>();
    let next = |level: usize, index: usize| FieldValue::One(first(level + 1) + index % links[level + 1]);
    let all = (first(0)..first(1)).collect();
    let mut records = vec![Record::new("Query", vec![("orders".into(), FieldValue::Many(all))])];
    for (level, count) in links.into_iter().enumerate() {
        records.extend((0..count).map(|index| {
            let (type_name, mut fields) = link(level, index);
            if level + 1 < links.len() {
                let field = ["customer", "address", "city", "country", "currency"][level];
                fields.push((field.into(), next(level, index)));
            }
            Record::new(type_name, fields)
        }));
    }
    records
}

fn link(level: usize, index: usize) -> (&'static str, Vec<(Name, FieldValue)>) {
    let text = |name: &'static str, text: String| (Name::from(name), FieldValue::Leaf(format!("\"{text}\"")));
    let number = |name: &'static str, number: f64| (Name::from(name), FieldValue::Leaf(number.to_string()));
    match level {
        0 => ("Order", vec![text("id", format!("order-{index}")), number("total", (1990 + index * 731) as f64)]),
        1 => ("Customer", vec![text("id", format!("customer-{index}")), text("name", format!("Pemberton {index}"))]),
        2 => ("Address", vec![text("id", format!("address-{index}")), text("street", format!("{index} Juniper Lane"))]),
        3 => ("City", vec![text("id", format!("city-{index}")), text("name", format!("Lower Kettle {index}"))]),
        4 => ("Country", vec![text("code", format!("C{index}")), text("name", format!("Granite Isles {index}"))]),
        _ => {
            let rate = number("rate", 1.25 + index as f64);
            ("Currency", vec![text("code", format!("X{index}")), text("name", format!("crown {index}")), rate])
        }
    }
}
