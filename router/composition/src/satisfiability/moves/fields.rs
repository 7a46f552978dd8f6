//! Moves along one field from one position.

use super::{Advance, Asked, Moves, Standing, one};
use crate::satisfiability::{
    contexts::ContextSetId,
    positions::{Position, PositionId, ProvisionId},
};
use hansa_federation::{FieldInSubgraph, FieldSetSelection, TypeId};

impl<'g> Moves<'g> {
    pub(super) fn along_one(&mut self, standing: Standing, asked: Asked) -> Advance {
        self.work += 1;
        if self.is_abstract(standing.position) {
            return self.along_abstract(standing, asked);
        }
        let field = asked.field;
        let Some(known) = self.declaration(standing.position, field) else { return Advance::Dead };
        let (is_provided, below) = self.provided(standing.position, field);
        let is_resolved = match known.is_external {
            true => is_provided,
            false => self.labels.allows(asked.labels, known),
        };
        if !is_resolved || !self.contexts.is_given(standing.context, known) {
            return Advance::Dead;
        }
        // What comes from a context is brought in by an entity request of its own.
        if !known.context_arguments.is_empty() && !self.has_own_key(standing.position) {
            return Advance::Dead;
        }
        if let Some(requires) = &known.requires
            && (!standing.can_return || !self.fits_without(standing.position, requires, asked.exclusion))
        {
            return Advance::Dead;
        }
        self.arrive(standing, known, below)
    }

    /// A field of an interface, or of all objects that the interface's subgraph knows.
    fn along_abstract(&mut self, standing: Standing, asked: Asked) -> Advance {
        let field = asked.field;
        let (is_provided, below) = self.provided(standing.position, field);
        if let Some(known) = self.declaration(standing.position, field)
            && (is_provided || self.is_given_for_all_types(standing.position, field))
        {
            return self.arrive(standing, known, below);
        }
        let mut sum = Advance::Vacuous;
        let supergraph = self.supergraph();
        // Clients never meet objects of inaccessible types.
        let runtime_types = self.runtime_types(standing.position);
        for object in runtime_types.iter().filter(|object| !supergraph.ty(**object).is_inaccessible) {
            let Some(narrowed) = self.narrowed(standing.position, *object) else { continue };
            let standings = self.standings_without(*object, &[(narrowed, standing.context)], asked.exclusion);
            match self.along_any(&standings, asked) {
                Advance::Dead => return Advance::Dead,
                found => sum = self.either(sum, found),
            }
        }
        sum
    }

    /// The field as the position's subgraph declares it for the position's type.
    pub(in crate::satisfiability) fn declaration(
        &self,
        position: PositionId,
        field: &str,
    ) -> Option<&'g FieldInSubgraph> {
        let subgraph = self.positions.get(position).subgraph;
        self.definition(position).field(field)?.in_subgraph(subgraph)
    }

    /// Whether the interface's field can be asked for without knowing the concrete type.
    fn is_given_for_all_types(&self, position: PositionId, field: &str) -> bool {
        let subgraph = self.positions.get(position).subgraph;
        self.runtime_types(position).iter().all(|object| {
            let declared = self.supergraph().ty(*object).field(field).and_then(|field| field.in_subgraph(subgraph));
            declared.is_some_and(|known| !known.is_external && known.requires.is_none())
        })
    }

    fn arrive(&mut self, standing: Standing, known: &'g FieldInSubgraph, below: Vec<&'g FieldSetSelection>) -> Advance {
        let mut provided = below;
        provided.extend(known.provides.iter().flat_map(|set| &set.selections));
        let provision = self.positions.provision_id(provided);
        let child = self.positions.id(Position { ty: known.ty.named, subgraph: known.subgraph, provision });
        one(child, standing.context_below)
    }

    /// Whether an enclosing `@provides` gives the field, and what it says of the field's own selection.
    pub(super) fn provided(&self, position: PositionId, field: &str) -> (bool, Vec<&'g FieldSetSelection>) {
        let position = self.positions.get(position);
        let mut found = (false, Vec::new());
        if position.provision == ProvisionId::NONE {
            return found;
        }
        let mut pending: Vec<&'g FieldSetSelection> = self.positions.provision(position.provision).to_vec();
        while let Some(selection) = pending.pop() {
            match selection {
                FieldSetSelection::Field(selected) if selected.name == field => {
                    found.0 = true;
                    found.1.extend(&selected.selections);
                }
                FieldSetSelection::Field(_) => {}
                FieldSetSelection::InlineFragment { type_condition, selections } => {
                    let types = &self.supergraph().ty(*type_condition).possible_types;
                    let applies = *type_condition == position.ty || types.binary_search(&position.ty).is_ok();
                    pending.extend(selections.iter().filter(|_| applies));
                }
            }
        }
        found
    }

    /// What a provision of an abstract type says of one object type. What it says of the abstract type itself holds only
    /// while the concrete type is not asked for.
    pub(super) fn narrowed_provision(&mut self, provision: ProvisionId, to: TypeId) -> ProvisionId {
        let mut narrowed = Vec::new();
        let mut pending: Vec<&'g FieldSetSelection> = self.positions.provision(provision).to_vec();
        while let Some(selection) = pending.pop() {
            let FieldSetSelection::InlineFragment { type_condition, selections } = selection else { continue };
            match *type_condition == to {
                true => narrowed.extend(selections),
                false => pending.extend(selections),
            }
        }
        self.positions.provision_id(narrowed)
    }

    /// Whether the subgraph has a key of its own by which objects can be asked for again, once what a field requires is
    /// there.
    pub(super) fn has_own_key(&mut self, position: PositionId) -> bool {
        if let Some(has_own_key) = self.own_keys.get(&position) {
            return *has_own_key;
        }
        let known = self.positions.get(position);
        let keys = self.declared(position).map(|declared| declared.keys.as_slice()).unwrap_or_default();
        let has_own_key = keys.iter().any(|key| self.is_local(known, known.ty, &key.fields.selections));
        self.own_keys.insert(position, has_own_key);
        has_own_key
    }

    fn is_local(&self, position: Position, ty: TypeId, selections: &[FieldSetSelection]) -> bool {
        selections.iter().all(|selection| match selection {
            FieldSetSelection::Field(field) => {
                let declared = self.supergraph().ty(ty).field(&field.name);
                let known = declared.and_then(|declared| declared.in_subgraph(position.subgraph));
                known.is_some_and(|known| {
                    !known.is_external && self.is_local(position, known.ty.named, &field.selections)
                })
            }
            FieldSetSelection::InlineFragment { type_condition, selections } => {
                self.is_local(position, *type_condition, selections)
            }
        })
    }

    /// What the objects of a field that is read at the position have above them.
    pub(super) fn context_below(&mut self, context: ContextSetId, position: PositionId) -> ContextSetId {
        if self.contexts.is_unused() {
            return context;
        }
        // The nearest object counts, also where it cannot give the value.
        let further_up = self.contexts.without_readable_on(context, self.positions.get(position).ty);
        let at_position = self.context_at(position);
        self.contexts.union(further_up, at_position)
    }

    /// The context arguments that can be read at a position.
    fn context_at(&mut self, position: PositionId) -> ContextSetId {
        let ty = self.positions.get(position).ty;
        let mut given = Vec::new();
        for value in self.contexts.readable_on(ty) {
            let selection = self.contexts.selection(*value, ty);
            if selection.is_some_and(|fields| self.fits(position, fields)) {
                given.push(*value);
            }
        }
        self.contexts.with(ContextSetId::EMPTY, &given)
    }
}
