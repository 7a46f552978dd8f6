//! A subgraph in this process: answers from the merged data what its SDL lets it know, and reports every request that
//! a real subgraph could not answer rightly (a *violation*): an invalid operation, an external field that is not
//! provided, an overridden field, a representation without a key it has, `@requires` inputs missing or not true.

mod answers;
mod representation;
#[cfg(test)]
mod tests;

use crate::{
    arguments::coerce_variables,
    counters::Counters,
    evaluate::{Delivery, Evaluation, Objects, Outcome, evaluate},
    field_set::{FieldSet, FieldSetItem, given_value, true_value},
    guards::{Caller, Reader},
    sdl::executable_sdl,
    spoils::{AnswerSpoils, FieldPlace},
    values::{Ledger, computed_text, field_value},
    world::{Failing, Field, How, RecordIndex, Source, SubgraphIndex, Ty, Value, World},
};
use apollo_compiler::{ExecutableDocument, Schema, executable, validation::Valid};
use representation::KeyIndex;
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

#[derive(Debug)]
pub(crate) struct Subgraph<'w> {
    world: &'w World,
    index: SubgraphIndex,
    schema: Valid<Schema>,
    keys: KeyIndex,
    /// Names of fields that some `@requires` or `@key` mentions.
    inputs: BTreeSet<&'w str>,
    documents: Mutex<HashMap<String, Arc<Valid<ExecutableDocument>>>>,
}

/// One request's surroundings, shared by all subgraphs.
#[derive(Debug)]
pub(crate) struct Request<'r> {
    pub counters: &'r Counters,
    pub ledger: &'r mut Ledger,
    pub violations: &'r mut Vec<String>,
    pub caller: &'r Caller,
    pub labels: &'r BTreeSet<String>,
    pub spoils: Option<AnswerSpoils>,
}

impl<'w> Subgraph<'w> {
    pub(crate) fn new(world: &'w World, index: SubgraphIndex) -> Result<Subgraph<'w>, String> {
        let schema = Schema::parse_and_validate(executable_sdl(world, index), "subgraph.graphql")
            .map_err(|invalid| format!("schema of {}: {}", world.subgraphs[index], invalid.errors))?;
        let fields = world.objects.values().flat_map(|object| &object.fields);
        let placements = || fields.clone().flat_map(|(_, field)| field.placements.values());
        let keys = world.objects.values().flat_map(|object| &object.keys);
        let required: Vec<&FieldSet> =
            placements().filter_map(|placement| placement.requires.as_ref()).chain(keys).collect();
        let inputs = fields
            .clone()
            .map(|(name, _)| name.as_str())
            .filter(|name| {
                let mut arguments = world.objects.values().flat_map(|object| object.fields.values());
                required.iter().any(|inputs| inputs.mentions(name))
                    || arguments.any(|field| field.from_context.as_ref().is_some_and(|given| given.value == *name))
            })
            .collect();
        Ok(Subgraph { world, index, schema, keys: KeyIndex::new(world), inputs, documents: Mutex::default() })
    }

    pub(crate) fn index(&self) -> SubgraphIndex {
        self.index
    }

    /// Its answers are errors, which it gives in several ways.
    pub(crate) fn is_down(&self) -> bool {
        self.world.down == Some(self.index)
    }

    /// The answer's body.
    pub(crate) fn answer(&self, body: &[u8], request: &mut Request<'_>) -> Json {
        match self.evaluation(body, request) {
            Ok(evaluation) => {
                let mut answer = Map::new();
                answer.insert("data".to_owned(), evaluation.data);
                if !evaluation.errors.is_empty() {
                    let errors = evaluation.errors.into_iter().map(|error| match &mut request.spoils {
                        Some(spoils) => spoils.error(&error.text, &error.path),
                        None => json!({"message": error.text, "path": error.path}),
                    });
                    answer.insert("errors".to_owned(), errors.collect());
                }
                Json::Object(answer)
            }
            Err(text) => {
                request.violations.push(format!("{}: {text}", self.world.subgraphs[self.index]));
                json!({"errors": [{"message": text}]})
            }
        }
    }

    fn evaluation(&self, body: &[u8], request: &mut Request<'_>) -> Result<Evaluation, String> {
        let body: Json = serde_json::from_slice(body).map_err(|error| format!("request is no JSON: {error}"))?;
        let text = body["query"].as_str().ok_or("request has no query")?;
        let document = self.document(text)?;
        if self.is_down() {
            let error = crate::evaluate::FieldError { path: Vec::new(), text: "down".into(), is_certain: true };
            return Ok(Evaluation { errors: vec![error], ..Evaluation::default() });
        }
        let operation = document.operations.get(None).map_err(|error| error.message().to_string())?;
        let given = body["variables"].as_object().cloned().unwrap_or_default();
        if let Some(unknown) = given.keys().find(|name| !operation.variables.iter().any(|v| v.name == name.as_str())) {
            return Err(format!("variable ${unknown} is not declared in: {text}"));
        }
        let variables = coerce_variables(&self.schema, operation, &given).map_err(|e| format!("{e} in: {text}"))?;
        let root_name = if operation.is_mutation() { "Mutation" } else { "Query" };
        let root = self.world.records.iter().position(|record| record.type_name == root_name).unwrap_or_default();
        let mut view = View { subgraph: self, request, text };
        let root = Seen { record: root, representation: None, provided: Vec::new() };
        Ok(evaluate(
            &self.schema,
            (&document, &operation.selection_set),
            &variables,
            (&mut view, root, Delivery::Whole),
        ))
    }

    fn document(&self, text: &str) -> Result<Arc<Valid<ExecutableDocument>>, String> {
        let mut documents = self.documents.lock().map_err(|_| "an earlier request panicked")?;
        if let Some(document) = documents.get(text) {
            return Ok(Arc::clone(document));
        }
        let document = ExecutableDocument::parse_and_validate(&self.schema, text, "fetch.graphql")
            .map_err(|invalid| format!("invalid operation: {text}\n{}", invalid.errors))?;
        let document = Arc::new(document);
        documents.insert(text.to_owned(), Arc::clone(&document));
        Ok(document)
    }
}

struct View<'a, 'w, 'r, 'q> {
    subgraph: &'a Subgraph<'w>,
    request: &'q mut Request<'r>,
    /// The operation, for messages.
    text: &'q str,
}

/// A record as this subgraph sees it at one place of one request.
#[derive(Debug, Clone)]
struct Seen<'w> {
    record: RecordIndex,
    /// When it is the answer to a representation.
    representation: Option<Arc<Json>>,
    /// External fields that may be asked for here.
    provided: Vec<&'w FieldSet>,
}

