//! Keys and requirements: the least solution, computed piece by piece as pieces are asked for.

use super::{Advance, Asked, Condition, ExclusionId, Known, Moves, Standing};
use crate::satisfiability::{contexts::ContextSetId, positions::PositionId};
use hansa_federation::{FieldSet, FieldSetSelection, TypeId, TypeKind};
use hashbrown::HashSet;
use std::{collections::BTreeSet, rc::Rc};

impl<'g> Moves<'g> {
    /// What is known of a condition; outside of evaluating others, that is final.
    pub(super) fn read(&mut self, condition: Condition) -> Known {
        let id = match self.ids.get(&condition) {
            Some(id) => *id,
            None => self.add(condition),
        };
        match self.evaluating {
            Some(reader) if reader != id => {
                self.dependents[id].insert(reader);
            }
            Some(_) => {}
            None => self.settle(),
        }
        self.known[id].clone()
    }

    fn add(&mut self, condition: Condition) -> usize {
        let id = self.conditions.len();
        self.ids.insert(condition, id);
        self.conditions.push(condition);
        self.known.push(match condition {
            Condition::Reach(_, position, _) => Known::Reach(Rc::new(vec![position])),
            Condition::Fits(..) => Known::Fits(false),
        });
        self.dependents.push(BTreeSet::new());
        self.pending.push(id);
        self.is_pending.push(true);
        id
    }

    /// Evaluates until nothing changes. What is known only grows, so this ends.
    fn settle(&mut self) {
        // What is new comes first, what has to be computed again waits until there is nothing new.
        while let Some(id) = self.pending.pop().or_else(|| self.stale.pop_front()) {
            self.is_pending[id] = false;
            self.evaluating = Some(id);
            let below = self.pending.len();
            let value = match self.conditions[id] {
                Condition::Reach(ty, position, exclusion) => self.evaluate_reach(id, ty, (position, exclusion)),
                Condition::Fits(position, set, exclusion) => {
                    let ty = self.positions.get(position).ty;
                    let standings = self.standings_without(ty, &[(position, ContextSetId::EMPTY)], exclusion);
                    let set = self.sets[set.0 as usize];
                    Known::Fits(self.has_all(&standings, (ty, exclusion), &set.selections))
                }
            };
            self.evaluating = None;
            if self.pending.len() > below {
                // It read what was not known yet: that comes first, so that this is not computed for each piece of it.
                self.pending.insert(below, id);
                self.is_pending[id] = true;
                continue;
            }
            if value == self.known[id] {
                continue;
            }
            self.known[id] = value;
            for reader in &self.dependents[id] {
                if !self.is_pending[*reader] {
                    self.is_pending[*reader] = true;
                    self.stale.push_back(*reader);
                }
            }
        }
    }

    /// Enters whatever a key opens, with keys read anywhere so far, until nothing more opens.
    fn evaluate_reach(&mut self, id: usize, ty: TypeId, (start, exclusion): (PositionId, ExclusionId)) -> Known {
        let known = match &self.known[id] {
            Known::Reach(known) => known.clone(),
            Known::Fits(_) => Rc::default(),
        };
        if known.len() > self.targets(ty, start) {
            return Known::Reach(known);
        }
        let mut reached = Reached { positions: vec![start], keys: vec![None], members: HashSet::from([start]) };
        loop {
            let before = reached.positions.len();
            // The keys of a type are the same from wherever it is reached.
            let mut types: HashSet<TypeId> = HashSet::new();
            let mut index = 0;
            while index < reached.positions.len() {
                let position = reached.positions[index];
                index += 1;
                if types.insert(self.positions.get(position).ty) {
                    self.enter(ty, (position, exclusion), &mut reached);
                }
            }
            if reached.positions.len() == before {
                return match known.len() < reached.positions.len() {
                    true => Known::Reach(Rc::new(reached.positions)),
                    false => Known::Reach(known),
                };
            }
        }
    }

    /// The most that can be entered for objects of a type.
    fn targets(&self, ty: TypeId, start: PositionId) -> usize {
        let of = self.positions.get(start).ty;
        let subgraphs = |ty: TypeId| self.graph.all_entries(ty).chunk_by(|a, b| a.subgraph == b.subgraph).count();
        // Objects that are met as an interface object can also be entered as what they are.
        match of == ty && self.supergraph().ty(ty).kind == TypeKind::Object && !self.is_root(ty) {
            true => subgraphs(ty) - usize::from(self.enters_own(start)),
            false => usize::MAX,
        }
    }

    fn enters_own(&self, start: PositionId) -> bool {
        let position = self.positions.get(start);
        self.graph.entries(position.ty, position.subgraph).next().is_some()
    }

