//! `@override` and `@inaccessible`.

use super::Builder;
use crate::world::{Field, How, Placement, Source, SubgraphIndex};

impl Builder {
    /// Already decided, as composition decides it: the new owner resolves the field, the old one only declares it.
    pub(super) fn add_overrides(&mut self) {
        for entity in self.entities() {
            let subgraphs = self.full_subgraphs(&entity);
            let names: Vec<String> = self.world.objects[&entity].fields.keys().cloned().collect();
            for name in names {
                let field = &self.world.objects[&entity].fields[&name];
                let is_common = self.interfaces_with(&entity, &name);
                let fits = self.can_be_overridden(field) && !is_common && self.random.chance(15);
                let free: Vec<SubgraphIndex> =
                    subgraphs.iter().copied().filter(|subgraph| !field.placements.contains_key(subgraph)).collect();
                let (Some(owner), true) = (field.only_resolver(), fits) else { continue };
                let Some(old) = self.random.pick(&free).copied() else { continue };
                let field = &mut self.world.objects[&entity].fields[&name];
                field.placements.insert(old, Placement { how: How::Overridden, ..Placement::default() });
                if let Some(placement) = field.placements.get_mut(&owner) {
                    placement.override_from = Some(old);
                }
            }
        }
    }

    fn can_be_overridden(&self, field: &Field) -> bool {
        self.world.is_leaf(field.ty.name())
            && field.source == Source::Stored
            && field.key_part.is_none()
            && field.from_interface.is_none()
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