impl<'w> View<'_, 'w, '_, '_> {
    fn violation(&mut self, text: &str) {
        let name = &self.subgraph.world.subgraphs[self.subgraph.index];
        self.request.violations.push(format!("{name}: {text}, in: {}", self.text));
    }

    /// A field with `@requires` is made of what the representation holds, which must be the truth.
    fn computed(&mut self, object: &Seen<'w>, name: &str, requires: &FieldSet) -> Value {
        let world = self.subgraph.world;
        let Some(representation) = &object.representation else {
            self.violation(&format!("`{name}` needs `{requires}`, but is not asked through a representation"));
            return Value::Failed(Failing::Reported);
        };
        match given_value(representation, requires) {
            Ok(given) => {
                let truth = true_value(world, object.record, requires, &|record, name, arguments| {
                    field_value(world, record, name, arguments, &mut Ledger::default())
                });
                if !is_same(&given, &truth) {
                    self.violation(&format!("`{name}` was given {given} for `{requires}`, the truth is {truth}"));
                }
                Value::Leaf(computed_text(name, &truth))
            }
            Err(text) => {
                self.violation(&format!("`{name}` needs `{requires}` in {representation}: {text}"));
                Value::Failed(Failing::Reported)
            }
        }
    }

    fn placed_value(
        &mut self,
        object: &Seen<'w>,
        (name, field): (&'w str, &'w Field),
        arguments: &Map<String, Json>,
    ) -> (Value, Vec<&'w FieldSet>) {
        let world = self.subgraph.world;
        let scopes: Vec<&FieldSet> = object.provided.iter().flat_map(|scope| scopes_below(scope, name)).collect();
        let is_provided = object.provided.iter().any(|scope| scope.names().contains(&name));
        let Some(placement) = field.placements.get(&self.subgraph.index) else {
            self.violation(&format!("`{name}` is not known here"));
            return (Value::Failed(Failing::Reported), scopes);
        };
        let is_active = placement.label.as_ref().is_none_or(|label| self.request.labels.contains(label));
        let how = match (placement.how, is_active) {
            (How::Resolved, false) => How::Overridden,
            (How::Overridden, false) => How::Resolved,
            (how, _) => how,
        };
        match how {
            How::Resolved => {
                let value = match &placement.requires {
                    Some(requires) if field.source == Source::Computed => self.computed(object, name, requires),
                    _ => field_value(world, object.record, name, arguments, self.request.ledger),
                };
                let mut scopes = scopes;
                scopes.extend(&placement.provides);
                (value, scopes)
            }
            How::External => {
                if is_provided {
                    self.request.counters.saw("provides");
                } else {
                    self.violation(&format!("`{name}` is external and not provided here"));
                }
                (field_value(world, object.record, name, arguments, self.request.ledger), scopes)
            }
            How::Overridden => {
                self.violation(&format!("`{name}` is overridden, with {:?} active", self.request.labels));
                (Value::Failed(Failing::Reported), scopes)
            }
        }
    }
}

