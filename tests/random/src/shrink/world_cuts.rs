//! Smaller worlds, one cut at a time. A cut that breaks the world is harmless: it does not fail in the same way.

use crate::{
    field_set::FieldSet,
    world::{How, Role, Value, World},
};
use std::collections::BTreeMap;

/// What cut number `position` leaves: the outer `None` when there are no more, the inner when it does not apply.
pub(super) fn cut_at(world: &World, position: usize) -> Option<Option<World>> {
    let places: Vec<(String, String)> = world
        .objects
        .iter()
        .flat_map(|(object, known)| known.fields.keys().map(|field| (object.clone(), field.clone())))
        .collect();
    let type_names: Vec<String> =
        world.objects.keys().chain(world.interfaces.keys()).chain(world.unions.keys()).cloned().collect();
    let mut rest = position;
    let subgraphs = world.subgraphs.len();
    let counts = [places.len(), places.len(), type_names.len(), subgraphs, subgraphs, world.guards.len()];
    for (cuts, count) in counts.into_iter().enumerate() {
        if rest < count {
            return Some(match cuts {
                0 => without_field(world, &places[rest]),
                1 => with_plain_field(world, &places[rest]),
                2 => without_type(world, &type_names[rest]),
                3 => without_subgraph(world, rest),
                4 => in_federation_2(world, rest),
                _ => Some(without_guard(world, rest)),
            });
        }
        rest -= count;
    }
    if rest < world.records.len() { Some(with_short_lists(world, rest)) } else { None }
}

fn field_sets(world: &World) -> impl Iterator<Item = &FieldSet> {
    let placements =
        world.objects.values().flat_map(|object| object.fields.values()).flat_map(|field| field.placements.values());
    placements.flat_map(|placement| placement.requires.iter().chain(&placement.provides))
}

fn without_field(world: &World, (object, name): &(String, String)) -> Option<World> {
    let field = world.field(object, name)?;
    let mut all = world.objects.values().flat_map(|object| object.fields.values());
    if all.any(|field| field.from_context.as_ref().is_some_and(|argument| argument.value == *name)) {
        return None;
    }
    if field.key_part.is_some() || field_sets(world).any(|fields| fields.mentions(name)) {
        return None;
    }
    let is_common = |interface: &crate::world::InterfaceType| {
        interface.members.contains(object) && interface.interface_fields.contains_key(name.as_str())
    };
    let mut smaller = world.clone();
    let mut owners = vec![object.clone()];
    for interface in smaller.interfaces.values_mut() {
        if is_common(interface) {
            owners.extend(interface.members.iter().cloned());
            interface.interface_fields.shift_remove(name.as_str());
            interface.presence.values_mut().for_each(|fields| fields.retain(|field| field != name));
            if let Some(entity) = &mut interface.entity {
                entity.contributed.retain(|field| field != name);
            }
        }
    }
    for owner in owners {
        smaller.objects[&owner].fields.shift_remove(name.as_str());
    }
    Some(smaller)
}

/// Without `@provides`, `@override`, `@inaccessible`, arguments' absence aside; external fields that nothing uses go.
fn with_plain_field(world: &World, (object, name): &(String, String)) -> Option<World> {
    let is_mentioned = field_sets(world).any(|fields| fields.mentions(name));
    let mut smaller = world.clone();
    let field = smaller.objects.get_mut(object)?.fields.get_mut(name)?;
    let before = (field.placements.len(), field.is_inaccessible);
    let had_provides = field.placements.values().any(|placement| placement.provides.is_some());
    field.is_inaccessible = false;
    field.placements.retain(|_, placement| match placement.how {
        How::Resolved => true,
        How::External => is_mentioned,
        How::Overridden => false,
    });
    for placement in field.placements.values_mut() {
        placement.provides = None;
        placement.override_from = None;
        placement.label = None;
    }
    let is_changed = had_provides || before != (field.placements.len(), field.is_inaccessible);
    is_changed.then_some(smaller)
}

fn without_type(world: &World, name: &str) -> Option<World> {
    let is_used = world.objects.values().any(|object| {
        object.role != Role::Root && object.fields.values().any(|field| field.ty.name() == name)
            || object.role == Role::Root && object.fields.values().any(|field| field.ty.name() == name)
    }) || field_sets(world).any(|fields| fields.mentions_type(name));
    let is_entity_member =
        world.interfaces.values().any(|interface| interface.members.iter().any(|member| member == name));
    if is_used || is_entity_member || name == "Query" {
        return None;
    }
    let mut smaller = world.clone();
    if smaller.interfaces.shift_remove(name).is_some() {
        for child in smaller.interfaces.values_mut().filter(|child| child.parent.as_deref() == Some(name)) {
            child.parent = None;
            child.extends_in.clear();
        }
        for object in smaller.objects.values_mut() {
            object.fields.retain(|_, field| field.from_interface.as_deref() != Some(name));
            for presence in object.presence.values_mut() {
                presence.implements.retain(|interface| interface != name);
            }
        }
    } else if smaller.unions.shift_remove(name).is_none() {
        let refers = |value: &Value| refers_to(value, world, name);
        if world.records.iter().any(|record| record.type_name != name && record.values.values().any(refers)) {
            return None;
        }
        smaller.objects.shift_remove(name);
        // Records are referred to by number: they stay, as empty ones of the root.
        for record in smaller.records.iter_mut().filter(|record| record.type_name == name) {
            record.type_name = "Query".to_owned();
            record.values.clear();
        }
        for union in smaller.unions.values_mut() {
            union.members.retain(|member| member != name);
            union.presence.values_mut().for_each(|members| members.retain(|member| member != name));
            union.presence.retain(|_, members| !members.is_empty());
        }
        smaller.unions.retain(|_, union| !union.members.is_empty());
    }
    Some(smaller)
}

