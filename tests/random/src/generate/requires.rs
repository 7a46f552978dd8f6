//! `@requires`, with the `@external` fields that it needs.

use super::Builder;
use crate::{
    field_set::{FieldSet, FieldSetItem},
    world::{Field, How, Placement, Role, Source, SubgraphIndex, Ty},
};
use serde_json::{Map, Value as Json, json};

impl Builder {
    pub(super) fn add_requires(&mut self) {
        self.add_interface_requires();
        for entity in self.entities() {
            let subgraphs = self.full_subgraphs(&entity);
            if subgraphs.len() < 2 || self.loner.as_ref() == Some(&entity) || !self.random.chance(70) {
                continue;
            }
            let mut previous: Option<(String, SubgraphIndex)> = None;
            for _ in 0..self.random.between(1, 3) {
                let Some(subgraph) = self.random.pick(&subgraphs).copied() else { break };
                let mut items = Vec::new();
                // A chain: what one computed field gives, the next one needs.
                if let Some((name, resolver)) = previous.take()
                    && resolver != subgraph
                    && !self.world.objects[&entity].fields[&name].is_resolved_in(subgraph)
                    && self.random.chance(60)
                {
                    self.mark_external(&entity, &name, subgraph);
                    items.push(FieldSetItem::field(&name, FieldSet::default()));
                }
                let wanted = self.random.between(usize::from(items.is_empty()), 2);
                items.extend(self.required_items(&entity, subgraph, wanted));
                if items.is_empty() {
                    continue;
                }
                let name = self.new_field_name();
                let ty = Ty::named("String");
                let mut field = Field::stored(if self.random.chance(30) { ty.non_null() } else { ty });
                field.source = Source::Computed;
                let placement = Placement { requires: Some(FieldSet(items)), ..Placement::default() };
                if self.random.chance(25)
                    && let Some(second) = self.second_requirer(&entity, &placement, (subgraph, &subgraphs))
                {
                    field.placements.insert(second, placement.clone());
                }
                field.placements.insert(subgraph, placement);
                self.world.objects[&entity].fields.insert(name.clone(), field);
                previous = Some((name, subgraph));
            }
        }
    }

    /// Another subgraph that can compute the same, of leaves that it takes as external too.
    fn second_requirer(
        &mut self,
        entity: &str,
        placement: &Placement,
        (first, subgraphs): (SubgraphIndex, &[SubgraphIndex]),
    ) -> Option<SubgraphIndex> {
        let requires = placement.requires.clone()?;
        if requires.is_nested() {
            return None;
        }
        let names: Vec<String> = requires.names().into_iter().map(str::to_owned).collect();
        let fits = |subgraph: &SubgraphIndex| {
            *subgraph != first && names.iter().all(|name| self.can_be_external(entity, name, *subgraph, true))
        };
        let fitting: Vec<SubgraphIndex> = subgraphs.iter().copied().filter(fits).collect();
        let second = self.random.pick(&fitting).copied()?;
        for name in &names {
            self.mark_external(entity, name, second);
        }
        Some(second)
    }

    /// Interface objects' computed fields, made of what the interface's home gives.
    fn add_interface_requires(&mut self) {
        let interfaces: Vec<String> = self.world.interfaces.keys().cloned().collect();
        for interface_name in interfaces {
            let interface = self.world.interfaces[&interface_name].clone();
            let Some(entity) = &interface.entity else { continue };
            let (Some(member), Some(side)) =
                (interface.members.first(), self.random.pick(&entity.object_sides).copied())
            else {
                continue;
            };
            let fields = &self.world.objects[member].fields;
            let inputs: Vec<String> = interface
                .interface_fields
                .keys()
                .filter(|name| {
                    let field = &fields[name.as_str()];
                    let is_leaf = self.world.is_leaf(field.ty.name());
                    is_leaf
                        && field.source == Source::Stored
                        && field.key_part.is_none()
                        && field.from_interface.is_none()
                })
                .cloned()
                .collect();
            let Some(input) = self.random.pick(&inputs) else { continue };
            let name = self.new_field_name();
            let mut field = Field::stored(Ty::named("String"));
            field.source = Source::Computed;
            field.from_interface = Some(interface_name.clone());
            let placement = Placement { requires: Some(FieldSet::leaf(input)), ..Placement::default() };
            field.placements.insert(side, placement);
            for member in &interface.members {
                self.mark_external(member, input, side);
                self.world.objects[member].fields.insert(name.clone(), field.clone());
            }
            let stored = &mut self.world.interfaces[&interface_name];
            stored.interface_fields.insert(name.clone(), field.ty.clone());
            if let Some(entity) = &mut stored.entity {
                entity.contributed.push(name);
            }
        }
    }

    pub(super) fn entities(&self) -> Vec<String> {
        let is_entity = |name: &&String| self.world.objects[name.as_str()].role == Role::Entity;
        self.world.objects.keys().filter(is_entity).cloned().collect()
    }

