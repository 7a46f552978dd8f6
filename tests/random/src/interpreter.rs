//! The reference: executes the client's operation on the merged data, by GraphQL's rules and these of federation:
//!
//! - A field whose resolver fails, or whose subgraph is down, is null with an error.
//! - A field of an entity that its one subgraph does not know (a dangling reference) is null.
//! - An entity whose key is null has only the fields of the subgraph that gave it; the others are null.
//! - An object of an inaccessible type and an inaccessible enum value are null.
//! - A field that the caller may not read (see `guards`) is null with an error, and nothing happens for it.
//! - In all these cases null propagates as the API schema says. The first and the last must be errors; the others may be.
//!
//! Worlds are made so that nothing else depends on which way the planner goes.

use crate::{
    counters::Counters,
    evaluate::{Evaluation, Objects, Outcome, evaluate},
    field_set::FieldSetItem,
    guards::{Caller, Reader},
    operation::ParsedOperation,
    values::{Ledger, field_value, requires_of},
    world::{Field, How, RecordIndex, Role, SubgraphIndex, Value, World},
};
use apollo_compiler::{Schema, executable};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

#[derive(Debug)]
pub(crate) struct Interpreter<'w> {
    world: &'w World,
    counters: &'w Counters,
    /// By abstract type.
    possible: &'w HashMap<String, Vec<String>>,
    ledger: Ledger,
    caller: Caller,
}

/// A record, and the subgraph that gave it where there was no choice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handle {
    record: RecordIndex,
    origin: Option<SubgraphIndex>,
}

impl<'w> Interpreter<'w> {
    pub(crate) fn new(world: &'w World, possible: &'w HashMap<String, Vec<String>>, counters: &'w Counters) -> Self {
        Interpreter { world, counters, possible, ledger: Ledger::default(), caller: Caller::default() }
    }

    pub(crate) fn run(&mut self, schema: &Schema, operation: &ParsedOperation, caller: &Caller) -> Evaluation {
        self.caller = caller.clone();
        let root_name = if operation.is_mutation { "Mutation" } else { "Query" };
        let root = self.world.records.iter().position(|record| record.type_name == root_name).unwrap_or_default();
        let selection_set = operation.selection_set();
        evaluate(
            schema,
            (&operation.document, selection_set),
            &operation.variables,
            (self, Handle { record: root, origin: None }),
        )
    }

    fn to_outcome(&self, value: Value, origin: Option<SubgraphIndex>, type_name: &str) -> Outcome<Handle> {
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
                Outcome::Object(Handle { record, origin })
            }
            Value::List(items) => {
                Outcome::List(items.into_iter().map(|item| self.to_outcome(item, origin, type_name)).collect())
            }
            Value::Failed => {
                self.counters.saw("error: failing field");
                Outcome::Failed("the field failed".to_owned())
            }
        }
    }

    /// Why the field cannot be had at all, if so.
    fn obstacle(&self, object: &Handle, field: &Field) -> Option<Outcome<Handle>> {
        let record = &self.world.records[object.record];
        if record.has_null_key && !object.origin.is_some_and(|origin| field.is_resolved_in(origin)) {
            self.counters.saw("error: null key");
            return Some(Outcome::Unavailable);
        }
        let resolver = field.only_resolver()?;
        if record.missing_in.contains(&resolver) {
            self.counters.saw("error: dangling reference");
            return Some(Outcome::Unavailable);
        }
        if self.world.objects[&record.type_name].role != Role::Value && self.world.down == Some(resolver) {
            self.counters.saw("error: subgraph down");
            return Some(Outcome::Failed("the subgraph is down".to_owned()));
        }
        None
    }

    fn count(&self, object: &Handle, field: &Field) {
        let saw = |feature| self.counters.saw(feature);
        if field.is_shareable() {
            saw("shareable");
        }
        if field.placements.values().any(|placement| placement.how == How::Overridden) {
            saw("override");
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

impl Objects for Interpreter<'_> {
    type Object = Handle;

    fn type_name<'a>(&'a self, object: &'a Handle) -> &'a str {
        &self.world.records[object.record].type_name
    }

    fn fits(&self, condition: &str, object: &Handle) -> bool {
        let type_name = &self.world.records[object.record].type_name;
        condition == type_name || self.possible.get(condition).is_some_and(|possible| possible.contains(type_name))
    }

    fn resolve(
        &mut self,
        object: &Handle,
        field: &executable::Field,
        arguments: &Map<String, Json>,
    ) -> Outcome<Handle> {
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
        let origin = match world.objects[type_name].role {
            Role::Value => object.origin,
            Role::Entity | Role::Root => definition.only_resolver(),
        };
        let value = field_value(world, object.record, &field.name, arguments, &mut self.ledger);
        self.to_outcome(value, origin, definition.ty.name())
    }
}
