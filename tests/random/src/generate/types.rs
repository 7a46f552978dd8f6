//! Declares the types, and entities' keys and subgraphs.

use super::Builder;
use crate::{
    field_set::{FieldSet, FieldSetItem},
    world::{
        Argument, EntityInterface, EnumType, Field, InterfaceType, KeyPart, ObjectType, PresentKey, Role, Ty, UnionType,
    },
};
use indexmap::IndexMap;
use serde_json::json;
use std::collections::BTreeMap;

impl Builder {
    pub(super) fn declare_types(&mut self) {
        const NAMES: [&str; 6] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta-six"];
        let count = self.random.between(2, NAMES.len());
        self.world.subgraphs = NAMES[..count].iter().map(|name| (*name).to_owned()).collect();
        self.declare_leaf_types();
        self.declare_root("Query");
        if self.random.chance(45) {
            self.declare_root("Mutation");
        }
        for index in 0..self.random.between(1, 3) {
            self.world.objects.insert(format!("V{index}"), ObjectType::new(Role::Value));
        }
        let entities = self.random.between(2, 5);
        for index in 0..entities {
            let name = format!("E{index}");
            if index + 1 == entities && self.random.chance(30) {
                self.loner = Some(name.clone());
            }
            self.declare_entity(&name);
        }
        if !self.is_old && self.random.chance(45) {
            self.declare_entity_interface();
        }
        self.declare_interfaces();
        self.declare_unions();
    }

    fn declare_leaf_types(&mut self) {
        let mut mood = EnumType { values: vec!["RED".into(), "GREEN".into(), "BLUE".into()], inaccessible: Vec::new() };
        if !self.is_old && self.random.chance(30) {
            mood.values.push("SECRET".into());
            mood.inaccessible.push("SECRET".into());
        }
        self.world.enums.insert("Mood".into(), mood);
        self.world.scalars.push("Anything".into());
        let argument = |name: &str, ty: Ty, default| Argument { name: name.into(), ty, default };
        self.world.inputs.insert(
            "Filter".into(),
            vec![
                argument("low", Ty::named("Int"), None),
                argument("text", Ty::named("String").non_null(), Some(json!("none \"at\" all"))),
                argument("mood", Ty::named("Mood"), Some(json!("GREEN"))),
                argument("more", Ty::named("Filter").non_null().list(), None),
            ],
        );
    }

    fn declare_root(&mut self, name: &str) {
        let mut root = ObjectType::new(Role::Root);
        root.presence = (0..self.world.subgraphs.len()).map(|subgraph| (subgraph, Default::default())).collect();
        self.world.objects.insert(name.into(), root);
    }

    /// Keys are chosen here; which subgraph has which, in `place_entities`.
    fn declare_entity(&mut self, name: &str) {
        let mut entity = ObjectType::new(Role::Entity);
        let mut kinds = self.random.some_of(&[0, 0, 1, 2, 3, 4], 1 + self.random.clone().below(3));
        kinds.dedup();
        if self.loner.as_deref() == Some(name) {
            kinds.retain(|kind| *kind != 4);
            kinds.truncate(1);
        }
        let owner = self.random.chance(50).then(|| self.owner_candidate()).flatten();
        let suffix = name.to_lowercase();
        let mut has_id = false;
        for kind in kinds {
            match kind {
                0 if !has_id => {
                    has_id = true;
                    add_id_key(&mut entity);
                }
                1 => {
                    let field = format!("code_{suffix}");
                    let ty = if self.random.chance(50) { "Int" } else { "String" };
                    add_key_field(&mut entity, &field, Ty::named(ty), KeyPart::Unique);
                    entity.keys.push(FieldSet::leaf(&field));
                }
                2 => {
                    let (high, low) = (format!("zone_{suffix}"), format!("number_{suffix}"));
                    add_key_field(&mut entity, &high, Ty::named("String"), KeyPart::High);
                    add_key_field(&mut entity, &low, Ty::named("Int"), KeyPart::Low);
                    let items = [&high, &low].map(|field| FieldSetItem::field(field, FieldSet::default()));
                    entity.keys.push(FieldSet(items.to_vec()));
                }
                3 => self.add_nested_value_key(&mut entity, &suffix),
                4 => {
                    if let Some(owner) = &owner {
                        let field = format!("owner_{suffix}");
                        add_key_field(&mut entity, &field, Ty::named(owner), KeyPart::Nested);
                        entity.keys.push(FieldSet(vec![FieldSetItem::field(&field, FieldSet::leaf("id"))]));
                    }
                }
                _ => {}
            }
        }
        if entity.keys.is_empty() {
            add_id_key(&mut entity);
        }
        self.world.objects.insert(name.into(), entity);
    }

