//! Settles which fields and members interfaces and unions have in each subgraph, once all fields are placed.

use super::Builder;
use crate::world::{ObjectType, Role, SubgraphIndex};
use std::collections::BTreeSet;

impl Builder {
    pub(super) fn settle_abstract_types(&mut self) {
        let interfaces: Vec<String> = self.world.interfaces.keys().cloned().collect();
        for name in interfaces {
            match self.world.interfaces[&name].entity.as_ref().map(|entity| entity.home) {
                Some(home) => self.settle_entity_interface(&name, home),
                None => {
                    for subgraph in 0..self.world.subgraphs.len() {
                        let is_wanted = self.wanted.contains(&(name.clone(), subgraph));
                        if is_wanted || self.random.chance(30) {
                            self.settle_interface(&name, subgraph);
                        }
                    }
                }
            }
        }
        let unions: Vec<String> = self.world.unions.keys().cloned().collect();
        for name in unions {
            for subgraph in 0..self.world.subgraphs.len() {
                if self.wanted.contains(&(name.clone(), subgraph)) || self.random.chance(15) {
                    self.settle_union(&name, subgraph);
                }
            }
        }
    }

    fn settle_entity_interface(&mut self, name: &str, home: SubgraphIndex) {
        let members = self.world.interfaces[name].members.clone();
        let fields = self.world.interfaces[name]
            .interface_fields
            .keys()
            .filter(|field| members.iter().all(|member| self.is_resolved(member, field, home)))
            .cloned()
            .collect();
        self.world.interfaces[name].presence.insert(home, fields);
        for member in &members {
            if let Some(presence) = self.world.objects[member].presence.get_mut(&home) {
                presence.implements.push(name.to_owned());
            }
        }
    }

    fn is_resolved(&self, object: &str, field: &str, subgraph: SubgraphIndex) -> bool {
        let object = &self.world.objects[object];
        object.presence.contains_key(&subgraph)
            && object.fields.get(field).is_some_and(|field| field.is_resolved_in(subgraph))
    }

    /// Members that resolve one field chosen as the anchor implement the interface here; the interface declares the
    /// anchor and, at random, what else all of them resolve.
    fn settle_interface(&mut self, name: &str, subgraph: SubgraphIndex) {
        if self.settle_below_parent(name, subgraph) {
            return;
        }
        let interface = self.world.interfaces[name].clone();
        let members: BTreeSet<&String> = interface.members.iter().collect();
        let anchors: Vec<&String> = interface
            .interface_fields
            .keys()
            .filter(|field| members.iter().any(|member| self.is_resolved(member, field, subgraph)))
            .collect();
        let Some(anchor) = self.random.pick(&anchors).copied() else { return };
        let implementers: Vec<&String> =
            members.into_iter().filter(|member| self.is_resolved(member, anchor, subgraph)).collect();
        let mut fields = Vec::new();
        for field in interface.interface_fields.keys() {
            let by_all = implementers.iter().all(|member| self.is_resolved(member, field, subgraph));
            if field == anchor || (by_all && self.random.chance(80)) {
                fields.push(field.clone());
            }
        }
        self.world.interfaces[name].presence.insert(subgraph, fields);
        for member in implementers {
            if let Some(presence) = self.world.objects[member].presence.get_mut(&subgraph) {
                presence.implements.push(name.to_owned());
            }
        }
    }

    /// As an interface that implements its parent: by members that implement the parent here, with all its fields.
    fn settle_below_parent(&mut self, name: &str, subgraph: SubgraphIndex) -> bool {
        let interface = self.world.interfaces[name].clone();
        let Some(parent) = &interface.parent else { return false };
        let Some(inherited) =
            self.world.interfaces.get(parent).and_then(|parent| parent.presence.get(&subgraph)).cloned()
        else {
            return false;
        };
        let implements_parent = |member: &&String| {
            let presence = self.world.objects[member.as_str()].presence.get(&subgraph);
            presence.is_some_and(|presence| presence.implements.contains(parent))
        };
        let implementers: Vec<&String> = interface.members.iter().filter(implements_parent).collect();
        if implementers.is_empty() || self.random.chance(15) {
            return false;
        }
        let mut fields = inherited;
        for field in interface.interface_fields.keys() {
            let by_all = implementers.iter().all(|member| self.is_resolved(member, field, subgraph));
            if !fields.contains(field) && by_all && self.random.chance(80) {
                fields.push(field.clone());
            }
        }
        let stored = &mut self.world.interfaces[name];
        stored.presence.insert(subgraph, fields);
        stored.extends_in.insert(subgraph);
        for member in implementers {
            if let Some(presence) = self.world.objects[member].presence.get_mut(&subgraph) {
                presence.implements.push(name.to_owned());
            }
        }
        true
    }

    /// An interface implements its parent in the supergraph only if it has all the parent's fields, and all its objects
    /// implement the parent somewhere.
    fn check_parents(&mut self) {
        let names: Vec<String> = self.world.interfaces.keys().cloned().collect();
        for name in names {
            let interface = &self.world.interfaces[&name];
            let parent_name = interface.parent.clone().unwrap_or_default();
            let fits = self.world.interfaces.get(&parent_name).is_some_and(|parent| {
                parent.interface_fields.keys().all(|field| interface.interface_fields.contains_key(field))
                    && self.world.possible(&name).is_subset(&self.world.possible(&parent_name))
            });
            let interface = &mut self.world.interfaces[&name];
            if !fits || interface.extends_in.is_empty() {
                interface.extends_in.clear();
                interface.parent = None;
            }
        }
    }

    fn settle_union(&mut self, name: &str, subgraph: SubgraphIndex) {
        let present = |member: &&String| self.world.objects[member.as_str()].presence.contains_key(&subgraph);
        let members: Vec<String> = self.world.unions[name].members.iter().filter(present).cloned().collect();
        if !members.is_empty() {
            self.world.unions[name].presence.insert(subgraph, members);
        }
    }

    /// Types that no subgraph declares, and common fields that no subgraph's interface has.
    pub(super) fn drop_absent_types(&mut self) {
        self.world.objects.values_mut().for_each(drop_unused_keys);
        self.world.objects.retain(|_, object| object.role == Role::Root || !object.presence.is_empty());
        self.world.objects.retain(|name, object| name != "Mutation" || !object.fields.is_empty());
        let objects: BTreeSet<String> = self.world.objects.keys().cloned().collect();
        self.world.interfaces.retain(|_, interface| {
            interface.members.retain(|member| objects.contains(member));
            let contributed: Vec<&String> = interface.entity.iter().flat_map(|entity| &entity.contributed).collect();
            let declared: BTreeSet<&String> = interface.presence.values().flatten().chain(contributed).collect();
            interface.interface_fields.retain(|field, _| declared.contains(field));
            !interface.presence.is_empty()
        });
        self.world.unions.retain(|_, union| {
            union.members.retain(|member| union.presence.values().flatten().any(|present| present == member));
            !union.presence.is_empty()
        });
        self.check_parents();
    }
}

fn drop_unused_keys(object: &mut ObjectType) {
    let used: BTreeSet<usize> = object.presence.values().flat_map(|known| &known.keys).map(|key| key.key).collect();
    let used: Vec<usize> = used.into_iter().collect();
    object.keys = used.iter().map(|key| object.keys[*key].clone()).collect();
    for known in object.presence.values_mut().flat_map(|presence| &mut presence.keys) {
        known.key = used.iter().position(|key| *key == known.key).unwrap_or_default();
    }
    object.fields.retain(|_, field| field.key_part.is_none() || !field.placements.is_empty());
}
