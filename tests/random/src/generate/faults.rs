//! Makes a world faulty: failing fields, dangling references, null keys, a subgraph that is down.
//!
//! Only faults whose outcome does not depend on the plan: the failing place has one resolver, nothing that another
//! subgraph's fields or keys need is touched, and records with a fault are referred to only from places that one
//! subgraph gives.

use super::Builder;
use crate::world::{
    Failing, Field, KeyPart, Missing, ObjectType, Presence, RecordIndex, Role, Source, SubgraphIndex, Ty, Value, World,
};
use std::collections::BTreeSet;

impl Builder {
    pub(super) fn add_faults(&mut self) {
        if self.random.chance(60) {
            self.add_failing_fields();
        }
        if self.random.chance(70) {
            self.add_null_key();
        }
        if self.random.chance(70) {
            self.add_dangling_references();
        }
        if self.random.chance(25) {
            let isolated: Vec<SubgraphIndex> =
                (0..self.world.subgraphs.len()).filter(|subgraph| is_isolated(&self.world, *subgraph)).collect();
            self.world.down = self.random.pick(&isolated).copied();
        }
    }

    fn add_failing_fields(&mut self) {
        let has_nested_requires = field_sets(&self.world).any(|fields| fields.is_nested());
        let mut candidates = Vec::new();
        for (index, record) in self.world.records.iter().enumerate() {
            for (name, field) in &self.world.objects[&record.type_name].fields {
                let is_contained = !field.ty.is_non_null() || !has_nested_requires;
                if is_contained && may_fail(&self.world, name, field) {
                    candidates.push((index, name.clone()));
                }
            }
        }
        let count = self.random.between(1, 6);
        for (record, field) in self.random.some_of(&candidates, count) {
            let whole = self.random.chance(60);
            let ty = self.world.objects[&self.world.records[record].type_name].fields[&field].ty.clone();
            let of_whole = Value::Failed(self.failing(&ty, true));
            let of_item = match ty.nullable() {
                Ty::List(inner) => Value::Failed(self.failing(inner, false)),
                _ => of_whole.clone(),
            };
            let slot = self.world.records[record].values.entry(field).or_insert(Value::Null);
            match slot {
                Value::List(items) if !whole && !items.is_empty() => {
                    let position = self.random.below(items.len());
                    items[position] = of_item;
                }
                _ => *slot = of_whole,
            }
        }
    }

    fn failing(&mut self, ty: &Ty, is_field: bool) -> Failing {
        let mut choices = vec![Failing::Reported];
        if self.world.scalars.iter().all(|scalar| scalar != ty.name()) {
            choices.push(Failing::Misfit);
        }
        if ty.is_non_null() {
            // There are few such places.
            choices.extend([Failing::SilentNull; 5]);
        }
        if is_field {
            choices.push(Failing::LeftOut);
        }
        self.random.pick(&choices).copied().unwrap_or(Failing::Reported)
    }

    fn add_null_key(&mut self) {
        let candidates: Vec<String> =
            self.world.objects.keys().filter(|name| may_have_null_key(&self.world, name)).cloned().collect();
        let Some(name) = self.random.pick(&candidates).cloned() else { return };
        let object = &mut self.world.objects[&name];
        let fields: Vec<String> = object.keys[0].names().into_iter().map(str::to_owned).collect();
        let Some(key_field) = self.random.pick(&fields) else { return };
        let field = &mut object.fields[key_field];
        field.ty = field.ty.nullable().clone();
        let (record, substitute) = first_two(&self.world, &name);
        self.world.records[record].has_null_key = true;
        self.world.records[record].values.insert(key_field.clone(), Value::Null);
        redirect(&mut self.world, (record, substitute), None);
    }

    fn add_dangling_references(&mut self) {
        let mut candidates = Vec::new();
        for (name, object) in &self.world.objects {
            if object.role != Role::Entity || is_owner(&self.world, name) || has_null_key(&self.world, name) {
                continue;
            }
            for subgraph in 0..self.world.subgraphs.len() {
                let gives_a_field = object
                    .fields
                    .values()
                    .any(|field| field.key_part.is_none() && field.only_resolver() == Some(subgraph));
                // Without the home of its interface, a member's type cannot be had.
                let is_home = self.home_of_member(name) == Some(subgraph);
                if gives_a_field && !is_home && is_only_a_leaf_of(&self.world, object, subgraph) {
                    candidates.push((name.clone(), subgraph));
                }
            }
        }
        let Some((name, subgraph)) = self.random.pick(&candidates).cloned() else { return };
        let (record, substitute) = first_two(&self.world, &name);
        let missing = if self.random.chance(50) { Missing::Unknown } else { Missing::Failing };
        self.world.records[record].missing_in.insert(subgraph, missing);
        redirect(&mut self.world, (record, substitute), Some(subgraph));
    }
}

