//! Makes random operations against a world's API.

mod directives;
mod inputs;

use crate::{
    generate::generate_caller,
    operation::{Fragment, Operation, Selection, SelectionKind},
    random::Random,
    world::{Field, World},
};
use std::collections::{BTreeMap, BTreeSet};

const DEPTH_MAX: usize = 6;

pub(crate) struct OperationGenerator<'w> {
    world: &'w World,
    random: Random,
    operation: Operation,
    /// Fields that may still be added.
    budget: usize,
    wants_aliases: bool,
    condition_percent: usize,
    /// How often something is deferred or streamed.
    parts_percent: usize,
    next_part: usize,
}

/// Where fields are being selected: the response names taken by what they stand for.
type Taken = BTreeMap<String, String>;

pub(crate) fn generate_operation(world: &World, random: Random) -> Operation {
    let mut generator = OperationGenerator {
        world,
        random,
        operation: Operation::default(),
        budget: 0,
        wants_aliases: true,
        condition_percent: 5,
        parts_percent: 0,
        next_part: 0,
    };
    generator.budget = generator.random.between(4, 60);
    generator.wants_aliases = generator.random.chance(60);
    if generator.random.chance(25) {
        generator.condition_percent = 30;
    }
    if generator.random.chance(35) {
        generator.parts_percent = 40;
    }
    generator.operation.is_mutation = world.objects.contains_key("Mutation") && generator.random.chance(25);
    let root = if generator.operation.is_mutation { "Mutation" } else { "Query" };
    let selections = generator.selections(root, 0, &mut Taken::new());
    generator.operation.selections = selections;
    generator.operation.caller = generate_caller(&mut generator.random);
    let fields = world.objects.values().flat_map(|object| object.fields.values());
    let labels: BTreeSet<&str> = fields.filter_map(Field::label).collect();
    let labels = labels.into_iter().filter(|_| generator.random.chance(50));
    generator.operation.labels = labels.map(str::to_owned).collect();
    generator.operation
}