    fn owner_candidate(&mut self) -> Option<String> {
        let with_id = |object: &ObjectType| object.keys.contains(&FieldSet::leaf("id"));
        let names: Vec<String> =
            self.world.objects.iter().filter(|(_, object)| with_id(object)).map(|(name, _)| name.clone()).collect();
        self.random.pick(&names).cloned()
    }

    /// `tag { part line }`, with a value type made for this key.
    fn add_nested_value_key(&mut self, entity: &mut ObjectType, suffix: &str) {
        let (field, type_name) = (format!("tag_{suffix}"), format!("Tag{}", suffix.to_uppercase()));
        let mut tag = ObjectType::new(Role::Value);
        add_key_field(&mut tag, "part", Ty::named("ID"), KeyPart::High);
        add_key_field(&mut tag, "line", Ty::named("Int"), KeyPart::Low);
        self.world.objects.insert(type_name.clone(), tag);
        add_key_field(entity, &field, Ty::named(&type_name), KeyPart::Nested);
        let parts = ["part", "line"].map(|part| FieldSetItem::field(part, FieldSet::default()));
        entity.keys.push(FieldSet(vec![FieldSetItem::field(&field, FieldSet(parts.to_vec()))]));
    }

    fn declare_entity_interface(&mut self) {
        let count = self.world.subgraphs.len();
        let home = self.random.below(count);
        let others: Vec<usize> = (0..count).filter(|subgraph| *subgraph != home).collect();
        let sides = self.random.between(1, 2.min(others.len()));
        let mut object_sides = self.random.some_of(&others, sides);
        object_sides.sort_unstable();
        let members: Vec<String> = (0..self.random.between(1, 3)).map(|index| format!("M{index}")).collect();
        for member in &members {
            let mut entity = ObjectType::new(Role::Entity);
            add_id_key(&mut entity);
            self.world.objects.insert(member.clone(), entity);
        }
        let interface_fields = [("id".to_owned(), Ty::named("ID").non_null())].into_iter().collect();
        let entity = Some(EntityInterface { home, object_sides, contributed: Vec::new() });
        let interface = InterfaceType { members, interface_fields, entity, ..InterfaceType::default() };
        self.world.interfaces.insert("Media".into(), interface);
    }

    fn declare_interfaces(&mut self) {
        for index in 0..self.random.below(3) {
            let mut candidates = self.plain_objects();
            candidates.retain(|name| !name.starts_with("Tag") && self.loner.as_ref() != Some(name));
            let count = self.random.between(2, 3);
            let mut members = self.random.some_of(&candidates, count);
            let mut parent = None;
            if index > 0 && self.random.chance(60) {
                let earlier = format!("I{}", index - 1);
                let known = self.world.interfaces[&earlier].members.clone();
                let count = self.random.between(1, known.len());
                members = self.random.some_of(&known, count);
                parent = Some(earlier);
            }
            let mut interface_fields = IndexMap::new();
            if members.iter().any(|member| self.world.objects[member].role == Role::Entity) {
                interface_fields.insert("id".to_owned(), Ty::named("ID").non_null());
                for member in &members {
                    let object = &mut self.world.objects[member];
                    match object.role {
                        Role::Entity if !object.keys.contains(&FieldSet::leaf("id")) => add_id_key(object),
                        Role::Value => {
                            object.fields.insert("id".into(), Field::stored(Ty::named("ID").non_null()));
                        }
                        _ => {}
                    }
                }
            }
            let interface = InterfaceType { members, interface_fields, parent, ..InterfaceType::default() };
            self.world.interfaces.insert(format!("I{index}"), interface);
        }
    }

