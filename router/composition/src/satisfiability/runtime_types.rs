//! Shared fields of interface or union type: the subgraphs that resolve such a field must be able to give the same
//! answer, so they need object types in common.

use super::{contexts::ContextSetId, moves::Moves, positions::PositionId};
use hansa_federation::{Field, FieldInSubgraph, SubgraphId, Supergraph, TypeId, TypeKind};
use hashbrown::HashSet;

/// What subgraphs answer with, where that differs.
#[derive(Debug, Clone)]
pub(super) struct SharedTypes {
    /// No type is common to all.
    pub(super) is_disjoint: bool,
    /// Ascending.
    pub(super) by_subgraph: Vec<(SubgraphId, Vec<TypeId>)>,
}

/// Whether there is any field to be compared.
pub(super) fn may_differ(supergraph: &Supergraph) -> bool {
    let objects = supergraph.types.iter().filter(|definition| definition.kind == TypeKind::Object);
    objects.flat_map(|definition| &definition.fields).any(|field| {
        field.in_subgraphs.len() > 1
            && supergraph.ty(field.ty.named).is_abstract()
            && field.in_subgraphs.iter().map(|known| types_of(supergraph, known)).collect::<HashSet<_>>().len() > 1
    })
}

fn types_of<'s>(supergraph: &'s Supergraph, known: &FieldInSubgraph) -> Option<&'s [TypeId]> {
    let in_subgraph = supergraph.ty(known.ty.named).in_subgraph(known.subgraph)?;
    Some(&in_subgraph.possible_types)
}

/// Compares where a field leads; `None` when there is nothing to say.
pub(super) fn compare(
    moves: &Moves,
    (ty, field): (TypeId, &Field),
    below: &[(PositionId, ContextSetId)],
) -> Option<SharedTypes> {
    let supergraph = moves.supergraph();
    let resolving = field.in_subgraphs.iter().filter(|known| !known.is_external).count();
    if supergraph.ty(ty).kind != TypeKind::Object || resolving < 2 || !supergraph.ty(field.ty.named).is_abstract() {
        return None;
    }
    let mut by_subgraph: Vec<(SubgraphId, Vec<TypeId>)> = Vec::new();
    if below.iter().filter(|(position, _)| moves.is_abstract(*position)).count() < 2 {
        return None;
    }
    for (position, _) in below {
        let subgraph = moves.positions.get(*position).subgraph;
        by_subgraph.push((subgraph, moves.runtime_types(*position).to_vec()));
    }
    by_subgraph.sort();
    by_subgraph.dedup();
    let (_, first) = by_subgraph.first()?;
    if by_subgraph.iter().all(|(_, types)| types == first) {
        return None;
    }
    let is_common = |ty: &TypeId| by_subgraph.iter().all(|(_, types)| types.contains(ty));
    let is_disjoint = !first.iter().any(is_common);
    Some(SharedTypes { is_disjoint, by_subgraph })
}