impl OperationGenerator<'_> {
    fn selections(&mut self, type_name: &str, depth: usize, taken: &mut Taken) -> Vec<Selection> {
        let mut selections = Vec::new();
        let fields = self.fields_of(type_name);
        let most = if depth == 0 { 4 } else { 5 };
        for _ in 0..self.random.between(usize::from(!fields.is_empty()), most) {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            let selection = match self.random.below(20) {
                0..=12 if !fields.is_empty() => self.field(type_name, &fields, depth, taken),
                13 => Some(self.typename(taken)),
                14..=16 => self.inline_fragment(type_name, depth, taken),
                17..=18 => self.spread(type_name, depth),
                _ if self.world.is_abstract(type_name) => self.inline_fragment(type_name, depth, taken),
                _ => self.field(type_name, &fields, depth, taken),
            };
            if let Some(mut selection) = selection {
                // A root without any field left is legal, but tells nothing.
                if depth > 0 || self.random.chance(30) {
                    self.add_conditions(&mut selection);
                }
                if type_name != "Mutation" {
                    self.add_defer(&mut selection);
                }
                selections.push(selection);
            }
        }
        if selections.is_empty() {
            selections.push(Selection::field("__typename"));
        }
        selections
    }

    /// Accessible fields of an object or interface type.
    fn fields_of(&self, type_name: &str) -> Vec<String> {
        if let Some(interface) = self.world.interfaces.get(type_name) {
            return interface.interface_fields.keys().cloned().collect();
        }
        let object = self.world.objects.get(type_name);
        object.map_or_else(Vec::new, |object| {
            object.fields.iter().filter(|(_, field)| !field.is_inaccessible).map(|(name, _)| name.clone()).collect()
        })
    }

    fn definition(&self, type_name: &str, field: &str) -> Option<&Field> {
        match self.world.interfaces.get(type_name) {
            Some(interface) => interface.members.iter().find_map(|member| self.world.field(member, field)),
            None => self.world.field(type_name, field),
        }
    }

    fn field(&mut self, type_name: &str, fields: &[String], depth: usize, taken: &mut Taken) -> Option<Selection> {
        let name = self.random.pick(fields)?.clone();
        let definition = self.definition(type_name, &name)?.clone();
        let target = definition.ty.name().to_owned();
        let is_leaf = self.world.is_leaf(&target);
        if !is_leaf && depth >= DEPTH_MAX {
            return Some(self.typename(taken));
        }
        let arguments = self.arguments(&definition.arguments, definition.source);
        let meaning = format!("{name}{arguments:?}");
        let mut alias = self.alias(&name, &meaning, type_name, taken);
        let mut selection = Selection::field(&name);
        let is_list = definition.ty.nullable().list_depth() > 0;
        if is_list && type_name != "Mutation" && self.random.chance(self.parts_percent) {
            // Fields that are merged must be streamed alike: this one is not merged.
            alias = Some(format!("s{}", self.next_part));
            let directive = self.stream();
            selection.directives.push(directive);
        }
        selection.kind = SelectionKind::Field { alias, name, arguments };
        if !is_leaf {
            selection.selections = self.selections(&target, depth + 1, &mut Taken::new());
        }
        Some(selection)
    }

    /// An alias at random, or where the name stands for something else already. Clashes on disjoint types are wanted;
    /// invalid ones are sorted out by validation.
    fn alias(&mut self, name: &str, meaning: &str, type_name: &str, taken: &mut Taken) -> Option<String> {
        const NAMES: [&str; 7] = ["a", "b", "c", "id", "x", "key", "name1"];
        let meaning = format!("{type_name}.{meaning}");
        let mut chosen = name.to_owned();
        if self.wants_aliases && self.random.chance(25) {
            chosen = NAMES[self.random.below(NAMES.len())].to_owned();
        }
        if taken.get(&chosen).is_some_and(|known| *known != meaning) && !self.random.chance(10) {
            chosen = format!("z{}", taken.len());
        }
        taken.insert(chosen.clone(), meaning);
        (chosen != name).then_some(chosen)
    }

    fn typename(&mut self, taken: &mut Taken) -> Selection {
        let mut selection = Selection::field("__typename");
        if self.wants_aliases && self.random.chance(20) {
            let alias = format!("kind{}", taken.len());
            taken.insert(alias.clone(), String::new());
            selection.kind =
                SelectionKind::Field { alias: Some(alias), name: "__typename".to_owned(), arguments: Vec::new() };
        }
        selection
    }

    fn inline_fragment(&mut self, type_name: &str, depth: usize, taken: &mut Taken) -> Option<Selection> {
        let condition = self.condition(type_name)?;
        let selections = self.selections(&condition, depth.max(1), taken);
        let is_silent = condition == type_name && self.random.chance(50);
        let kind = SelectionKind::Inline { condition: (!is_silent).then_some(condition) };
        Some(Selection { kind, directives: Vec::new(), selections })
    }

    /// A type whose objects a value of `type_name` may be.
    fn condition(&mut self, type_name: &str) -> Option<String> {
        let is_root = matches!(type_name, "Query" | "Mutation");
        if is_root || self.random.chance(15) {
            return Some(type_name.to_owned());
        }
        let visible = |name: &str| -> BTreeSet<&str> {
            let mut possible = self.world.possible(name);
            possible.retain(|object| !self.world.objects[*object].is_inaccessible);
            possible
        };
        let possible = visible(type_name);
        let mut candidates: Vec<String> = possible.iter().map(|name| (*name).to_owned()).collect();
        let abstract_types = self.world.interfaces.keys().chain(self.world.unions.keys());
        candidates.extend(abstract_types.filter(|name| !visible(name).is_disjoint(&possible)).cloned());
        self.random.pick(&candidates).cloned()
    }

    fn spread(&mut self, type_name: &str, depth: usize) -> Option<Selection> {
        let condition = self.condition(type_name)?;
        let known: Vec<String> = self
            .operation
            .fragments
            .iter()
            .filter(|fragment| fragment.condition == condition)
            .map(|fragment| fragment.name.clone())
            .collect();
        let fragment = match self.random.pick(&known) {
            Some(name) if self.random.chance(60) => name.clone(),
            _ => {
                let selections = self.selections(&condition, depth.max(1) + 1, &mut Taken::new());
                let name = format!("F{}", self.operation.fragments.len());
                self.operation.fragments.push(Fragment { name: name.clone(), condition, selections });
                name
            }
        };
        Some(Selection { kind: SelectionKind::Spread { fragment }, directives: Vec::new(), selections: Vec::new() })
    }
}
