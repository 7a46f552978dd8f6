//! What a client is sure to get though some subgraphs misbehave: a failing subgraph costs its own fields, and those that
//! the way to leads past it. The rules are careful: what they call sure must be there, however the router plans.

use crate::world::{Field, KeyPart, ObjectType, Role, SubgraphIndex, World};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Doubt<'a> {
    pub world: &'a World,
    pub spoilt: &'a BTreeSet<SubgraphIndex>,
}

/// How sure an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// No subgraph that knows its entity misbehaves.
    Clean,
    /// The subgraph that gave it does not misbehave.
    Origin,
}

impl Doubt<'_> {
    /// `None`: the field may be missing. Otherwise how sure objects in it are.
    pub(crate) fn ground(
        &self,
        type_name: &str,
        field: &Field,
        (origin, ground): (Option<SubgraphIndex>, Ground),
    ) -> Option<Ground> {
        if self.world.possible(field.ty.name()).into_iter().any(|target| self.has_doubtful_type(target)) {
            return None;
        }
        // The value could come from anywhere.
        if field.from_context.is_some() {
            return None;
        }
        let object = &self.world.objects[type_name];
        let is_resolved_soundly = match field.label() {
            Some(_) => field.placements.keys().all(|subgraph| !self.spoilt.contains(subgraph)),
            None => field.resolvers().all(|resolver| !self.spoilt.contains(&resolver)),
        };
        match object.role {
            Role::Root => is_resolved_soundly.then_some(Ground::Clean),
            Role::Value => match origin {
                Some(origin) => {
                    (!self.spoilt.contains(&origin) && field.is_resolved_in(origin)).then_some(Ground::Origin)
                }
                None => (ground == Ground::Clean && is_resolved_soundly).then_some(Ground::Clean),
            },
            Role::Entity if self.is_clean(type_name, object, field) => Some(Ground::Clean),
            Role::Entity => {
                let is_direct = field.label().is_none()
                    && origin.is_some()
                    && origin == field.only_resolver()
                    && !origin.is_some_and(|origin| self.spoilt.contains(&origin))
                    && field.placements.values().all(|placement| placement.requires.is_none())
                    && self.interface_subgraphs(type_name).is_empty();
                is_direct.then_some(Ground::Origin)
            }
        }
    }

    fn is_clean(&self, type_name: &str, object: &ObjectType, field: &Field) -> bool {
        let is_sound = |subgraph: &SubgraphIndex| !self.spoilt.contains(subgraph);
        let nested = object.fields.values().filter(|field| field.key_part == Some(KeyPart::Nested));
        let mut owners = nested.filter_map(|field| self.world.objects.get(field.ty.name()));
        object.presence.keys().all(is_sound)
            && field.placements.keys().all(is_sound)
            && self.interface_subgraphs(type_name).iter().all(is_sound)
            && owners.all(|owner| owner.presence.keys().all(is_sound))
            && !has_deep_inputs(object, field)
            && !shares_a_request(object, field)
    }

    /// Where an interface object may stand for it, and where its type is known.
    fn interface_subgraphs(&self, type_name: &str) -> Vec<SubgraphIndex> {
        let has_member = |members: &[String]| members.iter().any(|member| member == type_name);
        let interfaces = self.world.interfaces.values().filter(|interface| has_member(&interface.members));
        let entities = interfaces.filter_map(|interface| interface.entity.as_ref());
        entities.flat_map(|entity| entity.object_sides.iter().copied().chain([entity.home])).collect()
    }

    fn has_doubtful_type(&self, type_name: &str) -> bool {
        self.interface_subgraphs(type_name).iter().any(|subgraph| self.spoilt.contains(subgraph))
    }
}

/// Whether the field may be asked for together with one that other objects have a say in, and be lost with it.
fn shares_a_request(object: &ObjectType, field: &Field) -> bool {
    let mut others = object.fields.values().filter(|other| has_deep_inputs(object, other));
    others.any(|other| other.resolvers().any(|subgraph| field.is_resolved_in(subgraph)))
}

/// Whether other objects have a say in what the field is computed from.
fn has_deep_inputs(object: &ObjectType, field: &Field) -> bool {
    field.placements.values().filter_map(|placement| placement.requires.as_ref()).any(|inputs| {
        let mut fields = inputs.names().into_iter().filter_map(|name| object.fields.get(name));
        inputs.is_nested() || fields.any(|input| has_deep_inputs(object, input))
    })
}