fn first_two(world: &World, type_name: &str) -> (RecordIndex, RecordIndex) {
    let first = world.records.iter().position(|record| record.type_name == type_name).unwrap_or_default();
    (first, first + 1)
}

fn field_sets(world: &World) -> impl Iterator<Item = &crate::field_set::FieldSet> {
    world
        .objects
        .values()
        .flat_map(|object| object.fields.values())
        .flat_map(|field| field.placements.values())
        .flat_map(|placement| placement.requires.iter().chain(&placement.provides))
}

fn may_fail(world: &World, name: &str, field: &Field) -> bool {
    field.key_part.is_none()
        && !matches!(field.source, Source::Computed | Source::Lookup)
        && !field.is_external_somewhere()
        && field.placements.values().all(|placement| placement.ty.is_none())
        && !field_sets(world).any(|fields| fields.mentions(name))
        && name != "id"
}

fn may_have_null_key(world: &World, name: &str) -> bool {
    let object = &world.objects[name];
    let key_fields = object.keys.first().map(|key| key.names()).unwrap_or_default();
    let in_interface = world.interfaces.values().any(|interface| {
        interface.members.iter().any(|member| member == name)
            && (interface.entity.is_some()
                || key_fields.iter().any(|field| interface.interface_fields.contains_key(*field)))
    });
    object.role == Role::Entity
        && object.keys.len() == 1
        && !in_interface
        && !is_owner(world, name)
        && object.fields.values().all(|field| {
            !field.is_external_somewhere()
                && field.source != Source::Computed
                && (field.key_part.is_some() || field.only_resolver().is_some())
        })
}

/// Whether another entity's key goes through this type.
fn is_owner(world: &World, name: &str) -> bool {
    world
        .objects
        .values()
        .flat_map(|object| object.fields.values())
        .any(|field| field.key_part == Some(KeyPart::Nested) && field.ty.name() == name)
}

fn has_null_key(world: &World, name: &str) -> bool {
    world.records.iter().any(|record| record.type_name == name && record.has_null_key)
}

/// Whether no way to the entity's other subgraphs, and no input of their fields, leads through this one.
fn is_only_a_leaf_of(world: &World, object: &ObjectType, subgraph: SubgraphIndex) -> bool {
    let everywhere = |key: &usize| {
        // The only key of a stub need not lead there.
        let leads =
            |known: &Presence| known.keys.iter().any(|k| k.key == *key && (k.is_resolvable || known.keys.len() == 1));
        object.presence.values().all(leads)
    };
    let Some(key) = (0..object.keys.len()).find(everywhere) else { return false };
    let names: BTreeSet<&str> = object.keys[key].names().into_iter().collect();
    object.fields.iter().all(|(name, field)| {
        // What is below the key's own objects could be had through this entity or by itself.
        let leads_on = field.key_part == Some(KeyPart::Nested)
            && world.objects.get(field.ty.name()).is_some_and(|target| target.role == Role::Entity);
        (!leads_on && names.contains(name.as_str()))
            || !field.is_resolved_in(subgraph)
            || (field.only_resolver().is_some() && !field.is_external_somewhere())
    })
}

fn is_isolated(world: &World, subgraph: SubgraphIndex) -> bool {
    let is_home = world
        .interfaces
        .values()
        .filter_map(|interface| interface.entity.as_ref())
        .any(|entity| entity.home == subgraph);
    !is_home
        && world.objects.values().all(|object| match object.role {
            Role::Value => true,
            Role::Entity => {
                !object.fields.values().any(|f| f.is_resolved_in(subgraph))
                    || is_only_a_leaf_of(world, object, subgraph)
            }
            Role::Root => object
                .fields
                .values()
                .all(|field| !field.is_resolved_in(subgraph) || field.only_resolver() == Some(subgraph)),
        })
}

/// Points references to the first record at the second, except where exactly one subgraph gives them (not `avoided`).
fn redirect(world: &mut World, (record, substitute): (RecordIndex, RecordIndex), avoided: Option<SubgraphIndex>) {
    let type_name = world.records[record].type_name.clone();
    let World { records, objects, .. } = world;
    for holder in records {
        let object = &objects[&holder.type_name];
        for (name, value) in &mut holder.values {
            let Some(field) = object.fields.get(name) else { continue };
            let only = field.only_resolver();
            let may_stay = object.role != Role::Value
                && field.key_part.is_none()
                && !field.is_external_somewhere()
                && only.is_some()
                && only != avoided;
            if !may_stay {
                replace(value, record, substitute);
            } else if field.ty.name() == type_name {
                replace(value, substitute, record);
            }
        }
    }
}

fn replace(value: &mut Value, record: RecordIndex, substitute: RecordIndex) {
    match value {
        Value::Record(found) if *found == record => *found = substitute,
        Value::List(items) => items.iter_mut().for_each(|item| replace(item, record, substitute)),
        _ => {}
    }
}
