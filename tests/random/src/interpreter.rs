//! The reference: executes the client's operation on the merged data, by GraphQL's rules and these of federation:
//!
//! - A field whose resolver fails, or whose subgraph is down, is null with an error.
//! - A field of an entity that its one subgraph does not know (a dangling reference) is null.
//! - An entity whose key is null has only the fields of the subgraph that gave it; the others are null.
//! - An object of an inaccessible type and an inaccessible enum value are null.
//! - A field that the caller may not read (see `guards`) is null with an error, and nothing happens for it.
//! - In all these cases null propagates as the API schema says. The first and the last must be errors; the others may be.
//!
//! Worlds are made so that nothing else depends on which way the planner goes. Where answers are spoilt on their way, it
//! does, and the interpreter gives two bounds: what is surely there (see `doubt`), and what there is besides the nulls of
//! the answer that came.

use crate::{
    counters::Counters,
    doubt::{Doubt, Ground},
    evaluate::{Delivery, Evaluation, Objects, Outcome, evaluate},
    field_set::{FieldSet, FieldSetItem, true_value},
    guards::{Caller, Reader},
    operation::ParsedOperation,
    values::{Ledger, field_value, requires_of},
    world::{ContextArgument, Field, How, Missing, RecordIndex, Role, Source, SubgraphIndex, Value, World},
};
use apollo_compiler::{Schema, executable};
use serde_json::{Map, Value as Json};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

#[derive(Debug)]
pub(crate) struct Interpreter<'w> {
    world: &'w World,
    counters: &'w Counters,
    /// By abstract type.
    possible: &'w HashMap<String, Vec<String>>,
    ledger: Ledger,
    caller: Caller,
    labels: BTreeSet<String>,
    bound: Bound<'w>,
    delivery: Delivery,
    /// Fields of the mutation so far: who carried them out, and whether they failed.
    mutated: Option<Vec<(Option<SubgraphIndex>, bool)>>,
}

/// Of which answer the interpreter speaks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Bound<'a> {
    #[default]
    Whole,
    /// Only what is there though these subgraphs misbehave.
    Least(&'a BTreeSet<SubgraphIndex>),
    /// All, except where this answer has null.
    Within(&'a Json),
}

/// A record, and the subgraph that gave it where there was no choice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handle<'w> {
    record: RecordIndex,
    origin: Option<SubgraphIndex>,
    ground: Ground,
    /// The nearest object that gives values to those below it; maybe this one.
    setter: Option<RecordIndex>,
    /// The object in the answer that bounds this one.
    actual: Option<&'w Json>,
}

impl<'w> Interpreter<'w> {
    pub(crate) fn new(world: &'w World, possible: &'w HashMap<String, Vec<String>>, counters: &'w Counters) -> Self {
        let (ledger, caller, labels, delivery) = Default::default();
        Interpreter { world, counters, possible, ledger, caller, labels, bound: Bound::Whole, delivery, mutated: None }
    }

    pub(crate) fn with_bound(mut self, bound: Bound<'w>) -> Self {
        self.bound = bound;
        self
    }

    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    pub(crate) fn run(
        mut self,
        schema: &Schema,
        operation: &ParsedOperation,
        (caller, labels): (&Caller, &BTreeSet<String>),
    ) -> Expected {
        self.caller = caller.clone();
        self.labels = labels.clone();
        let delivery = self.delivery;
        let root_name = if operation.is_mutation { "Mutation" } else { "Query" };
        let record = self.world.records.iter().position(|record| record.type_name == root_name).unwrap_or_default();
        let actual = match self.bound {
            Bound::Within(data) => Some(data),
            Bound::Whole | Bound::Least(_) => None,
        };
        let root = Handle { record, origin: None, ground: Ground::Clean, setter: None, actual };
        self.mutated = operation.is_mutation.then(Vec::new);
        let selection_set = operation.selection_set();
        let evaluation =
            evaluate(schema, (&operation.document, selection_set), &operation.variables, (&mut self, root, delivery));
        self.count_mutation();
        Expected { evaluation, ledger: self.ledger }
    }

    fn count_mutation(&self) {
        let mutated = self.mutated.as_deref().unwrap_or_default();
        if mutated.len() > 1 {
            self.counters.saw("mutation: several fields");
        }
        if mutated.iter().any(|(subgraph, _)| *subgraph != mutated[0].0) {
            self.counters.saw("mutation: fields of several subgraphs");
        }
        if mutated.iter().rev().skip(1).any(|(_, is_failed)| *is_failed) {
            self.counters.saw("mutation: error in the middle");
        }
    }

