//! Values of `join__Graph`: one name for each subgraph. Join specification, "Graph".

use crate::{specs, subgraph::Subgraph};
use apollo_compiler::Name;
use std::collections::BTreeMap;

/// Names in the order of the subgraphs. Subgraphs whose names differ only in case or punctuation are numbered.
pub(super) fn names(subgraphs: &[Subgraph]) -> Vec<Name> {
    let plain: Vec<String> = subgraphs.iter().map(|subgraph| enum_name(&subgraph.name)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &plain {
        *counts.entry(name).or_default() += 1;
    }
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let numbered = plain.iter().map(|name| {
        if counts[name.as_str()] == 1 {
            return specs::name(name);
        }
        let number = numbers.entry(name).or_default();
        *number += 1;
        specs::name(&format!("{name}_{number}"))
    });
    numbered.collect()
}

fn enum_name(subgraph: &str) -> String {
    let mut name: String = subgraph
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_uppercase() } else { '_' })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    // A name that ends like a numbered one must not become equal to one.
    let digits = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if digits.len() < name.len() && digits.ends_with('_') {
        name.push('_');
    }
    name
}
