//! Progressive overrides: who resolves a field while these labels are active and the others are not.

use super::Solver;
use hansa_federation::{FieldInSubgraph, OverrideLabel, TypeId, TypeKind};
use hansa_query_graph::Resolver;

impl<'a> Solver<'a> {
    /// Whether the subgraph resolves the field now. Whoever a field is taken from resolves it as long as the label is not
    /// active; whoever takes it over resolves it from then on, and not before.
    pub(super) fn is_active(&self, declared: &FieldInSubgraph) -> bool {
        match declared.override_label {
            None => true,
            Some(OverrideLabel::Overrides(label)) => self.active_labels.binary_search(&label).is_ok(),
            Some(OverrideLabel::Overridden(label)) => self.active_labels.binary_search(&label).is_err(),
        }
    }

    /// Whether the resolver is one under the active labels. Costs nothing where the supergraph has none.
    pub(super) fn may_resolve(&self, ty: TypeId, resolver: Resolver, field: &str) -> bool {
        self.supergraph().override_labels.is_empty() || self.resolved_by(ty, resolver, field).is_some()
    }

    /// The field of objects of type `ty` as the resolver's subgraph declares it, if it resolves the field now. Of an
    /// interface it has to be so for each of the object types that the subgraph may answer with.
    pub(super) fn resolved_by(&self, ty: TypeId, resolver: Resolver, field: &str) -> Option<&'a FieldInSubgraph> {
        let graph = self.graph;
        let declared = graph.declaration(resolver, field).filter(|declared| self.is_active(declared))?;
        let supergraph = graph.supergraph();
        if supergraph.override_labels.is_empty() || supergraph.ty(ty).kind != TypeKind::Interface {
            return Some(declared);
        }
        let known = supergraph.ty(resolver.declared_on).in_subgraph(resolver.subgraph);
        let objects = known.map(|known| known.possible_types.as_slice()).unwrap_or_default();
        let is_active_of = |object: &TypeId| {
            let of_object = graph.field(*object, field).and_then(|field| field.in_subgraph(resolver.subgraph));
            of_object.is_none_or(|of_object| self.is_active(of_object))
        };
        objects.iter().all(is_active_of).then_some(declared)
    }
}