    pub(super) fn required_items(&mut self, entity: &str, subgraph: SubgraphIndex, wanted: usize) -> Vec<FieldSetItem> {
        let candidates: Vec<String> = self.world.objects[entity].fields.keys().cloned().collect();
        let mut items = Vec::new();
        for name in self.random.some_of(&candidates, candidates.len()) {
            if items.len() >= wanted {
                break;
            }
            if let Some(children) = self.required_children(entity, &name, subgraph) {
                self.mark_external(entity, &name, subgraph);
                let arguments = required_arguments(&name, &self.world.objects[entity].fields[&name]);
                items.push(FieldSetItem::Field { name, arguments, children });
            }
        }
        items
    }

    /// The sub-selection with which `entity.field` can be required in `subgraph`, if it can.
    fn required_children(&mut self, entity: &str, name: &str, subgraph: SubgraphIndex) -> Option<FieldSet> {
        let field = &self.world.objects[entity].fields[name];
        let is_echo = field.source == Source::Echo && field.arguments.iter().all(|known| is_simple(&known.name));
        if !self.can_be_external(entity, name, subgraph, is_echo) {
            return None;
        }
        let type_name = self.world.objects[entity].fields[name].ty.name().to_owned();
        if self.world.is_leaf(&type_name) {
            return Some(FieldSet::default());
        }
        if !self.may_be_in(&type_name, subgraph)
            || type_name.starts_with('P')
            || self.world.interfaces.get(&type_name).is_some_and(|i| i.entity.is_some())
        {
            return None;
        }
        self.ensure(&type_name, subgraph);
        let children = self.children_of(&type_name, subgraph, 0);
        if children.is_empty() { None } else { Some(children) }
    }

    pub(super) fn can_be_external(&self, entity: &str, name: &str, subgraph: SubgraphIndex, is_echo: bool) -> bool {
        let field = &self.world.objects[entity].fields[name];
        let is_free = match field.placements.get(&subgraph) {
            None => true,
            Some(placement) => placement.how == How::External,
        };
        is_free
            && self.loner.as_deref() != Some(entity)
            && (is_echo || field.source == Source::Stored)
            && field.key_part.is_none()
            && field.from_interface.is_none()
            && field.from_context.is_none()
    }

    /// A selection below a required field: leaves that the subgraph knows or takes as external.
    pub(super) fn children_of(&mut self, type_name: &str, subgraph: SubgraphIndex, depth: usize) -> FieldSet {
        if self.world.is_abstract(type_name) {
            let members = self.member_names(type_name);
            let mut items = Vec::new();
            for member in members {
                let is_present = self.world.objects[&member].presence.contains_key(&subgraph);
                if is_present && depth < 2 {
                    let children = self.children_of(&member, subgraph, depth + 1);
                    if !children.is_empty() {
                        items.push(FieldSetItem::On { type_name: member, children });
                    }
                }
            }
            return FieldSet(items);
        }
        let names: Vec<String> = self.world.objects[type_name].fields.keys().cloned().collect();
        let is_entity = self.world.objects[type_name].role == Role::Entity;
        let mut items = Vec::new();
        let most = self.random.between(1, 3);
        for name in self.random.some_of(&names, names.len()) {
            if items.len() >= most {
                break;
            }
            let field = &self.world.objects[type_name].fields[&name];
            let field_type = field.ty.name().to_owned();
            let is_direct = field.is_resolved_in(subgraph) && field.source == Source::Stored;
            if self.world.is_leaf(&field_type) {
                if is_direct {
                    items.push(FieldSetItem::field(&name, FieldSet::default()));
                } else if is_entity && self.can_be_external(type_name, &name, subgraph, false) {
                    self.mark_external(type_name, &name, subgraph);
                    items.push(FieldSetItem::field(&name, FieldSet::default()));
                }
            } else if is_direct && !is_entity && depth < 2 && self.world.objects.contains_key(&field_type) {
                let children = self.children_of(&field_type, subgraph, depth + 1);
                if !children.is_empty() {
                    items.push(FieldSetItem::field(&name, children));
                }
            }
        }
        FieldSet(items)
    }

    pub(super) fn member_names(&self, abstract_type: &str) -> Vec<String> {
        match (self.world.interfaces.get(abstract_type), self.world.unions.get(abstract_type)) {
            (Some(interface), _) => interface.members.clone(),
            (None, Some(union)) => union.members.clone(),
            (None, None) => Vec::new(),
        }
    }

    pub(super) fn mark_external(&mut self, object: &str, name: &str, subgraph: SubgraphIndex) {
        let field = &mut self.world.objects[object].fields[name];
        let external = Placement { how: How::External, ..Placement::default() };
        field.placements.entry(subgraph).or_insert(external);
    }
}

/// Arguments that a field set can give in plain JSON.
fn is_simple(argument: &str) -> bool {
    matches!(argument, "count" | "flag")
}

/// Always the same for one field, since a representation has it only once.
fn required_arguments(name: &str, field: &Field) -> Map<String, Json> {
    let value = |argument: &str| if argument == "count" { json!(name.len()) } else { json!(true) };
    field.arguments.iter().map(|argument| (argument.name.clone(), value(&argument.name))).collect()
}
