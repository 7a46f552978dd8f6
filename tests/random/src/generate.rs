//! Makes a world from a seed. The steps are in the order in which they build on each other.

mod abstract_types;
mod contexts;
mod directives;
mod faults;
mod fields;
mod guards;
mod partial_types;
mod presence;
mod provides;
mod records;
mod requires;
mod types;
mod variance;

pub(crate) use guards::generate_caller;

use crate::{
    random::Random,
    world::{SubgraphIndex, World},
};
use std::collections::BTreeSet;

/// How wild a world may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// No errors, no dangling references, no null keys, nothing hidden in the data.
    Fair,
    Faulty,
}

pub(crate) struct Builder {
    random: Random,
    world: World,
    next_field: usize,
    /// Where an abstract type must be declared because a field has it.
    wanted: BTreeSet<(String, SubgraphIndex)>,
    /// An entity kept so plain that one of its records can have a null key.
    loner: Option<String>,
    /// Nothing that federation 1 cannot say.
    is_old: bool,
}

pub(crate) fn generate(seed: u64) -> World {
    let mut random = Random::part(seed, 1);
    let weather = if random.chance(35) { Weather::Faulty } else { Weather::Fair };
    let world = World::default();
    let is_old = Random::part(seed, 3).chance(25);
    let mut builder = Builder { random, world, next_field: 0, wanted: BTreeSet::new(), loner: None, is_old };
    builder.declare_types();
    builder.place_entities();
    builder.add_value_fields();
    builder.add_common_fields();
    builder.add_entity_fields();
    builder.add_root_fields();
    let has_context = !is_old && weather == Weather::Fair && Random::part(seed, 5).chance(40);
    if has_context {
        builder.add_context();
    }
    builder.add_partial_types();
    builder.add_requires();
    builder.add_provides();
    if !is_old {
        builder.add_overrides();
        // Faults must not depend on the request.
        if weather == Weather::Fair && Random::part(seed, 4).chance(50) {
            builder.add_progressive_overrides();
        }
    }
    builder.settle_abstract_types();
    builder.vary_types();
    builder.drop_absent_types();
    if is_old {
        builder.choose_federation_1();
    } else {
        builder.hide_fields_and_types();
    }
    builder.make_records(weather);
    if weather == Weather::Faulty {
        builder.add_faults();
    }
    // Who may not read a context's value is not given what is made of it: that is tested by cases.
    if !is_old && builder.world.context.is_none() {
        guards::add_guards(&mut builder.world, &mut Random::part(seed, 2));
    }
    builder.world
}

impl Builder {
    fn choose_federation_1(&mut self) {
        let all: Vec<SubgraphIndex> = (0..self.world.subgraphs.len()).collect();
        let count = if self.random.chance(40) { all.len() } else { self.random.between(1, all.len()) };
        self.world.federation_1 = self.random.some_of(&all, count).into_iter().collect();
    }

    fn new_field_name(&mut self) -> String {
        const WORDS: [&str; 12] =
            ["name", "size", "title", "owner", "count", "color", "label", "price", "notes", "origin", "rank", "shape"];
        let word = WORDS[self.random.below(WORDS.len())];
        self.next_field += 1;
        format!("{word}{}", self.next_field)
    }
}
