//! Why a step cannot be taken: for each subgraph that is reached, why not there; for each that would have the field, why
//! it cannot be entered.

use crate::satisfiability::{
    moves::{Moves, Standing},
    operation::Step,
    walk::Failure,
};
use hansa_federation::{FieldSet, FieldSetSelection, OverrideLabel, SubgraphId, Supergraph, TypeId};
use hansa_query_graph::Entry;

type Reasons = Vec<(SubgraphId, Vec<String>)>;

/// More subgraphs than this are counted instead of explained.
const EXPLAINED_MAX: usize = 12;

/// By subgraph, ascending; and the number of those that are left out.
pub(super) fn of(moves: &mut Moves, failure: &Failure) -> (Reasons, usize) {
    let mut reasons = Reasons::new();
    let standings = &failure.from.standings;
    match failure.steps.last() {
        Some(Step::Object(object)) => {
            let wanted = &moves.supergraph().ty(*object).name;
            for standing in standings.iter().take(EXPLAINED_MAX) {
                let (subgraph, name) = (subgraph_of(moves, *standing), &moves.definition(standing.position).name);
                let reason = match moves.is_interface_object(standing.position) {
                    true => format!(
                        "{name} is an interface object here, and no subgraph that knows its object types can be entered"
                    ),
                    false => format!("answers with {name} here, never with {wanted}"),
                };
                add(&mut reasons, subgraph, reason);
            }
        }
        Some(Step::Field(ty, field)) => {
            for standing in most_telling(moves, standings, field) {
                if let Some(reason) = not_there(moves, standing, field) {
                    add(&mut reasons, subgraph_of(moves, standing), reason);
                }
            }
            not_entered(moves, (*ty, field), standings, &mut reasons);
        }
        _ => {}
    }
    let mut subgraphs: Vec<SubgraphId> = standings.iter().map(|standing| subgraph_of(moves, *standing)).collect();
    subgraphs.sort();
    subgraphs.dedup();
    subgraphs.retain(|subgraph| !reasons.iter().any(|(known, _)| known == subgraph));
    reasons.sort_by_key(|(subgraph, _)| *subgraph);
    (reasons, subgraphs.len())
}

/// Where the field is declared comes first, then the rest in the order in which it is reached.
fn most_telling(moves: &Moves, standings: &[Standing], field: &str) -> Vec<Standing> {
    let is_declared = |standing: &&Standing| moves.declaration(standing.position, field).is_some();
    let (mut declared, others): (Vec<&Standing>, Vec<&Standing>) = standings.iter().partition(is_declared);
    declared.extend(others);
    declared.into_iter().take(EXPLAINED_MAX).copied().collect()
}

fn add(reasons: &mut Reasons, subgraph: SubgraphId, reason: String) {
    match reasons.iter_mut().find(|(known, _)| *known == subgraph) {
        Some((_, known)) if known.contains(&reason) => {}
        Some((_, known)) => known.push(reason),
        None => reasons.push((subgraph, vec![reason])),
    }
}

fn subgraph_of(moves: &Moves, standing: Standing) -> SubgraphId {
    moves.positions.get(standing.position).subgraph
}

/// Why a field cannot be had in a subgraph where the objects are.
fn not_there(moves: &mut Moves, standing: Standing, field: &str) -> Option<String> {
    let name = &moves.definition(standing.position).name;
    let Some(known) = moves.declaration(standing.position, field) else {
        return Some(format!("has {name}, but without the field `{field}`"));
    };
    if known.is_external {
        return Some(format!("{name}.{field} is @external here, so it is not resolved"));
    }
    if let Some(condition) = known.override_label {
        let (label, is) = (
            moves.supergraph().override_label(condition.id()),
            match condition {
                OverrideLabel::Overrides(_) => "is",
                OverrideLabel::Overridden(_) => "is not",
            },
        );
        return Some(format!("{name}.{field} is resolved here only while the label `{label}` {is} active"));
    }
    if !moves.contexts.is_given(standing.context, known) {
        let argument = &known.context_arguments.first()?.name;
        return Some(format!("{name}.{field}(`{argument}`) is read from a context that nothing above the field sets"));
    }
    let requires = known.requires.as_ref()?;
    let text = printed(moves.supergraph(), requires);
    if moves.fits(standing.position, requires) {
        return Some(format!(
            "{name}.{field} requires `{text}`, and {name} has no key of its own here by which to come back with that"
        ));
    }
    let missing = moves.first_missing(standing.position, requires);
    Some(format!("{name}.{field} requires `{text}`, of which `{missing}` cannot be had from here"))
}

/// Why subgraphs that resolve a field are not entered.
fn not_entered(moves: &mut Moves, (ty, field): (TypeId, &str), standings: &[Standing], reasons: &mut Reasons) {
    let (graph, supergraph) = (moves.graph, moves.supergraph());
    for resolver in graph.resolvers(ty, field).iter().take(EXPLAINED_MAX) {
        if standings.iter().any(|standing| subgraph_of(moves, *standing) == resolver.subgraph) {
            continue;
        }
        let name = &supergraph.ty(resolver.declared_on).name;
        let entries: Vec<Entry> =
            graph.entries(ty, resolver.subgraph).filter(|entry| entry.entered_as == resolver.declared_on).collect();
        if entries.is_empty() {
            let has_key = supergraph.ty(resolver.declared_on).in_subgraph(resolver.subgraph);
            let reason = match has_key.is_some_and(|known| !known.keys.is_empty()) {
                true => format!("has {name}.{field}, but no key of {name} there is resolvable"),
                false => format!("has {name}.{field}, but {name} has no key there by which to enter it"),
            };
            add(reasons, resolver.subgraph, reason);
        }
        for entry in entries {
            let key = &graph.key(entry).fields;
            let text = printed(supergraph, key);
            for standing in standings.iter().take(EXPLAINED_MAX) {
                let from = &supergraph.subgraph(subgraph_of(moves, *standing)).name;
                let missing = moves.first_missing(standing.position, key);
                add(
                    reasons,
                    resolver.subgraph,
                    format!("has {name}.{field}, but its key `{text}` cannot be had from `{from}`: no `{missing}`"),
                );
            }
        }
    }
}

/// A field set as GraphQL.
pub(super) fn printed(supergraph: &Supergraph, set: &FieldSet) -> String {
    fn print(supergraph: &Supergraph, selections: &[FieldSetSelection]) -> String {
        let texts = selections.iter().map(|selection| match selection {
            FieldSetSelection::Field(field) => {
                let arguments: Vec<String> =
                    field.arguments.iter().map(|argument| format!("{}: {}", argument.name, argument.value)).collect();
                let arguments = match arguments.is_empty() {
                    true => String::new(),
                    false => format!("({})", arguments.join(", ")),
                };
                match field.selections.is_empty() {
                    true => format!("{}{arguments}", field.name),
                    false => format!("{}{arguments} {{ {} }}", field.name, print(supergraph, &field.selections)),
                }
            }
            FieldSetSelection::InlineFragment { type_condition, selections } => {
                let name = &supergraph.ty(*type_condition).name;
                format!("... on {name} {{ {} }}", print(supergraph, selections))
            }
        });
        texts.collect::<Vec<_>>().join(" ")
    }
    print(supergraph, &set.selections)
}
