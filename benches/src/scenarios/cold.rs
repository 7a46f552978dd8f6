//! Ten thousand operations that differ in structure, each sent once: reading, validating and planning are paid for every time.

use std::{fmt::Write, sync::Arc};

use anyhow::Result;
use hashbrown::HashSet;
use serde_json::json;

use super::{Rhythm, Scale, Scenario, heavy::ask};
use crate::{
    figures::{Figure, Goal},
    graph::Graph,
    random::Random,
    trading_house::{self, Size},
};

const SEED: u64 = 6;
const DEPTH_MAX: usize = 5;

/// What can be asked of a type: leaves, and fields that lead to a type.
struct Fields {
    leaves: &'static [&'static str],
    links: &'static [(&'static str, usize)],
}

const MEMBER: usize = 0;
const WARE: usize = 1;
const REVIEW: usize = 2;

const TYPES: [Fields; 3] = [
    Fields { leaves: &["id", "name", "handle"], links: &[("reviews", REVIEW)] },
    Fields {
        leaves: &["sku", "title", "price", "weight", "inStock", "freight", "__typename"],
        links: &[("reviews", REVIEW)],
    },
    Fields { leaves: &["id", "rating", "body"], links: &[("author", MEMBER), ("ware", WARE)] },
];

pub(super) fn cold(scale: Scale) -> Result<Scenario> {
    let (warm_up, measured) = match scale {
        Scale::Full => (500, 10_000),
        Scale::Tiny => (10, 50),
    };
    let graph = Arc::new(Graph::new(trading_house::SUPERGRAPH, trading_house::records(Size::TINY))?);
    let questions: Result<Vec<_>> =
        operations(1 + warm_up + measured).iter().map(|operation| ask(&graph, operation, &json!({}))).collect();
    let mut scenario = Scenario::new("f", "cold plans", graph, questions?);
    scenario.connections = 8;
    scenario.rhythm = Rhythm::Once { warm_up };
    scenario.goals = vec![Goal::of_peer(Figure::CpuPerRequest, 0.60, 0.40)];
    Ok(scenario)
}

/// So many different ones, the same every time.
fn operations(count: usize) -> Vec<String> {
    let mut random = Random::new(SEED);
    let mut seen = HashSet::new();
    let mut operations = Vec::new();
    while operations.len() < count {
        let mut operation = "{".to_owned();
        let (members, wares) = [(true, false), (false, true), (true, true)][random.below(3)];
        if members {
            operation += " members";
            select(&mut operation, &mut random, MEMBER, 1);
        }
        if wares {
            // Writing to a string cannot fail.
            let _ = write!(operation, " wares(first: {})", 1 + random.below(3));
            select(&mut operation, &mut random, WARE, 1);
        }
        operation += " }";
        if seen.insert(operation.clone()) {
            operations.push(operation);
        }
    }
    operations
}

fn select(operation: &mut String, random: &mut Random, type_number: usize, depth: usize) {
    let Fields { leaves, links } = &TYPES[type_number];
    operation.push_str(" {");
    let certain = random.below(leaves.len());
    for (index, leaf) in leaves.iter().enumerate() {
        if index == certain || random.below(2) == 0 {
            add_name(operation, random, leaf);
        }
    }
    for (link, target) in links.iter().filter(|_| depth < DEPTH_MAX) {
        if random.below(3) > 0 {
            add_name(operation, random, link);
            select(operation, random, *target, depth + 1);
        }
    }
    operation.push_str(" }");
}

/// Every fifth has another name in the response.
fn add_name(operation: &mut String, random: &mut Random, name: &str) {
    let _ = match random.below(5) {
        0 => write!(operation, " {}{}: {name}", name.trim_start_matches('_'), random.below(9)),
        _ => write!(operation, " {name}"),
    };
}
