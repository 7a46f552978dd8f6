//! Says what was found: the operation, and for each subgraph why it cannot go on.

mod reasons;

use super::{
    moves::Moves,
    operation::{self, Step},
    runtime_types::SharedTypes,
    walk::{Failure, Found},
};
use crate::{
    Diagnostic, Place,
    codes::{
        INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN, SATISFIABILITY_ERROR, SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES,
    },
};
use hansa_federation::{Supergraph, TypeId};
use hashbrown::{HashMap, HashSet, hash_map::Entry};

/// Of fields that fail alike, so many are named.
const ALIKE_SHOWN_MAX: usize = 20;

/// One diagnostic for each schema element, or for those that fail alike, in the order in which they were found: the first
/// has the shortest operation.
pub(super) fn diagnostics(moves: &mut Moves, found: Found) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut alike: HashMap<String, (usize, Vec<String>)> = HashMap::new();
    for failure in found.failures {
        let unanswered = unanswered(moves, &failure);
        if !seen.insert((unanswered.code.name, unanswered.coordinate.clone())) {
            continue;
        }
        match alike.entry(without_field(&unanswered)) {
            Entry::Occupied(mut known) => known.get_mut().1.extend(unanswered.coordinate),
            Entry::Vacant(entry) => {
                entry.insert((diagnostics.len(), Vec::new()));
                diagnostics.push(unanswered);
            }
        }
    }
    for (index, others) in alike.into_values().filter(|(_, others)| !others.is_empty()) {
        let (shown, more) = others.split_at(others.len().min(ALIKE_SHOWN_MAX));
        let more = if more.is_empty() { String::new() } else { format!(" and {} more fields", more.len()) };
        let line = format!("For the same reasons, nobody can give {}{more}.", shown.join(", "));
        diagnostics[index].explanation.push(line);
    }
    // A field that cannot be shared is not merely inconsistent.
    let (disjoint, inconsistent): (Vec<_>, Vec<_>) =
        found.shared_types.into_iter().partition(|(_, types)| types.is_disjoint);
    for (steps, types) in disjoint.into_iter().chain(inconsistent) {
        let shared = shared(moves.supergraph(), &steps, &types);
        if seen.insert(("shared", shared.coordinate.clone())) {
            diagnostics.push(shared);
        }
    }
    diagnostics
}

/// What is said of a field, but for its name: one missing key makes many fields fail alike.
fn without_field(unanswered: &Diagnostic) -> String {
    let text = unanswered.explanation.join("\n");
    let coordinate = unanswered.coordinate.as_deref().unwrap_or_default();
    let Some((ty, field)) = coordinate.split_once('.') else { return format!("{coordinate}\n{text}") };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words =
        text.split_inclusive(|c| !is_word(c)).map(|word| match word.trim_end_matches(|c| !is_word(c)) == field {
            true => word.replace(field, "*"),
            false => word.to_owned(),
        });
    format!("{ty}\n{}", words.collect::<String>())
}

fn unanswered(moves: &mut Moves, failure: &Failure) -> Diagnostic {
    let supergraph = moves.supergraph();
    let (coordinate, message) = match failure.steps.last() {
        Some(Step::Object(object)) => {
            let name = &supergraph.ty(*object).name;
            (
                name.to_string(),
                format!("some operation asks for objects of type {name} where no subgraph can tell which those are"),
            )
        }
        _ => {
            let coordinate = coordinate(supergraph, &failure.steps);
            let message = format!("no subgraph can give {coordinate} in some operation that clients may send");
            (coordinate, message)
        }
    };
    let mut explanation = vec!["The shortest such operation:".to_owned()];
    explanation.extend(operation::lines(supergraph, &failure.steps));
    if failure.is_below_shared_mutation {
        explanation.push(
            "A mutation is called in one subgraph only, and for each that has it something is missing.".to_owned(),
        );
    }
    explanation.push("Why no subgraph can go on:".to_owned());
    let mut diagnostic = Diagnostic::new(SATISFIABILITY_ERROR, message).on(coordinate);
    let (reasons, others) = reasons::of(moves, failure);
    for (subgraph, reasons) in reasons {
        let subgraph = supergraph.subgraph(subgraph).name.clone();
        explanation.extend(reasons.iter().map(|reason| format!("- `{subgraph}`: {reason}")));
        let label = reasons.into_iter().next().unwrap_or_default();
        diagnostic = diagnostic.at(Place::in_subgraph(subgraph, label));
    }
    if others > 0 {
        explanation.push(format!("- and {others} more subgraphs"));
    }
    diagnostic.explained(explanation)
}

fn shared(supergraph: &Supergraph, steps: &[Step], types: &SharedTypes) -> Diagnostic {
    let coordinate = coordinate(supergraph, steps);
    let (code, message) = match types.is_disjoint {
        true => (
            SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES,
            format!("{coordinate} is shared, but there is no object type that all of its subgraphs can answer with"),
        ),
        false => (
            INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN,
            format!("{coordinate} is shared, but its subgraphs can answer with different object types"),
        ),
    };
    let mut explanation = vec!["Seen in:".to_owned()];
    explanation.extend(operation::lines(supergraph, steps));
    let mut diagnostic = Diagnostic::new(code, message).on(coordinate);
    for (subgraph, objects) in &types.by_subgraph {
        let subgraph = supergraph.subgraph(*subgraph).name.clone();
        let label = match objects.is_empty() {
            true => "has no object type for it".to_owned(),
            false => format!("answers with {}", names(supergraph, objects)),
        };
        explanation.push(format!("- `{subgraph}`: {label}"));
        diagnostic = diagnostic.at(Place::in_subgraph(subgraph, label));
    }
    diagnostic.explained(explanation)
}

fn coordinate(supergraph: &Supergraph, steps: &[Step]) -> String {
    match steps.last() {
        Some(Step::Field(ty, field)) => format!("{}.{field}", supergraph.ty(*ty).name),
        _ => String::new(),
    }
}

fn names(supergraph: &Supergraph, types: &[TypeId]) -> String {
    let names: Vec<&str> = types.iter().map(|ty| supergraph.ty(*ty).name.as_str()).collect();
    names.join(", ")
}
