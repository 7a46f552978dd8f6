//! Who may read what. Drawn after everything else, so that a world is the same with and without.

use crate::{
    guards::{Caller, Guard},
    random::Random,
    world::{Role, World},
};
use std::collections::BTreeSet;

const SCOPES: [&str; 3] = ["a", "b", "c"];

/// Only interfaces demand it, so that they demand something beyond their types.
const OF_INTERFACES: &str = "reader";

pub(super) fn add_guards(world: &mut World, random: &mut Random) {
    if !random.chance(60) {
        return;
    }
    let mut places: Vec<(String, usize)> = Vec::new();
    for (name, object) in &world.objects {
        places.push((name.clone(), if object.role == Role::Root { 2 } else { 10 }));
        let own = object.fields.iter().filter(|(_, field)| field.from_interface.is_none());
        places.extend(own.map(|(field, _)| (format!("{name}.{field}"), 9)));
    }
    places.extend(world.enums.keys().chain(&world.scalars).map(|name| (name.clone(), 10)));
    for (coordinate, percent) in places {
        if random.chance(percent) {
            world.guards.insert(coordinate, guard(random));
        }
    }
    // As older compositions allowed it.
    if random.chance(40) {
        for (name, interface) in &world.interfaces {
            let fields = interface.interface_fields.keys().map(|field| (format!("{name}.{field}"), 25));
            for (coordinate, percent) in fields.chain([(name.clone(), 25)]) {
                if random.chance(percent) {
                    let scopes = Some(vec![BTreeSet::from([OF_INTERFACES.to_owned()])]);
                    world.guards.insert(coordinate, Guard { needs_known: random.chance(50), scopes });
                }
            }
        }
    }
}

fn guard(random: &mut Random) -> Guard {
    let needs_known = random.chance(50);
    if needs_known && random.chance(60) {
        return Guard { needs_known, scopes: None };
    }
    let mut sets = Vec::new();
    for _ in 0..random.between(1, 2) {
        let count = random.between(1, 2);
        let set: BTreeSet<String> = random.some_of(&SCOPES, count).into_iter().map(str::to_owned).collect();
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    Guard { needs_known, scopes: Some(sets) }
}

pub(crate) fn generate_caller(random: &mut Random) -> Caller {
    if random.chance(30) {
        return Caller::default();
    }
    let all = SCOPES.into_iter().chain([OF_INTERFACES]);
    Caller { is_known: true, scopes: all.filter(|_| random.chance(55)).map(str::to_owned).collect() }
}
