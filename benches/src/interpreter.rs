//! Answers GraphQL requests from the world: for one subgraph as a stub, or for all of them as the expected answer.
//!
//! It is strict where a router may go wrong: a field the subgraph does not have, a representation without its required
//! fields or with other values than the owner gave are refused, so that the benchmark cannot time wrong work.

use std::fmt;

use apollo_compiler::ast::{self, Definition, Selection};
use hashbrown::HashMap;
use serde_json::{Map, Value};

use crate::{
    graph::{Graph, Subgraph, TypeFields},
    world::{FieldValue, ROOT, Record, RecordId},
};

/// Why a request gets no data.
#[derive(Debug)]
pub struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// Fields by response name, in the order in which they were first asked for.
type Collected<'document> = Vec<(&'document str, Vec<&'document ast::Field>)>;

/// The world as one subgraph, or nobody in particular, sees it.
#[derive(Debug, Clone, Copy)]
pub struct Interpreter<'graph> {
    graph: &'graph Graph,
    subgraph: Option<&'graph Subgraph>,
}

/// One request while it is answered.
struct Answer<'request> {
    view: Interpreter<'request>,
    fragments: HashMap<&'request str, &'request ast::FragmentDefinition>,
    variables: &'request Map<String, Value>,
    out: Vec<u8>,
}

impl<'graph> Interpreter<'graph> {
    pub fn merged(graph: &'graph Graph) -> Self {
        Interpreter { graph, subgraph: None }
    }

    /// `subgraph` is its index.
    pub fn of_subgraph(graph: &'graph Graph, subgraph: usize) -> Self {
        Interpreter { graph, subgraph: graph.subgraphs.get(subgraph) }
    }

    /// The response bytes for a posted request body.
    pub fn answer(&self, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let request: Value = serde_json::from_slice(body).map_err(|error| Refusal(error.to_string()))?;
        let query = request.get("query").and_then(Value::as_str).ok_or_else(|| refuse("no query"))?;
        let document = ast::Document::parse(query, "request").map_err(|error| Refusal(error.to_string()))?;
        let mut operation = None;
        let mut fragments = HashMap::new();
        for definition in &document.definitions {
            match definition {
                Definition::OperationDefinition(found) => operation = Some(found),
                Definition::FragmentDefinition(found) => {
                    fragments.insert(found.name.as_str(), found.as_ref());
                }
                _ => return Err(refuse("not an executable document")),
            }
        }
        let operation = operation.ok_or_else(|| refuse("no operation"))?;
        let none = Map::new();
        let variables = request.get("variables").and_then(Value::as_object).unwrap_or(&none);
        let mut answer = Answer { view: *self, fragments, variables, out: b"{\"data\":".to_vec() };
        answer.write_record(ROOT, &[&operation.selection_set])?;
        answer.out.push(b'}');
        Ok(answer.out)
    }

    fn type_fields(&self, type_name: &str) -> Result<Option<&'graph TypeFields>, Refusal> {
        let Some(subgraph) = self.subgraph else { return Ok(None) };
        let known = subgraph.type_fields(type_name);
        known.map(Some).ok_or_else(|| Refusal(format!("{} has no type {type_name}", subgraph.name)))
    }
}

