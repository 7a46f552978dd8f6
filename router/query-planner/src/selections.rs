//! Selections, normalised: fragments inlined, conditions resolved, type conditions worked out for each concrete type,
//! fields of one response name merged. Equal selections are one [`SelectionId`], so that what is found out about one
//! (see `solve`) holds wherever it appears.

mod collect;
mod deferral;
mod doomed;
mod extent;
mod item;
mod reached;
mod repeated;
mod wanted_labels;
mod wanted_requirements;

pub(crate) use collect::{Collector, condition_variables};
pub(crate) use deferral::{Deferral, StreamId, UsageId, UsageSetId};
pub(crate) use item::{Item, WantedField};
pub(crate) use wanted_labels::wanted_labels;
pub(crate) use wanted_requirements::wanted_requirements;

use apollo_compiler::{
    Name, Node,
    ast::{Argument, Value},
};
use hansa_federation::{FieldSetSelection, Supergraph, TypeId};
use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};
use std::hash::BuildHasher;

/// Index of a [`Selection`] in [`Selections`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SelectionId(u32);

/// Index of an argument list in [`Selections`]; equal texts are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ArgumentsId(u32);

impl ArgumentsId {
    pub(crate) const NONE: ArgumentsId = ArgumentsId(0);
}

/// What is wanted of the objects at one place, by their concrete type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Selection {
    pub(crate) groups: Vec<Group>,
}

/// Types for which the same is wanted. A type is in one group at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Group {
    pub(crate) types: Vec<TypeId>,
    pub(crate) items: Vec<Item>,
    /// Deferred fragments that begin at these objects, outer ones first.
    pub(crate) fragments: Vec<UsageId>,
}

#[derive(Debug)]
pub(crate) struct Arguments {
    /// `(limit:3)`, or nothing.
    pub(crate) text: String,
    pub(crate) names: Vec<Name>,
    pub(crate) variables: Vec<Name>,
}

/// All selections of one operation.
#[derive(Debug)]
pub(crate) struct Selections {
    selections: Vec<Selection>,
    /// The client's selection of which each is the whole or a part.
    origins: Vec<SelectionId>,
    /// Those with the same content and origin are one.
    ids: HashTable<SelectionId>,
    hasher: DefaultHashBuilder,
    arguments: Vec<Arguments>,
    argument_ids: HashMap<String, ArgumentsId>,
    pub(crate) deferral: Deferral,
}

impl Selections {
    pub(crate) fn new() -> Self {
        let none = Arguments { text: String::new(), names: Vec::new(), variables: Vec::new() };
        Selections {
            selections: Vec::new(),
            origins: Vec::new(),
            ids: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            arguments: vec![none],
            argument_ids: HashMap::from_iter([(String::new(), ArgumentsId::NONE)]),
            deferral: Deferral::new(),
        }
    }

    /// Stands for any selection where only "has one" matters.
    pub(crate) fn any(&self) -> SelectionId {
        SelectionId(0)
    }

    pub(crate) fn get(&self, id: SelectionId) -> &Selection {
        &self.selections[id.0 as usize]
    }

    pub(crate) fn arguments(&self, id: ArgumentsId) -> &Arguments {
        &self.arguments[id.0 as usize]
    }

    /// The selection that `id` is a part of; itself when it is whole.
    pub(crate) fn origin(&self, id: SelectionId) -> SelectionId {
        self.origins[id.0 as usize]
    }

    pub(crate) fn intern(&mut self, selection: Selection, part_of: Option<SelectionId>) -> SelectionId {
        let hash = self.hasher.hash_one((&selection, part_of));
        let (known, origins) = (&self.selections, &self.origins);
        let is_same = |id: &SelectionId| {
            let origin = origins[id.0 as usize];
            (origin != *id).then_some(origin) == part_of && known[id.0 as usize] == selection
        };
        if let Some(id) = self.ids.find(hash, is_same) {
            return *id;
        }
        let id = SelectionId(self.selections.len() as u32);
        self.selections.push(selection);
        self.origins.push(part_of.unwrap_or(id));
        let (known, origins, hasher) = (&self.selections, &self.origins, &self.hasher);
        let hash_of = |id: &SelectionId| {
            let origin = origins[id.0 as usize];
            hasher.hash_one((&known[id.0 as usize], (origin != *id).then_some(origin)))
        };
        self.ids.insert_unique(hash, id, hash_of);
        id
    }

