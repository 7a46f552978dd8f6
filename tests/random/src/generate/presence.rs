//! Declares types in subgraphs, with what each type needs there: keys, the fields of value types, members of abstract
//! types.

use super::Builder;
use crate::world::{How, Placement, PresentKey, Role, SubgraphIndex};

impl Builder {
    /// Implementations of an entity interface cannot be declared where only its interface object is.
    pub(super) fn may_be_in(&self, type_name: &str, subgraph: SubgraphIndex) -> bool {
        if self.world.objects.contains_key(type_name) {
            return self.world.interface_object_for(type_name, subgraph).is_none();
        }
        if let Some(interface) = self.world.interfaces.get(type_name) {
            return match &interface.entity {
                Some(entity) => entity.home == subgraph || entity.object_sides.contains(&subgraph),
                None => true,
            };
        }
        match self.world.unions.get(type_name) {
            Some(union) => union.members.iter().any(|member| self.may_be_in(member, subgraph)),
            None => true,
        }
    }

    pub(super) fn home_of_member(&self, object: &str) -> Option<SubgraphIndex> {
        self.world
            .interfaces
            .values()
            .filter(|interface| interface.members.iter().any(|member| member == object))
            .find_map(|interface| interface.entity.as_ref().map(|entity| entity.home))
    }

    pub(super) fn ensure(&mut self, type_name: &str, subgraph: SubgraphIndex) {
        if self.world.is_abstract(type_name) {
            self.ensure_abstract(type_name, subgraph);
        } else if self.world.objects.contains_key(type_name) {
            self.ensure_object(type_name, subgraph);
        }
    }

    fn ensure_object(&mut self, name: &str, subgraph: SubgraphIndex) {
        let object = &self.world.objects[name];
        if object.presence.contains_key(&subgraph) {
            return;
        }
        match object.role {
            Role::Root => {}
            Role::Entity => {
                // A stub: no fields but a key's.
                let keys = object.presence.values().flat_map(|presence| &presence.keys);
                // One by which it can be left for a subgraph with more.
                let used: Vec<usize> = keys.filter(|key| key.is_resolvable).map(|key| key.key).collect();
                let key = self.random.pick(&used).copied().unwrap_or(0);
                let is_resolvable = self.random.chance(60);
                self.add_key(name, subgraph, PresentKey { key, is_resolvable });
            }
            Role::Value => {
                let object = &mut self.world.objects[name];
                object.presence.insert(subgraph, Default::default());
                let mut types = Vec::new();
                for field in object.fields.values_mut() {
                    field.placements.insert(subgraph, Placement::default());
                    types.push(field.ty.name().to_owned());
                }
                for type_name in types {
                    self.ensure(&type_name, subgraph);
                }
            }
        }
    }

    fn ensure_abstract(&mut self, name: &str, subgraph: SubgraphIndex) {
        if !self.wanted.insert((name.to_owned(), subgraph)) {
            return;
        }
        let members = match self.world.interfaces.get(name) {
            // Members of an entity interface are all at its home already.
            Some(interface) if interface.entity.is_some() => return,
            Some(interface) => interface.members.clone(),
            None => self.world.unions[name].members.clone(),
        };
        let allowed: Vec<String> = members.into_iter().filter(|member| self.may_be_in(member, subgraph)).collect();
        let count = self.random.between(1, allowed.len().max(1));
        for member in self.random.some_of(&allowed, count) {
            self.ensure(&member, subgraph);
            let is_interface = self.world.interfaces.contains_key(name);
            if is_interface && self.world.objects[&member].role == Role::Entity {
                self.ensure_id_key(&member, subgraph);
            }
        }
    }

    pub(super) fn ensure_id_key(&mut self, entity: &str, subgraph: SubgraphIndex) {
        let id_key = self.world.objects[entity].keys.iter().position(|key| key.to_string() == "id");
        if let Some(key) = id_key {
            self.add_key(entity, subgraph, PresentKey { key, is_resolvable: true });
        }
    }

    pub(super) fn add_key(&mut self, entity: &str, subgraph: SubgraphIndex, mut present: PresentKey) {
        present.is_resolvable |= self.is_old;
        let object = &mut self.world.objects[entity];
        let presence = object.presence.entry(subgraph).or_default();
        if presence.keys.iter().any(|known| known.key == present.key) {
            return;
        }
        let fields = object.keys[present.key].clone();
        // What the new key brings must be reachable by the earlier ones.
        presence.keys.iter_mut().for_each(|known| known.is_resolvable = true);
        presence.keys.push(present);
        for name in fields.names() {
            let field = &mut object.fields[name];
            let placement = field.placements.entry(subgraph).or_default();
            placement.how = How::Resolved;
        }
        for name in fields.names() {
            let type_name = self.world.objects[entity].fields[name].ty.name().to_owned();
            self.ensure(&type_name, subgraph);
            if self.world.objects.get(&type_name).is_some_and(|object| object.role == Role::Entity) {
                self.ensure_id_key(&type_name, subgraph);
            }
        }
    }
}
