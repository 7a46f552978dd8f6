//! `@override` and `@inaccessible`.

use super::Builder;
use crate::world::{Field, How, Placement, Role, Source, SubgraphIndex};

impl Builder {
    /// Already decided, as composition decides it: the new owner resolves the field, the old one only declares it.
    pub(super) fn add_overrides(&mut self) {
        for entity in self.entities() {
            let subgraphs = self.full_subgraphs(&entity);
            let names: Vec<String> = self.world.objects[&entity].fields.keys().cloned().collect();
            for name in names {
                let is_stored = self.world.objects[&entity].fields[&name].source == Source::Stored;
                if is_stored && self.can_be_overridden(&entity, &name) && self.random.chance(15) {
                    self.hand_over((&entity, &name), &subgraphs, None);
                }
            }
        }
    }

    /// Where requests decide who resolves the field. What others require may not depend on that.
    pub(super) fn add_progressive_overrides(&mut self) {
        const LABELS: [&str; 3] = ["new-names", "percent(25)", "beta.test"];
        let all: Vec<SubgraphIndex> = (0..self.world.subgraphs.len()).collect();
        let holders: Vec<String> = self.world.objects.keys().cloned().collect();
        for holder in holders {
            let subgraphs = match self.world.objects[&holder].role {
                Role::Entity => self.full_subgraphs(&holder),
                Role::Root => all.clone(),
                Role::Value => continue,
            };
            let names: Vec<String> = self.world.objects[&holder].fields.keys().cloned().collect();
            for name in names {
                let source = self.world.objects[&holder].fields[&name].source;
                let fits = matches!(source, Source::Stored | Source::Echo | Source::Mutation)
                    && self.can_be_overridden(&holder, &name)
                    && !self.is_required(&name);
                if fits && self.random.chance(35) {
                    let label = LABELS[self.random.below(LABELS.len())];
                    self.hand_over((&holder, &name), &subgraphs, Some(label.to_owned()));
                }
            }
        }
    }

    fn is_required(&self, name: &str) -> bool {
        let mut all = self.world.objects.values().flat_map(|object| object.fields.values());
        if all.any(|field| field.from_context.as_ref().is_some_and(|argument| argument.value == name)) {
            return true;
        }
        let fields = self.world.objects.values().flat_map(|object| object.fields.values());
        let mut placements = fields.flat_map(|field| field.placements.values());
        placements.any(|placement| placement.requires.as_ref().is_some_and(|inputs| inputs.mentions(name)))
    }

    /// From another of the subgraphs to the one that has it.
    fn hand_over(&mut self, (holder, name): (&str, &str), subgraphs: &[SubgraphIndex], label: Option<String>) {
        let field = &self.world.objects[holder].fields[name];
        let is_free = |subgraph: &SubgraphIndex| !field.placements.contains_key(subgraph);
        let free: Vec<SubgraphIndex> = subgraphs.iter().copied().filter(is_free).collect();
        let Some(owner) = field.only_resolver() else { return };
        let Some(old) = self.random.pick(&free).copied() else { return };
        let field = &mut self.world.objects[holder].fields[name];
        let given_up = Placement { how: How::Overridden, label: label.clone(), ..Placement::default() };
        field.placements.insert(old, given_up);
        if let Some(placement) = field.placements.get_mut(&owner) {
            placement.override_from = Some(old);
            placement.label = label;
        }
    }

    fn can_be_overridden(&self, holder: &str, name: &str) -> bool {
        let field = &self.world.objects[holder].fields[name];
        self.world.is_leaf(field.ty.name())
            && field.key_part.is_none()
            && field.from_interface.is_none()
            && field.from_context.is_none()
            && field.placements.values().all(|placement| placement.how != How::Overridden)
            && !self.interfaces_with(holder, name)
    }

    pub(super) fn interfaces_with(&self, object: &str, field: &str) -> bool {
        self.world.interfaces.values().any(|interface| {
            interface.interface_fields.contains_key(field) && interface.members.iter().any(|member| member == object)
        })
    }

    pub(super) fn hide_fields_and_types(&mut self) {
        for entity in self.entities() {
            let names: Vec<String> = self.world.objects[&entity].fields.keys().cloned().collect();
            for name in names {
                let visible =
                    self.world.objects[&entity].fields.values().filter(|field| !field.is_inaccessible).count();
                if visible > 1 && !self.interfaces_with(&entity, &name) && self.random.chance(8) {
                    self.world.objects[&entity].fields[&name].is_inaccessible = true;
                }
            }
        }
        self.hide_a_member();
    }

    /// A member of a union or an interface, with the fields that return it by itself.
    fn hide_a_member(&mut self) {
        if !self.random.chance(30) {
            return;
        }
        let mut candidates: Vec<String> = self.plain_objects();
        candidates.retain(|name| self.is_a_member(name) && !self.leaves_a_type_empty(name) && self.may_be_hidden(name));
        let Some(name) = self.random.pick(&candidates) else { return };
        self.world.objects[name].is_inaccessible = true;
        for field in self.world.objects.values_mut().flat_map(|object| object.fields.values_mut()) {
            field.is_inaccessible |= field.ty.name() == name || field.narrowest_ty().name() == name;
        }
    }

    fn may_be_hidden(&self, hidden: &str) -> bool {
        let in_interface = self.world.interfaces.values().any(|interface| {
            interface.interface_fields.keys().any(|field| {
                let fields = interface.members.iter().filter_map(|member| self.world.field(member, field));
                fields.into_iter().any(|field| field.ty.name() == hidden)
            })
        });
        !in_interface
            && self.world.objects.iter().all(|(name, object)| {
                let refers = |field: &Field| field.ty.name() == hidden || field.narrowest_ty().name() == hidden;
                let stays = |field: &Field| !refers(field) && !field.is_inaccessible;
                name == hidden
                    || (object.fields.values().any(stays)
                        && object.fields.values().all(|field| !refers(field) || field.from_interface.is_none()))
            })
    }

    fn is_a_member(&self, name: &str) -> bool {
        let in_union = self.world.unions.values().any(|union| union.members.iter().any(|member| member == name));
        in_union
            || self.world.interfaces.values().any(|interface| interface.members.iter().any(|member| member == name))
    }

    fn leaves_a_type_empty(&self, hidden: &str) -> bool {
        let abstract_types = self.world.unions.keys().chain(self.world.interfaces.keys());
        abstract_types.into_iter().any(|name| {
            let possible = self.world.possible(name);
            possible.contains(hidden) && possible.len() < 2
        })
    }
}