    pub(crate) fn intern_arguments(&mut self, arguments: &[Node<Argument>]) -> ArgumentsId {
        let text = arguments_text(arguments);
        if let Some(id) = self.argument_ids.get(&text) {
            return *id;
        }
        let mut variables = HashSet::new();
        arguments.iter().for_each(|argument| collect_variables(&argument.value, &mut variables));
        let mut variables: Vec<Name> = variables.into_iter().collect();
        variables.sort();
        let id = ArgumentsId(self.arguments.len() as u32);
        self.argument_ids.insert(text.clone(), id);
        let names = arguments.iter().map(|argument| argument.name.clone()).collect();
        self.arguments.push(Arguments { text, names, variables });
        id
    }

    /// Arguments that were interned before.
    pub(crate) fn known_arguments(&self, arguments: &[Node<Argument>]) -> ArgumentsId {
        self.argument_ids.get(&arguments_text(arguments)).copied().unwrap_or(ArgumentsId::NONE)
    }

    /// A key or requirement as a selection of the objects of type `ty` (abstract or not).
    pub(crate) fn of_field_set(
        &mut self,
        supergraph: &Supergraph,
        ty: TypeId,
        set: &[FieldSetSelection],
    ) -> SelectionId {
        let mut groups: Vec<Group> = Vec::new();
        for concrete in &supergraph.ty(ty).possible_types {
            let items = self.items_of_field_set(supergraph, *concrete, set);
            push_grouped(&mut groups, *concrete, (items, Vec::new()));
        }
        self.intern(Selection { groups }, None)
    }

    /// The top level of a field set for objects of one concrete type, or of an interface taken as interface object.
    pub(crate) fn items_of_field_set(
        &mut self,
        supergraph: &Supergraph,
        ty: TypeId,
        set: &[FieldSetSelection],
    ) -> Vec<Item> {
        let mut merged: Vec<(Name, ArgumentsId, Vec<FieldSetSelection>)> = Vec::new();
        self.merge_field_set(supergraph, ty, set, &mut merged);
        let definition = supergraph.ty(ty);
        let mut items = Vec::new();
        for (name, arguments, selections) in merged {
            let Some(field) = definition.field(&name) else { continue };
            let is_composite = supergraph.ty(field.ty.named).is_composite();
            let child = is_composite.then(|| self.of_field_set(supergraph, field.ty.named, &selections));
            items.push(Item::from(WantedField { arguments, child, ..WantedField::internal(name) }));
        }
        items
    }

    fn merge_field_set(
        &mut self,
        supergraph: &Supergraph,
        ty: TypeId,
        set: &[FieldSetSelection],
        merged: &mut Vec<(Name, ArgumentsId, Vec<FieldSetSelection>)>,
    ) {
        for selection in set {
            match selection {
                FieldSetSelection::Field(field) => {
                    let arguments = self.intern_arguments(&field.arguments);
                    let known = merged.iter_mut().find(|(name, known, _)| *name == field.name && *known == arguments);
                    match known {
                        Some((_, _, selections)) => selections.extend(field.selections.iter().cloned()),
                        None => merged.push((field.name.clone(), arguments, field.selections.clone())),
                    }
                }
                FieldSetSelection::InlineFragment { type_condition, selections } => {
                    if *type_condition == ty || supergraph.ty(*type_condition).possible_types.contains(&ty) {
                        self.merge_field_set(supergraph, ty, selections, merged);
                    }
                }
            }
        }
    }
}

/// Adds a type to the group that wants the same, or makes one.
pub(crate) fn push_grouped(groups: &mut Vec<Group>, ty: TypeId, (items, fragments): (Vec<Item>, Vec<UsageId>)) {
    match groups.iter_mut().find(|group| group.items == items && group.fragments == fragments) {
        Some(group) => group.types.push(ty),
        None => groups.push(Group { types: vec![ty], items, fragments }),
    }
}

impl Selection {
    pub(crate) fn items_for(&self, ty: TypeId) -> Option<&[Item]> {
        let group = self.groups.iter().find(|group| group.types.contains(&ty))?;
        Some(&group.items)
    }
}

/// Sorted by name, so that equal arguments have equal texts.
fn arguments_text(arguments: &[Node<Argument>]) -> String {
    if arguments.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<&Node<Argument>> = arguments.iter().collect();
    sorted.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    let texts: Vec<String> =
        sorted.iter().map(|argument| format!("{}:{}", argument.name, argument.value.serialize().no_indent())).collect();
    format!("({})", texts.join(","))
}

fn collect_variables(value: &Value, variables: &mut HashSet<Name>) {
    match value {
        Value::Variable(name) => {
            variables.insert(name.clone());
        }
        Value::List(items) => items.iter().for_each(|item| collect_variables(item, variables)),
        Value::Object(fields) => fields.iter().for_each(|(_, value)| collect_variables(value, variables)),
        _ => {}
    }
}