impl<'request> Answer<'request> {
    fn write_record(&mut self, id: RecordId, selections: &[&'request [Selection]]) -> Result<(), Refusal> {
        let record = self.view.graph.world.record(id);
        let mut collected = Collected::new();
        for selection in selections {
            self.collect(record, selection, &mut collected)?;
        }
        self.out.push(b'{');
        for (index, (response_name, fields)) in collected.into_iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(format!("\"{response_name}\":").as_bytes());
            self.write_field(record, &fields)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn collect(
        &self,
        record: &Record,
        selections: &'request [Selection],
        collected: &mut Collected<'request>,
    ) -> Result<(), Refusal> {
        for selection in selections {
            let (condition, inner) = match selection {
                Selection::Field(field) => {
                    let name = field.alias.as_ref().unwrap_or(&field.name).as_str();
                    match collected.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, fields)) => fields.push(field),
                        None => collected.push((name, vec![field])),
                    }
                    continue;
                }
                Selection::InlineFragment(inline) => (inline.type_condition.as_ref(), &inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(spread.fragment_name.as_str());
                    let fragment = fragment.ok_or_else(|| refuse("unknown fragment"))?;
                    (Some(&fragment.type_condition), &fragment.selection_set)
                }
            };
            if condition.is_none_or(|name| self.view.graph.is_of_type(&record.type_name, name)) {
                self.collect(record, inner, collected)?;
            }
        }
        Ok(())
    }

    fn write_field(&mut self, record: &Record, fields: &[&'request ast::Field]) -> Result<(), Refusal> {
        let name = fields[0].name.as_str();
        if name == "__typename" {
            self.out.extend_from_slice(format!("\"{}\"", record.type_name).as_bytes());
            return Ok(());
        }
        let inner: Vec<&[Selection]> = fields.iter().filter_map(|field| field.selection_set.as_deref()).collect();
        if name == "_entities" && record.type_name == "Query" {
            return self.write_entities(fields[0], &inner);
        }
        let known = self.view.type_fields(&record.type_name)?;
        let value = record.field(name).filter(|_| known.is_none_or(|known| known.fields.contains(name)));
        match value.ok_or_else(|| Refusal(format!("no field {}.{name}", record.type_name)))? {
            FieldValue::Leaf(text) => self.out.extend_from_slice(text.as_bytes()),
            FieldValue::One(id) => self.write_record(*id, &inner)?,
            FieldValue::Many(ids) => {
                let count = self.argument(fields[0], "first")?.and_then(|first| first.as_u64());
                let count = count.map_or(ids.len(), |first| ids.len().min(first as usize));
                self.write_list(&ids[..count], &inner)?;
            }
        }
        Ok(())
    }

    fn write_entities(&mut self, field: &ast::Field, inner: &[&'request [Selection]]) -> Result<(), Refusal> {
        let Some(Value::Array(representations)) = self.argument(field, "representations")? else {
            return Err(refuse("representations are no list"));
        };
        let ids: Result<Vec<RecordId>, Refusal> =
            representations.iter().map(|representation| self.entity(representation, inner)).collect();
        self.write_list(&ids?, inner)
    }

    /// Finds a representation's record, and holds the required fields it carries against what their owner says.
    fn entity(&self, representation: &Value, inner: &[&'request [Selection]]) -> Result<RecordId, Refusal> {
        let type_name = representation.get("__typename").and_then(Value::as_str);
        let known = self.view.type_fields(type_name.ok_or_else(|| refuse("representation without __typename"))?)?;
        let known = known.ok_or_else(|| refuse("only subgraphs answer _entities"))?;
        let id = self.find(type_name.unwrap_or_default(), known, representation)?;
        for (field, inputs) in &known.requires {
            let wanted = inner.iter().any(|selections| self.asks_for(selections, field));
            for name in inputs {
                match representation.get(name) {
                    Some(given) if Some(given.to_string().as_str()) == self.view.graph.world.record(id).leaf(name) => {}
                    Some(_) => return Err(Refusal(format!("{representation}: {name} is not what its owner says"))),
                    None if wanted => return Err(Refusal(format!("{field} needs {name} in the representation"))),
                    None => {}
                }
            }
        }
        Ok(id)
    }

    /// By the first key that the representation holds all fields of.
    fn find(&self, type_name: &str, known: &TypeFields, representation: &Value) -> Result<RecordId, Refusal> {
        let text = |field: &String| representation.get(field).map(Value::to_string);
        let key = known.keys.iter().find(|key| key.iter().all(|field| representation.get(field).is_some()));
        let key = key.ok_or_else(|| Refusal(format!("representation without key: {representation}")))?;
        let world = &self.view.graph.world;
        let id = key.first().and_then(|first| world.find(type_name, first, &text(first)?));
        let is_whole = |id: &RecordId| key.iter().all(|field| world.record(*id).leaf(field) == text(field).as_deref());
        id.filter(is_whole).ok_or_else(|| Refusal(format!("no {representation}")))
    }

    fn asks_for(&self, selections: &[Selection], name: &str) -> bool {
        selections.iter().any(|selection| match selection {
            Selection::Field(field) => field.name == name,
            Selection::InlineFragment(inline) => self.asks_for(&inline.selection_set, name),
            Selection::FragmentSpread(spread) => self
                .fragments
                .get(spread.fragment_name.as_str())
                .is_some_and(|fragment| self.asks_for(&fragment.selection_set, name)),
        })
    }

    fn write_list(&mut self, ids: &[RecordId], inner: &[&'request [Selection]]) -> Result<(), Refusal> {
        self.out.push(b'[');
        for (index, id) in ids.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.write_record(*id, inner)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn argument(&self, field: &ast::Field, name: &str) -> Result<Option<Value>, Refusal> {
        let Some(argument) = field.arguments.iter().find(|argument| argument.name == name) else {
            return Ok(None);
        };
        match argument.value.as_ref() {
            ast::Value::Variable(variable) => Ok(self.variables.get(variable.as_str()).cloned()),
            ast::Value::Null => Ok(None),
            ast::Value::Int(number) => {
                serde_json::from_str(number.as_str()).map(Some).map_err(|error| Refusal(error.to_string()))
            }
            _ => Err(Refusal(format!("argument {name} is neither a variable nor a number"))),
        }
    }
}

fn refuse(why: &str) -> Refusal {
    Refusal(why.to_owned())
}
