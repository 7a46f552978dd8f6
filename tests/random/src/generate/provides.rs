//! `@provides`, with the `@external` fields that it needs.

use super::Builder;
use crate::{
    field_set::{FieldSet, FieldSetItem},
    world::{Role, Source, SubgraphIndex},
};

impl Builder {
    pub(super) fn add_provides(&mut self) {
        let objects: Vec<String> = self.world.objects.keys().cloned().collect();
        for object in objects {
            let names: Vec<String> = self.world.objects[&object].fields.keys().cloned().collect();
            for name in names {
                if self.random.chance(25) {
                    self.provide_through(&object, &name);
                }
            }
        }
    }

    fn provide_through(&mut self, object: &str, name: &str) {
        let field = &self.world.objects[object].fields[name];
        let Some(subgraph) = field.only_resolver() else { return };
        let type_name = field.ty.name().to_owned();
        let is_plain = field.from_interface.is_none() && field.key_part.is_none() && field.source != Source::Mutation;
        if self.world.objects[object].role == Role::Value || !is_plain {
            return;
        }
        let mut items = Vec::new();
        if self.world.objects.get(&type_name).is_some_and(|target| target.role == Role::Entity) {
            items = self.provided_items(&type_name, subgraph);
        } else if self.world.unions.contains_key(&type_name) {
            for member in self.member_names(&type_name) {
                let target = &self.world.objects[&member];
                if target.role == Role::Entity && target.presence.contains_key(&subgraph) && self.random.chance(60) {
                    let children = FieldSet(self.provided_items(&member, subgraph));
                    if !children.is_empty() {
                        items.push(FieldSetItem::On { type_name: member, children });
                    }
                }
            }
        }
        if !items.is_empty() {
            let field = &mut self.world.objects[object].fields[name];
            if let Some(placement) = field.placements.get_mut(&subgraph) {
                placement.provides = Some(FieldSet(items));
            }
        }
    }

    fn provided_items(&mut self, entity: &str, subgraph: SubgraphIndex) -> Vec<FieldSetItem> {
        let names: Vec<String> = self.world.objects[entity].fields.keys().cloned().collect();
        let mut items = Vec::new();
        for name in self.random.some_of(&names, names.len()) {
            let type_name = self.world.objects[entity].fields[&name].ty.name().to_owned();
            if items.len() < 2
                && let Some(item) = self.provided_below(entity, &name, &type_name, subgraph)
            {
                items.push(item);
                continue;
            }
            if items.len() == 2 || !self.can_be_external(entity, &name, subgraph, false) {
                continue;
            }
            let children = if self.world.is_leaf(&type_name) {
                FieldSet::default()
            } else if self.world.objects.get(&type_name).is_some_and(|target| target.role == Role::Value)
                && !type_name.starts_with('P')
            {
                self.ensure(&type_name, subgraph);
                let children = self.children_of(&type_name, subgraph, 1);
                if children.is_empty() {
                    continue;
                }
                children
            } else {
                continue;
            };
            self.mark_external(entity, &name, subgraph);
            self.world.objects[entity].fields[&name].is_provided = true;
            items.push(FieldSetItem::field(&name, children));
        }
        items
    }

    /// `other { field }`, where the subgraph resolves `other` by itself and `field` is external.
    fn provided_below(
        &mut self,
        entity: &str,
        name: &str,
        type_name: &str,
        subgraph: SubgraphIndex,
    ) -> Option<FieldSetItem> {
        let field = &self.world.objects[entity].fields[name];
        let is_plain = field.is_resolved_in(subgraph) && field.key_part.is_none() && field.arguments.is_empty();
        let is_entity = self.world.objects.get(type_name).is_some_and(|target| target.role == Role::Entity);
        if !is_plain || !is_entity || field.from_interface.is_some() || field.source != Source::Stored {
            return None;
        }
        let leaves: Vec<String> = self.world.objects[type_name]
            .fields
            .iter()
            .filter(|(_, field)| self.world.is_leaf(field.ty.name()))
            .map(|(name, _)| name.clone())
            .filter(|leaf| self.can_be_external(type_name, leaf, subgraph, false))
            .collect();
        let leaf = self.random.pick(&leaves)?.clone();
        self.mark_external(type_name, &leaf, subgraph);
        self.world.objects[type_name].fields[&leaf].is_provided = true;
        Some(FieldSetItem::field(name, FieldSet::leaf(&leaf)))
    }
}
