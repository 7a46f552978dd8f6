//! Moves from an interface or union down to one of its object types.

use super::{Advance, ExclusionId, Moves};
use crate::satisfiability::{
    contexts::ContextSetId,
    positions::{Position, PositionId},
};
use hansa_federation::{TypeId, TypeKind};

impl Moves<'_> {
    /// Moves down to an object type. Where it cannot be met, there is nothing to be done.
    pub(in crate::satisfiability) fn narrow(
        &mut self,
        ty: TypeId,
        starts: &[(PositionId, ContextSetId)],
        to: TypeId,
    ) -> Advance {
        self.narrow_without((ty, to), starts, ExclusionId::NONE)
    }

    pub(super) fn narrow_without(
        &mut self,
        (ty, to): (TypeId, TypeId),
        starts: &[(PositionId, ContextSetId)],
        exclusion: ExclusionId,
    ) -> Advance {
        let is_union = self.supergraph().ty(ty).kind == TypeKind::Union;
        let mut sum = Advance::Dead;
        for (start, context) in starts {
            let is_met = self.narrowed(*start, to).is_some() || self.is_interface_object(*start);
            if !is_met && (self.is_abstract(*start) || is_union) {
                return Advance::Vacuous;
            }
            // Otherwise it is an object that the subgraph declares where others have an interface.
            if is_met {
                let narrowed = self.narrow_reached((ty, to), (*start, *context), exclusion);
                sum = self.either(sum, narrowed);
            }
        }
        sum
    }

    /// Keys of an interface lead to other subgraphs before the concrete type is known. Where the interface is an
    /// interface object, the type is not found out; but once it is known from elsewhere, whatever the subgraph has for all
    /// objects can be had there.
    fn narrow_reached(
        &mut self,
        (ty, to): (TypeId, TypeId),
        (start, context): (PositionId, ContextSetId),
        exclusion: ExclusionId,
    ) -> Advance {
        let mut found = Vec::new();
        let mut is_known = false;
        for position in self.reach(ty, start, exclusion).iter() {
            if let Some(narrowed) = self.narrowed(*position, to) {
                is_known = true;
                found.push((narrowed, context));
            } else if self.is_interface_object(*position)
                && self.definition(*position).possible_types.binary_search(&to).is_ok()
            {
                found.push((*position, context));
            }
        }
        match is_known {
            true => Advance::To(found),
            false => Advance::Dead,
        }
    }

    /// A position as one of an object type; `None` when its objects cannot be of it.
    pub(super) fn narrowed(&mut self, position: PositionId, to: TypeId) -> Option<PositionId> {
        let known = self.positions.get(position);
        match self.is_abstract(position) {
            true => {
                self.runtime_types(position).binary_search(&to).ok()?;
                let provision = self.narrowed_provision(known.provision, to);
                Some(self.positions.id(Position { ty: to, provision, ..known }))
            }
            false => (known.ty == to).then_some(position),
        }
    }
}