    fn declare_unions(&mut self) {
        for index in 0..self.random.below(3) {
            let mut candidates = self.plain_objects();
            candidates.retain(|name| !name.starts_with("Tag"));
            if self.random.chance(30) {
                candidates
                    .extend(self.world.interfaces.get("Media").into_iter().flat_map(|media| media.members.clone()));
            }
            let count = self.random.between(2, 4);
            let members = self.random.some_of(&candidates, count);
            self.world.unions.insert(format!("U{index}"), UnionType { members, presence: BTreeMap::new() });
        }
    }

    /// Object types that can be declared in every subgraph.
    pub(super) fn plain_objects(&self) -> Vec<String> {
        let plain = |name: &&String| name.starts_with('E') || name.starts_with('V') || name.starts_with("Tag");
        self.world.objects.keys().filter(plain).cloned().collect()
    }

    /// Gives each entity its subgraphs; each but the first shares a key with an earlier one, so that all are reachable.
    pub(super) fn place_entities(&mut self) {
        let entities: Vec<String> = self
            .world
            .objects
            .iter()
            .filter(|(_, object)| object.role == Role::Entity)
            .map(|(name, _)| name.clone())
            .collect();
        for name in entities {
            let allowed: Vec<usize> =
                (0..self.world.subgraphs.len()).filter(|subgraph| self.may_be_in(&name, *subgraph)).collect();
            let least = if self.random.chance(85) { 2 } else { 1 };
            let most = allowed.len().min(4);
            let count = self.random.between(least.min(most), most);
            let mut subgraphs = self.random.some_of(&allowed, count);
            if let Some(home) = self.home_of_member(&name) {
                subgraphs.retain(|subgraph| *subgraph != home);
                subgraphs.insert(0, home);
            }
            self.share_keys(&name, &subgraphs);
            let needs_id =
                self.world.interfaces.values().any(|interface| {
                    interface.members.contains(&name) && interface.interface_fields.contains_key("id")
                });
            if needs_id && self.world.objects[&name].fields["id"].placements.is_empty() {
                let subgraph = self.random.pick(&subgraphs).copied().unwrap_or_default();
                self.ensure_id_key(&name, subgraph);
            }
        }
    }

    fn share_keys(&mut self, name: &str, subgraphs: &[usize]) {
        let key_count = self.world.objects[name].keys.len();
        let all_keys: Vec<usize> = (0..key_count).collect();
        let mut taken: Vec<Vec<usize>> = Vec::new();
        for (position, subgraph) in subgraphs.iter().enumerate() {
            let mut keys = match position {
                0 => self.random.some_of(&all_keys, 1),
                _ => {
                    let earlier = taken[self.random.below(position)].clone();
                    self.random.some_of(&earlier, 1)
                }
            };
            if self.random.chance(40) {
                let more = self.random.between(0, key_count);
                keys.extend(self.random.some_of(&all_keys, more));
            }
            if self.home_of_member(name).is_some() {
                keys = vec![0];
            }
            let connecting = keys[0];
            keys.retain(|key| *key != connecting);
            keys.sort_unstable();
            keys.dedup();
            self.add_key(name, *subgraph, PresentKey { key: connecting, is_resolvable: true });
            for key in keys {
                let is_resolvable = !self.random.chance(20);
                self.add_key(name, *subgraph, PresentKey { key, is_resolvable });
            }
            // Later subgraphs must be able to come here by the key that they share.
            let present = &self.world.objects[name].presence[subgraph].keys;
            taken.push(present.iter().filter(|key| key.is_resolvable).map(|key| key.key).collect());
        }
    }
}

fn add_id_key(entity: &mut ObjectType) {
    add_key_field(entity, "id", Ty::named("ID"), KeyPart::Unique);
    entity.keys.push(FieldSet::leaf("id"));
}

fn add_key_field(object: &mut ObjectType, name: &str, ty: Ty, part: KeyPart) {
    let mut field = Field::stored(ty.non_null());
    field.key_part = Some(part);
    object.fields.insert(name.to_owned(), field);
}
