//! A difference between the answers of two plans, with all that is needed to understand it.

use super::{TwoPlans, Verification};
use hansa_federation::SubgraphId;
use hansa_server::PlannedOperation;
use hansa_verification::{Difference, Operation, coordinate_at, path_text, positions};
use serde_json::{Value, json};

/// Longer values are cut when they are printed.
const VALUE_CHARACTERS_MAX: usize = 200;

/// Differences that are the same to people: the field, and between whom it differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FindingKey {
    pub(crate) coordinate: String,
    pub(crate) is_error: bool,
    first: Vec<SubgraphId>,
    second: Vec<SubgraphId>,
}

/// One place of a finding.
#[derive(Debug, Clone)]
pub(crate) struct DifferingPlace {
    pub(crate) key: FindingKey,
    pub(crate) difference: Difference,
}

#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) operation: Operation,
    pub(crate) first_plan: String,
    pub(crate) second_plan: String,
    pub(crate) places: Vec<DifferingPlace>,
    /// Where the operation is from: a file, or the number of a random one.
    pub(crate) origin: String,
}

impl Verification<'_> {
    pub(super) fn place(&self, operation: &Operation, plans: &TwoPlans, difference: Difference) -> DifferingPlace {
        let position = positions(&difference.path);
        let schema = &self.supergraph().api_schema;
        let coordinate = coordinate_at(schema, operation, &difference.path).unwrap_or_else(|| "data".to_owned());
        let is_null = |value: &Option<Value>| matches!(value, Some(Value::Null));
        let sources = |planned: &PlannedOperation, value: &Option<Value>| {
            let mut sources = planned.plan().sources(&position);
            // A part of it may have made it null.
            if is_null(value) && !difference.is_error {
                sources.extend(planned.plan().sources_within(&position));
                sources.sort();
                sources.dedup();
            }
            sources
        };
        let key = FindingKey {
            coordinate,
            is_error: difference.is_error,
            first: sources(&plans.usual, &difference.first),
            second: sources(&plans.other, &difference.second),
        };
        DifferingPlace { key, difference }
    }

    fn names(&self, subgraphs: &[SubgraphId]) -> Vec<&str> {
        subgraphs.iter().map(|id| self.supergraph().subgraph(*id).name.as_str()).collect()
    }

    pub(crate) fn finding_text(&self, number: usize, finding: &Finding) -> String {
        let coordinates: Vec<&str> = finding.coordinates();
        let mut text = format!("difference {number}: {} ({})\n", coordinates.join(", "), finding.origin);
        for place in &finding.places {
            let DifferingPlace { key, difference } = place;
            let what = if difference.is_error { " (errors)" } else { "" };
            text.push_str(&format!("  {}{what}\n", path_text(&difference.path)));
            let sides = [("plan 1", &key.first, &difference.first), ("plan 2", &key.second, &difference.second)];
            for (plan, subgraphs, value) in sides {
                let names = self.names(subgraphs);
                let from = if names.is_empty() { String::new() } else { format!(" from {}", names.join(" and ")) };
                text.push_str(&format!("    {plan}{from}: {}\n", cut(&shown(value))));
            }
        }
        text.push_str(&indented("operation", &finding.operation.to_string()));
        let variables = finding.operation.variable_values();
        if variables.as_object().is_some_and(|values| !values.is_empty()) {
            text.push_str(&indented("variables", &variables.to_string()));
        }
        text.push_str(&indented("plan 1", &finding.first_plan));
        text.push_str(&indented("plan 2", &finding.second_plan));
        text
    }

    pub(crate) fn finding_json(&self, finding: &Finding) -> Value {
        let places = finding.places.iter().map(|DifferingPlace { key, difference }| {
            json!({
                "path": path_text(&difference.path),
                "field": key.coordinate,
                "about": if difference.is_error { "errors" } else { "data" },
                "first": { "from": self.names(&key.first), "value": difference.first },
                "second": { "from": self.names(&key.second), "value": difference.second },
            })
        });
        json!({
            "origin": finding.origin,
            "differences": places.collect::<Vec<_>>(),
            "operation": finding.operation.to_string(),
            "variables": finding.operation.variable_values(),
            "plans": [finding.first_plan, finding.second_plan],
        })
    }
}

impl Finding {
    /// Each once, in the order of the answer.
    pub(crate) fn coordinates(&self) -> Vec<&str> {
        let mut coordinates: Vec<&str> = Vec::new();
        for place in &self.places {
            if !coordinates.contains(&place.key.coordinate.as_str()) {
                coordinates.push(&place.key.coordinate);
            }
        }
        coordinates
    }
}

fn shown(value: &Option<Value>) -> String {
    match value {
        Some(value) => value.to_string(),
        None => "nothing".to_owned(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn indented(title: &str, text: &str) -> String {
    let lines: Vec<String> = text.trim_end().lines().map(|line| format!("    {line}").trim_end().to_owned()).collect();
    format!("  {title}:\n{}\n", lines.join("\n"))
}