    fn to_outcome(
        &self,
        value: Value,
        (origin, ground, setter): (Option<SubgraphIndex>, Ground, Option<RecordIndex>),
        type_name: &str,
    ) -> Outcome<Handle<'w>> {
        match value {
            Value::Null => {
                self.counters.saw("null");
                Outcome::Null
            }
            Value::Leaf(json) => {
                let enumeration = self.world.enums.get(type_name);
                let is_hidden = enumeration
                    .is_some_and(|known| known.inaccessible.iter().any(|value| json.as_str() == Some(value)));
                if is_hidden {
                    self.counters.saw("inaccessible: enum value in the data");
                    return Outcome::Unavailable;
                }
                crate::counters::add(&self.counters.values, 1);
                Outcome::Leaf(json)
            }
            Value::Record(record) => {
                if self.world.objects[&self.world.records[record].type_name].is_inaccessible {
                    self.counters.saw("inaccessible: type in the data");
                    return Outcome::Unavailable;
                }
                let is_setter = self
                    .world
                    .context
                    .as_ref()
                    .is_some_and(|context| context.setter == self.world.records[record].type_name);
                if is_setter && setter.is_some() {
                    self.counters.saw("context: from a nearer object");
                }
                let setter = if is_setter { Some(record) } else { setter };
                Outcome::Object(Handle { record, origin, ground, setter, actual: None })
            }
            Value::List(items) => Outcome::List(
                items.into_iter().map(|item| self.to_outcome(item, (origin, ground, setter), type_name)).collect(),
            ),
            Value::Failed(failing) => {
                self.counters.saw(failing.feature());
                Outcome::Failed("the field failed".to_owned())
            }
        }
    }

    /// Why the field cannot be had at all, if so.
    fn obstacle(&self, object: &Handle<'_>, field: &Field) -> Option<Outcome<Handle<'w>>> {
        let record = &self.world.records[object.record];
        if record.has_null_key && !object.origin.is_some_and(|origin| field.is_resolved_in(origin)) {
            self.counters.saw("error: null key");
            return Some(Outcome::Unavailable);
        }
        let resolver = field.only_resolver()?;
        match record.missing_in.get(&resolver) {
            Some(Missing::Unknown) => {
                self.counters.saw("error: dangling reference");
                return Some(Outcome::Unavailable);
            }
            Some(Missing::Failing) => {
                self.counters.saw("error: failing entity");
                return Some(Outcome::Failed("the entity failed".to_owned()));
            }
            None => {}
        }
        if self.world.objects[&record.type_name].role != Role::Value && self.world.down == Some(resolver) {
            self.counters.saw("error: subgraph down");
            return Some(Outcome::Failed("the subgraph is down".to_owned()));
        }
        None
    }

    fn count(&self, object: &Handle<'_>, field: &Field) {
        let saw = |feature| self.counters.saw(feature);
        if field.is_shareable() {
            saw("shareable");
        }
        if field.placements.values().any(|placement| placement.how == How::Overridden) {
            saw(match field.label() {
                None => "override",
                Some(label) if self.labels.contains(label) => "override: label is active",
                Some(_) => "override: label is not active",
            });
        }
        if field.placements.values().any(|placement| placement.ty.is_some()) {
            saw("types that differ by subgraph");
        }
        if field.from_interface.is_some() {
            saw("interface object: contributed field");
        }
        if field.ty.list_depth() > 1 {
            saw("list in a list");
        }
        if field.source == Source::Revision && self.ledger != Ledger::default() {
            saw("mutation: state read afterwards");
        }
        match field.ty.name() {
            "Anything" => saw("custom scalar"),
            name if name.starts_with('P') => saw("value type in parts"),
            name if self.world.unions.contains_key(name) => saw("union"),
            name if self.world.interfaces.contains_key(name) => {
                saw("interface");
                if self.world.interfaces.values().any(|child| child.parent.as_deref() == Some(name)) {
                    saw("interface of an interface");
                }
            }
            _ => {}
        }
        let Some((_, inputs)) = requires_of(field) else { return };
        saw(if inputs.is_nested() { "requires: nested" } else { "requires: leaf" });
        let type_name = &self.world.records[object.record].type_name;
        if field.from_interface.is_some() {
            saw("requires: in an interface object");
        }
        if inputs.0.iter().any(|item| matches!(item, FieldSetItem::Field { arguments, .. } if !arguments.is_empty())) {
            saw("requires: with arguments");
        }
        for input in inputs.names() {
            let Some(input) = self.world.field(type_name, input) else { continue };
            if requires_of(input).is_some() {
                saw("requires: in a chain");
            }
            if input.is_inaccessible {
                saw("inaccessible: key or input behind the API");
            }
        }
    }
}