    fn enter(&mut self, ty: TypeId, (position, exclusion): (PositionId, ExclusionId), reached: &mut Reached<'g>) {
        let of = self.positions.get(position).ty;
        if self.is_root(of) {
            for known in &self.supergraph().ty(of).in_subgraphs {
                let root = self.plain(of, known.subgraph);
                if !self.exclusions.excludes(exclusion, known.subgraph) {
                    reached.add(root, None);
                }
            }
            return;
        }
        let held = self.positions.get(reached.positions[0]).subgraph;
        let start_can_return = self.has_own_key(reached.positions[0]);
        // An interface object is no place from which keys of its object types could be read.
        let skipped = usize::from(self.positions.get(reached.positions[0]).ty != of);
        for entry in self.by_size(position).iter() {
            let Some(entered) = self.entered(ty, *entry) else { continue };
            let is_needless = entry.subgraph == held || reached.members.contains(&entered);
            if is_needless || self.exclusions.excludes(exclusion, entry.subgraph) {
                continue;
            }
            let key = &self.graph.key(*entry).fields;
            let exclusion = self.exclusions.with(exclusion, entry.subgraph);
            let standings = &reached.standings_for(key, start_can_return)[skipped..];
            if self.has_all(standings, (of, exclusion), &key.selections) {
                reached.add(entered, Some(key));
            }
        }
    }

    /// The field, as a path, on account of which a field set does not fit.
    pub(in crate::satisfiability) fn first_missing(&mut self, position: PositionId, set: &'g FieldSet) -> String {
        let mut ty = self.positions.get(position).ty;
        let mut standings = self.standings(ty, &[(position, ContextSetId::EMPTY)]);
        let mut path: Vec<&str> = Vec::new();
        let mut selections = set.selections.as_slice();
        loop {
            let mut open = selections.iter();
            let missing = open
                .find(|selection| !self.has_all(&standings, (ty, ExclusionId::NONE), std::slice::from_ref(*selection)));
            let Some(FieldSetSelection::Field(field)) = missing else { return path.join(".") };
            path.push(&field.name);
            let asked = Asked { field: &field.name, labels: None, exclusion: ExclusionId::NONE };
            let Advance::To(children) = self.along_any(&standings, asked) else { return path.join(".") };
            let Some(declared) = self.supergraph().ty(ty).field(&field.name) else { return path.join(".") };
            ty = declared.ty.named;
            standings = self.standings(ty, &children);
            selections = &field.selections;
        }
    }

    /// Whether each of the selections can be had from some of the standings.
    fn has_all(
        &mut self,
        standings: &[Standing],
        (ty, exclusion): (TypeId, ExclusionId),
        selections: &'g [FieldSetSelection],
    ) -> bool {
        selections.iter().all(|selection| match selection {
            FieldSetSelection::Field(field) if field.selections.is_empty() => {
                self.has_leaf(standings, Asked { field: &field.name, labels: None, exclusion })
            }
            FieldSetSelection::Field(field) => {
                match self.along_any(standings, Asked { field: &field.name, labels: None, exclusion }) {
                    Advance::Dead => false,
                    Advance::Vacuous => true,
                    Advance::To(children) => {
                        let Some(declared) = self.supergraph().ty(ty).field(&field.name) else { return false };
                        let below = self.standings_without(declared.ty.named, &children, exclusion);
                        self.has_all(&below, (declared.ty.named, exclusion), &field.selections)
                    }
                }
            }
            FieldSetSelection::InlineFragment { type_condition, selections } => {
                self.has_all_of_type(standings, (ty, *type_condition, exclusion), selections)
            }
        })
    }

    fn has_all_of_type(
        &mut self,
        standings: &[Standing],
        (ty, type_condition, exclusion): (TypeId, TypeId, ExclusionId),
        selections: &'g [FieldSetSelection],
    ) -> bool {
        let supergraph = self.supergraph();
        let wanted = &supergraph.ty(type_condition).possible_types;
        if ty == type_condition {
            return self.has_all(standings, (ty, exclusion), selections);
        }
        if supergraph.ty(ty).kind == TypeKind::Object {
            return wanted.binary_search(&ty).is_err() || self.has_all(standings, (ty, exclusion), selections);
        }
        let starts: Vec<_> = standings.iter().map(|standing| (standing.position, standing.context)).collect();
        let mut objects = supergraph.ty(ty).possible_types.iter().filter(|object| wanted.binary_search(object).is_ok());
        objects.all(|object| match self.narrow_without((ty, *object), &starts, exclusion) {
            Advance::Dead => false,
            Advance::Vacuous => true,
            Advance::To(narrowed) => {
                let narrowed = self.standings_without(*object, &narrowed, exclusion);
                self.has_all(&narrowed, (*object, exclusion), selections)
            }
        })
    }
}

/// What was reached so far from a start, and by which key.
struct Reached<'g> {
    positions: Vec<PositionId>,
    keys: Vec<Option<&'g FieldSet>>,
    members: HashSet<PositionId>,
}

impl<'g> Reached<'g> {
    fn add(&mut self, position: PositionId, key: Option<&'g FieldSet>) {
        if self.members.insert(position) {
            self.positions.push(position);
            self.keys.push(key);
        }
    }

    /// Where a key may be read. What was reached by the same key is no help: where one can be entered by it, so can the
    /// other.
    fn standings_for(&self, key: &FieldSet, start_can_return: bool) -> Vec<Standing> {
        let others = self.keys.iter().enumerate().filter(|(_, by)| by.is_none_or(|by| by != key));
        let context = ContextSetId::EMPTY;
        others
            .map(|(index, _)| Standing {
                position: self.positions[index],
                // All but the first, where the objects are, are come by over keys.
                can_return: index > 0 || start_can_return,
                context,
                context_below: context,
            })
            .collect()
    }
}
