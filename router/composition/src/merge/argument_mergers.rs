//! How different applications of one directive become one: costs take the maximum, requirements are all demanded.

use crate::subgraph::FederationDirective;
use apollo_compiler::{
    Name, Node,
    ast::{Argument, Directive, Value},
};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy)]
enum Merger {
    Max,
    Union,
    And,
    /// Requirements are written as alternatives of sets; all applications have to be met.
    Conjunction,
}

/// Alternatives more than this are not multiplied out: each application's own are put behind each other, which demands
/// more than is written and never less.
const ALTERNATIVES_MAX: usize = 1_000;

fn mergers(directive: FederationDirective) -> &'static [(&'static str, Merger)] {
    match directive {
        FederationDirective::Cost => &[("weight", Merger::Max)],
        FederationDirective::ListSize => &[
            ("assumedSize", Merger::Max),
            ("slicingArguments", Merger::Union),
            ("sizedFields", Merger::Union),
            ("requireOneSlicingArgument", Merger::And),
        ],
        FederationDirective::RequiresScopes => &[("scopes", Merger::Conjunction)],
        FederationDirective::Policy => &[("policies", Merger::Conjunction)],
        _ => &[],
    }
}

/// `None` for a directive whose arguments cannot be merged.
pub(super) fn merge_arguments(
    directive: FederationDirective,
    name: &Name,
    applications: &[&Directive],
) -> Option<Directive> {
    let mergers = mergers(directive);
    if mergers.is_empty() {
        return None;
    }
    let mut merged = Directive::new(name.clone());
    for (argument, merger) in mergers {
        let given: Vec<&Node<Value>> = applications
            .iter()
            .filter_map(|applied| applied.specified_argument_by_name(argument))
            .filter(|value| !value.is_null())
            .collect();
        let value = match merger {
            // What is left out is true.
            Merger::And
                if given.iter().any(|value| value.to_bool() == Some(false)) && given.len() < applications.len() =>
            {
                None
            }
            _ => merge_values(*merger, &given),
        };
        if let Some(value) = value {
            let name = crate::specs::name(argument);
            merged.arguments.push(Node::new(Argument { name, value }));
        }
    }
    Some(merged)
}

fn merge_values(merger: Merger, given: &[&Node<Value>]) -> Option<Node<Value>> {
    let first = *given.first()?;
    match merger {
        Merger::Max => given.iter().max_by_key(|value| value.to_i32()).map(|value| (*value).clone()),
        Merger::And => {
            let all = given.iter().all(|value| value.to_bool() != Some(false));
            Some(Node::new(Value::Boolean(all)))
        }
        Merger::Union => {
            let mut items: Vec<Node<Value>> = Vec::new();
            for item in given.iter().filter_map(|value| value.as_list()).flatten() {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
            Some(Node::new(Value::List(items)))
        }
        Merger::Conjunction => {
            let all = given.iter().map(|value| alternatives(value)).reduce(conjunction);
            Some(all.map_or_else(|| first.clone(), |all| Node::new(as_value(&all))))
        }
    }
}

/// One set of names is one way to meet the requirement.
type Alternatives = BTreeSet<BTreeSet<String>>;

fn alternatives(value: &Value) -> Alternatives {
    let sets = value.as_list().unwrap_or_default().iter();
    let set = |set: &Node<Value>| match set.as_list() {
        Some(names) => names.iter().filter_map(|name| name.as_str()).map(str::to_owned).collect(),
        // A single name stands for a set of one.
        None => set.as_str().into_iter().map(str::to_owned).collect(),
    };
    minimal(sets.map(set).collect())
}

fn conjunction(one: Alternatives, other: Alternatives) -> Alternatives {
    if one.len() * other.len() > ALTERNATIVES_MAX {
        return [one.into_iter().chain(other).flatten().collect()].into();
    }
    let pairs = one.iter().flat_map(|one| other.iter().map(move |other| one.union(other).cloned().collect()));
    minimal(pairs.collect())
}

/// Without sets that demand more than another one.
fn minimal(all: Alternatives) -> Alternatives {
    let is_minimal = |set: &&BTreeSet<String>| !all.iter().any(|other| other != *set && other.is_subset(set));
    all.iter().filter(is_minimal).cloned().collect()
}

fn as_value(alternatives: &Alternatives) -> Value {
    let text = |name: &String| Node::new(Value::String(name.clone()));
    let list = |set: &BTreeSet<String>| Node::new(Value::List(set.iter().map(text).collect()));
    Value::List(alternatives.iter().map(list).collect())
}
