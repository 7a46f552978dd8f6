//! Positions: a type as one subgraph knows it, with what an enclosing `@provides` makes available there. Numbered in the
//! order in which they are met.

use hansa_federation::{FieldSetSelection, SubgraphId, TypeId};
use hashbrown::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PositionId(u32);

/// Where objects of an answer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Position {
    /// As the subgraph declares it: it may be narrower than in the supergraph, or an interface object.
    pub(super) ty: TypeId,
    pub(super) subgraph: SubgraphId,
    pub(super) provision: ProvisionId,
}

/// Selections that an enclosing `@provides` makes available; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ProvisionId(u32);

impl ProvisionId {
    pub(super) const NONE: ProvisionId = ProvisionId(0);
}

type Provision<'g> = Vec<&'g FieldSetSelection>;

#[derive(Debug)]
pub(super) struct Positions<'g> {
    positions: Vec<Position>,
    ids: HashMap<Position, PositionId>,
    provisions: Vec<Provision<'g>>,
    provision_ids: HashMap<Provision<'g>, ProvisionId>,
}

impl<'g> Positions<'g> {
    pub(super) fn new() -> Self {
        Positions {
            positions: Vec::new(),
            ids: HashMap::new(),
            provisions: vec![Vec::new()],
            provision_ids: HashMap::new(),
        }
    }

    pub(super) fn id(&mut self, position: Position) -> PositionId {
        let next = PositionId(self.positions.len() as u32);
        let positions = &mut self.positions;
        *self.ids.entry(position).or_insert_with(|| {
            positions.push(position);
            next
        })
    }

    pub(super) fn get(&self, id: PositionId) -> Position {
        self.positions[id.0 as usize]
    }

    pub(super) fn provision(&self, id: ProvisionId) -> &[&'g FieldSetSelection] {
        &self.provisions[id.0 as usize]
    }

    pub(super) fn provision_id(&mut self, selections: Provision<'g>) -> ProvisionId {
        if selections.is_empty() {
            return ProvisionId::NONE;
        }
        let next = ProvisionId(self.provisions.len() as u32);
        let provisions = &mut self.provisions;
        *self.provision_ids.entry_ref(&selections).or_insert_with(|| {
            provisions.push(selections.clone());
            next
        })
    }
}
