//! Prints the operation that a walk took, so that it can be tried.

use hansa_federation::{Supergraph, TypeId};
use std::collections::BTreeSet;

/// One step of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Query,
    Mutation,
    Subscription,
    /// Within an operation that others know the start of.
    Start,
    /// A field of a type.
    Field(TypeId, apollo_compiler::Name),
    /// Only objects of this type.
    Object(TypeId),
}

/// The operation, as lines. Required arguments become variables.
pub(super) fn lines(supergraph: &Supergraph, steps: &[Step]) -> Vec<String> {
    let mut variables = BTreeSet::new();
    let mut declared: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    let mut kind = "query";
    let mut depth = 1;
    for step in steps {
        let text = match step {
            Step::Query | Step::Start => continue,
            Step::Mutation => {
                kind = "mutation";
                continue;
            }
            Step::Subscription => {
                kind = "subscription";
                continue;
            }
            Step::Object(object) => format!("... on {}", supergraph.ty(*object).name),
            Step::Field(ty, name) => {
                format!("{name}{}", arguments(supergraph, (*ty, name), (&mut variables, &mut declared)))
            }
        };
        lines.push(format!("{}{text} {{", "  ".repeat(depth)));
        depth += 1;
    }
    let is_leaf = match steps.last() {
        Some(Step::Field(ty, name)) => {
            let field = supergraph.ty(*ty).field(name);
            field.is_some_and(|field| !supergraph.ty(field.ty.named).is_composite())
        }
        _ => false,
    };
    match (lines.last_mut(), is_leaf) {
        (Some(last), true) => {
            last.truncate(last.len() - " {".len());
            depth -= 1;
        }
        _ => lines.push(format!("{}__typename", "  ".repeat(depth))),
    }
    lines.extend((0..depth).rev().map(|depth| format!("{}}}", "  ".repeat(depth))));
    let head = match (kind, declared.is_empty()) {
        ("query", true) => "{".to_owned(),
        (kind, true) => format!("{kind} {{"),
        (kind, false) => format!("{kind} ({}) {{", declared.join(", ")),
    };
    lines.insert(0, head);
    lines
}

fn arguments(
    supergraph: &Supergraph,
    (ty, name): (TypeId, &str),
    (variables, declared): (&mut BTreeSet<String>, &mut Vec<String>),
) -> String {
    let Some(field) = supergraph.ty(ty).field(name) else { return String::new() };
    let mut given = Vec::new();
    for argument in field.definition.arguments.iter().filter(|argument| argument.is_required()) {
        let mut variable = argument.name.to_string();
        let mut number = 2;
        while !variables.insert(variable.clone()) {
            variable = format!("{}{number}", argument.name);
            number += 1;
        }
        declared.push(format!("${variable}: {}", argument.ty));
        given.push(format!("{}: ${variable}", argument.name));
    }
    match given.is_empty() {
        true => String::new(),
        false => format!("({})", given.join(", ")),
    }
}