impl<'w> Objects for Interpreter<'w> {
    type Object = Handle<'w>;

    fn type_name<'a>(&'a self, object: &'a Handle<'w>) -> &'a str {
        &self.world.records[object.record].type_name
    }

    fn fits(&self, condition: &str, object: &Handle<'w>) -> bool {
        let type_name = &self.world.records[object.record].type_name;
        condition == type_name || self.possible.get(condition).is_some_and(|possible| possible.contains(type_name))
    }

    fn resolve(
        &mut self,
        object: &Handle<'w>,
        field: &executable::Field,
        arguments: &Map<String, Json>,
    ) -> Outcome<Handle<'w>> {
        let outcome = self.whole_outcome(object, field, arguments);
        let holder = &self.world.records[object.record].type_name;
        if let (Some(mutated), Some(field)) = (&mut self.mutated, self.world.field(holder, &field.name)) {
            if holder == "Mutation" {
                mutated.push((field.only_resolver(), matches!(outcome, Outcome::Failed(_))));
            } else if object.origin.is_some_and(|origin| !field.is_resolved_in(origin)) {
                self.counters.saw("mutation: entity resolved elsewhere");
            }
        }
        match object.actual {
            Some(actual) => within(outcome, actual.get(field.response_name().as_str())),
            None => outcome,
        }
    }
}

impl<'w> Interpreter<'w> {
    fn whole_outcome(
        &mut self,
        object: &Handle<'w>,
        field: &executable::Field,
        arguments: &Map<String, Json>,
    ) -> Outcome<Handle<'w>> {
        let world = self.world;
        let type_name = &world.records[object.record].type_name;
        let Some(definition) = world.field(type_name, &field.name) else {
            return Outcome::Failed(format!("{type_name} has no field {}", field.name));
        };
        let reader = Reader { world, caller: &self.caller };
        if let Some(rule) = reader.refusal(type_name, &field.name) {
            self.counters.saw(rule);
            return Outcome::Failed(reader.code().to_owned());
        }
        self.count(object, definition);
        if let Some(outcome) = self.obstacle(object, definition) {
            return outcome;
        }
        let arguments = self.with_context(object, definition, arguments);
        let value = field_value(world, object.record, &field.name, &arguments, &mut self.ledger);
        let ground = match self.bound {
            Bound::Least(spoilt) => {
                Doubt { world, spoilt }.ground(type_name, definition, (object.origin, object.ground))
            }
            Bound::Whole | Bound::Within(_) => Some(Ground::Clean),
        };
        let Some(ground) = ground else { return Outcome::Failed("in doubt".to_owned()) };
        let origin = match world.objects[type_name].role {
            Role::Value => object.origin,
            Role::Entity | Role::Root => definition.only_resolver(),
        };
        self.to_outcome(value, (origin, ground, object.setter), definition.ty.name())
    }
}

impl<'w> Interpreter<'w> {
    /// The argument that clients do not give comes first.
    fn with_context<'a>(
        &mut self,
        object: &Handle<'w>,
        field: &Field,
        arguments: &'a Map<String, Json>,
    ) -> Cow<'a, Map<String, Json>> {
        let (Some(argument), Some(setter)) = (&field.from_context, object.setter) else {
            return Cow::Borrowed(arguments);
        };
        self.counters.saw("context");
        let fields = FieldSet::leaf(&argument.value);
        let mut given = true_value(self.world, setter, &fields, &|record, name, arguments| {
            field_value(self.world, record, name, arguments, &mut Ledger::default())
        });
        let mut all = Map::new();
        all.insert(ContextArgument::NAME.to_owned(), given[argument.value.as_str()].take());
        all.extend(arguments.clone());
        Cow::Owned(all)
    }
}

/// What is left of an outcome beside the nulls of an answer.
fn within<'w>(outcome: Outcome<Handle<'w>>, actual: Option<&'w Json>) -> Outcome<Handle<'w>> {
    match (outcome, actual) {
        (Outcome::Object(handle), Some(Json::Object(_))) => Outcome::Object(Handle { actual, ..handle }),
        (Outcome::List(items), Some(Json::Array(actual))) => {
            let with_actual = items.into_iter().enumerate().map(|(index, item)| within(item, actual.get(index)));
            Outcome::List(with_actual.collect())
        }
        (Outcome::Leaf(_) | Outcome::Object(_) | Outcome::List(_), Some(Json::Null) | None) => Outcome::Null,
        (outcome, _) => outcome,
    }
}

/// What the interpreter says.
#[derive(Debug)]
pub(crate) struct Expected {
    pub evaluation: Evaluation,
    pub ledger: Ledger,
}