fn in_federation_2(world: &World, subgraph: usize) -> Option<World> {
    let mut smaller = world.clone();
    smaller.federation_1.remove(&subgraph).then_some(smaller)
}

fn without_guard(world: &World, index: usize) -> World {
    let mut smaller = world.clone();
    let coordinate = world.guards.keys().nth(index).cloned().unwrap_or_default();
    smaller.guards.remove(&coordinate);
    smaller
}

fn refers_to(value: &Value, world: &World, type_name: &str) -> bool {
    match value {
        Value::Record(record) => world.records[*record].type_name == type_name,
        Value::List(items) => items.iter().any(|item| refers_to(item, world, type_name)),
        _ => false,
    }
}

/// The subgraph goes with everything that is only there.
fn without_subgraph(world: &World, subgraph: usize) -> Option<World> {
    if world.subgraphs.len() < 2 || world.down == Some(subgraph) {
        return None;
    }
    let renumber = |old: usize| if old > subgraph { old - 1 } else { old };
    let mut smaller = world.clone();
    smaller.subgraphs.remove(subgraph);
    if let Some(context) = &mut smaller.context {
        if context.subgraph == subgraph {
            return None;
        }
        context.subgraph = renumber(context.subgraph);
    }
    smaller.down = smaller.down.map(renumber);
    let federation_1 = smaller.federation_1.iter().filter(|old| **old != subgraph);
    smaller.federation_1 = federation_1.map(|old| renumber(*old)).collect();
    for object in smaller.objects.values_mut() {
        object.presence = moved(std::mem::take(&mut object.presence), subgraph);
        for field in object.fields.values_mut() {
            field.placements = moved(std::mem::take(&mut field.placements), subgraph);
            for placement in field.placements.values_mut() {
                placement.override_from = placement.override_from.filter(|from| *from != subgraph).map(renumber);
            }
        }
        object.fields.retain(|_, field| field.resolvers().next().is_some());
        if object.presence.is_empty() {
            return None;
        }
    }
    for interface in smaller.interfaces.values_mut() {
        interface.presence = moved(std::mem::take(&mut interface.presence), subgraph);
        if interface.presence.is_empty() {
            return None;
        }
        interface.extends_in = interface.extends_in.iter().filter(|s| **s != subgraph).map(|s| renumber(*s)).collect();
        if interface.extends_in.is_empty() {
            interface.parent = None;
        }
        if let Some(entity) = &mut interface.entity {
            entity.object_sides.retain(|side| *side != subgraph);
            entity.object_sides.iter_mut().for_each(|side| *side = renumber(*side));
            entity.home = renumber(entity.home);
            let first = interface.members.first().cloned().unwrap_or_default();
            let fields = &smaller.objects[&first].fields;
            entity.contributed.retain(|field| fields.contains_key(field.as_str()));
            interface.interface_fields.retain(|field, _| fields.contains_key(field.as_str()));
        }
    }
    for union in smaller.unions.values_mut() {
        union.presence = moved(std::mem::take(&mut union.presence), subgraph);
        union.members.retain(|member| union.presence.values().flatten().any(|known| known == member));
    }
    smaller.unions.retain(|_, union| !union.presence.is_empty());
    for record in &mut smaller.records {
        record.missing_in = record
            .missing_in
            .iter()
            .filter(|(missing, _)| **missing != subgraph)
            .map(|(missing, how)| (renumber(*missing), *how))
            .collect();
    }
    Some(smaller)
}

fn moved<T>(map: BTreeMap<usize, T>, removed: usize) -> BTreeMap<usize, T> {
    map.into_iter()
        .filter(|(subgraph, _)| *subgraph != removed)
        .map(|(subgraph, value)| (if subgraph > removed { subgraph - 1 } else { subgraph }, value))
        .collect()
}

fn with_short_lists(world: &World, record: usize) -> Option<World> {
    let mut smaller = world.clone();
    let mut is_changed = false;
    for value in smaller.records[record].values.values_mut() {
        if let Value::List(items) = value
            && items.len() > 1
        {
            items.truncate(1);
            is_changed = true;
        }
    }
    is_changed.then_some(smaller)
}