/// An `ID` may have been sent as a number.
fn is_same(given: &Json, truth: &Json) -> bool {
    match (given, truth) {
        (Json::Number(number), Json::String(text)) => number.to_string() == *text,
        (Json::Array(given), Json::Array(truth)) => {
            given.len() == truth.len() && given.iter().zip(truth).all(|(given, truth)| is_same(given, truth))
        }
        (Json::Object(given), Json::Object(truth)) => {
            given.len() == truth.len()
                && given.iter().all(|(name, value)| truth.get(name).is_some_and(|truth| is_same(value, truth)))
        }
        _ => given == truth,
    }
}

/// The parts of `scope` below `field`, whatever the type.
fn scopes_below<'w>(scope: &'w FieldSet, field: &str) -> Vec<&'w FieldSet> {
    scope
        .0
        .iter()
        .flat_map(|item| match item {
            FieldSetItem::Field { name, children, .. } if name == field && !children.is_empty() => vec![children],
            FieldSetItem::Field { .. } => Vec::new(),
            FieldSetItem::On { children, .. } => scopes_below(children, field),
        })
        .collect()
}

/// Servers may send an `ID` that looks like a number as one.
fn with_numbers(value: Value) -> Value {
    match value {
        Value::Leaf(Json::String(text)) if text.ends_with('7') => match text.parse::<u32>() {
            Ok(number) => Value::Leaf(Json::from(number)),
            Err(_) => Value::Leaf(Json::String(text)),
        },
        Value::List(items) => Value::List(items.into_iter().map(with_numbers).collect()),
        other => other,
    }
}

impl<'w> Objects for View<'_, 'w, '_, '_> {
    type Object = Seen<'w>;

    fn type_name<'a>(&'a self, object: &'a Seen<'w>) -> &'a str {
        let world = self.subgraph.world;
        let type_name = &world.records[object.record].type_name;
        world.interface_object_for(type_name, self.subgraph.index).unwrap_or(type_name)
    }

    fn fits(&self, condition: &str, object: &Seen<'w>) -> bool {
        let type_name = self.type_name(object);
        condition == type_name || self.subgraph.schema.is_subtype(condition, type_name)
    }

    fn resolve(
        &mut self,
        object: &Seen<'w>,
        field: &executable::Field,
        arguments: &Map<String, Json>,
    ) -> Outcome<Seen<'w>> {
        if field.name == "_entities" {
            return self.entities(arguments);
        }
        let world = self.subgraph.world;
        let record = &world.records[object.record];
        // Only the interface object's key, since the members' own `id` is not placed here.
        if field.name == "id" && world.interface_object_for(&record.type_name, self.subgraph.index).is_some() {
            let ty = Ty::named("ID").non_null();
            let id = record.values.get("id").cloned().unwrap_or(Value::Null);
            return self.outcome(id, (&ty, &ty), (&[], FieldPlace { is_whole: true, is_input: true }));
        }
        let Some((name, definition)) = world.objects[&record.type_name].fields.get_key_value(field.name.as_str())
        else {
            self.violation(&format!("{} has no field `{}`", record.type_name, field.name));
            return Outcome::Null;
        };
        let reader = Reader { world, caller: self.request.caller };
        let is_key = || world.objects.values().flat_map(|object| &object.keys).any(|key| key.mentions(name));
        if reader.refusal(&record.type_name, name).is_some() && !is_key() {
            self.violation(&format!("{}.{name} is asked for, which the caller may not read", record.type_name));
        }
        let (value, scopes) = self.placed_value(object, (name.as_str(), definition), arguments);
        let value = if definition.ty.name() == "ID" { with_numbers(value) } else { value };
        let at = FieldPlace {
            is_whole: true,
            is_input: self.subgraph.inputs.contains(name.as_str()) || definition.resolvers().count() > 1,
        };
        self.outcome(value, (definition.ty_in(self.subgraph.index), &definition.ty), (&scopes, at))
    }

    fn odd_typename(&mut self) -> Option<Json> {
        self.request.spoils.as_mut()?.typename()
    }
}
