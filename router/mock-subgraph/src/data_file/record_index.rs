//! Finds a record by the values of a key, or by the short reference `Type:value`.

use super::{kind_of, pointer};
use crate::{
    field_set::{FieldSet, leaf_text},
    given::RecordId,
    load_error::{DataProblem, nearest_name},
    sdl::{Key, SubgraphSchema},
};
use apollo_compiler::Name;
use serde_json::{Map, Value};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(crate) struct RecordIndex {
    /// By type (object or interface) and the text of a key's field set and value.
    by_key: HashMap<(String, String), RecordId>,
    /// By type and the value of a key that is one field, or of `id`.
    by_reference: HashMap<(String, String), RecordId>,
}

impl RecordIndex {
    /// Indexes the section `entities`, and reports what in its outline is wrong.
    pub(crate) fn build(
        entities: &Map<String, Value>,
        schema: &SubgraphSchema,
        problems: &mut Vec<DataProblem>,
    ) -> RecordIndex {
        let mut index = RecordIndex::default();
        let outline = outline(entities, schema, problems);
        for (type_name, records) in &outline {
            for (position, record) in records.iter().enumerate() {
                for field in reference_fields(schema, type_name) {
                    if let Some(value) = record.and_then(|record| record.get(field)) {
                        let id = RecordId { type_name: (*type_name).to_owned(), position };
                        index.by_reference.entry((id.type_name.clone(), leaf_text(value))).or_insert(id);
                    }
                }
            }
        }
        // Keys may lead through references, so they come second.
        for (type_name, records) in &outline {
            for (position, record) in records.iter().enumerate() {
                let Some(record) = record else { continue };
                let id = RecordId { type_name: (*type_name).to_owned(), position };
                index.add_keys(entities, schema, (&id, record), problems);
            }
        }
        index
    }

    pub(crate) fn by_key(&self, type_name: &str, fields: &FieldSet, text: &str) -> Option<&RecordId> {
        self.by_key.get(&(type_name.to_owned(), key_text(fields, text)))
    }

    /// The record that `Type:value` names; for an abstract type of any type it can be.
    pub(crate) fn by_reference(&self, schema: &SubgraphSchema, type_name: &str, value: &str) -> Option<&RecordId> {
        let mut concrete = schema.possible_types(type_name).iter();
        concrete.find_map(|name| self.by_reference.get(&(name.to_string(), value.to_owned())))
    }

    /// The raw record that an object in the data file stands for: itself, or the one that its `__ref` names.
    pub(crate) fn follow<'a>(
        &self,
        entities: &'a Map<String, Value>,
        schema: &SubgraphSchema,
        value: &'a Value,
    ) -> Option<&'a Map<String, Value>> {
        let object = value.as_object()?;
        let Some(reference) = object.get("__ref") else { return Some(object) };
        let (type_name, value) = reference.as_str()?.split_once(':')?;
        let id = self.by_reference(schema, type_name, value)?;
        entities.get(&id.type_name)?.get(id.position)?.as_object()
    }

    fn add_keys(
        &mut self,
        entities: &Map<String, Value>,
        schema: &SubgraphSchema,
        (id, record): (&RecordId, &Map<String, Value>),
        problems: &mut Vec<DataProblem>,
    ) {
        let at = format!("{}/{}", pointer("/entities", &id.type_name), id.position);
        let mut missing = Vec::new();
        let mut complete = 0;
        for (keyed_type, key) in keys_with_interfaces(schema, &id.type_name) {
            let text = match key.fields.text_of(record, &|value| self.follow(entities, schema, value)) {
                Ok(text) => text,
                Err(path) => {
                    missing.push(path);
                    continue;
                }
            };
            complete += 1;
            let previous = self.by_key.insert((keyed_type.to_owned(), key_text(&key.fields, &text)), id.clone());
            if let Some(previous) = previous.filter(|previous| previous != id) {
                let at_previous = format!("{}/{}", pointer("/entities", &previous.type_name), previous.position);
                let found = DataProblem {
                    pointer: at.clone(),
                    problem: format!("has the same key ({}) as {at_previous}", key.fields.names().join(", ")),
                    advice: "make them differ, or leave one out".to_owned(),
                };
                // A key may be the type's and its interface's.
                if problems.last() != Some(&found) {
                    problems.push(found);
                }
            }
        }
        if complete == 0 && !missing.is_empty() {
            problems.push(DataProblem {
                pointer: at,
                problem: format!("has no value for a key of {}: `{}` is missing", id.type_name, missing.join("`, `")),
                advice: "add it; without a complete key the record cannot be found".to_owned(),
            });
        }
    }
}

/// Key field sets differ by text, so that one map serves all keys of a type.
fn key_text(fields: &FieldSet, text: &str) -> String {
    format!("{}={text}", fields.names().join(","))
}

/// Fields whose value may stand after the colon of a reference.
fn reference_fields<'a>(schema: &'a SubgraphSchema, type_name: &'a str) -> Vec<&'a str> {
    let keys = keys_with_interfaces(schema, type_name);
    let fields: Vec<&str> = keys.into_iter().filter_map(|(_, key)| key.fields.single_field()).collect();
    if fields.is_empty() { vec!["id"] } else { fields }
}

/// The type's own keys and those of the interfaces that it implements.
fn keys_with_interfaces<'a>(schema: &'a SubgraphSchema, type_name: &'a str) -> Vec<(&'a str, &'a Key)> {
    let object = schema.graphql.get_object(type_name);
    let interfaces = object.into_iter().flat_map(|object| &object.implements_interfaces);
    let names = std::iter::once(type_name).chain(interfaces.map(|interface| interface.as_str()));
    names.flat_map(|name| schema.keys(name).iter().map(move |key| (name, key))).collect()
}

type Outline<'a> = Vec<(&'a str, Vec<Option<&'a Map<String, Value>>>)>;

/// The section's object types with their records; what has not that shape is reported and left out.
fn outline<'a>(
    entities: &'a Map<String, Value>,
    schema: &SubgraphSchema,
    problems: &mut Vec<DataProblem>,
) -> Outline<'a> {
    let mut outline = Vec::new();
    for (type_name, records) in entities {
        let at = pointer("/entities", type_name);
        if schema.graphql.get_object(type_name).is_none() {
            problems.push(DataProblem {
                pointer: at,
                problem: format!("the SDL has no object type `{type_name}`"),
                advice: nearest_name(type_name, schema.object_types().map(Name::as_str)),
            });
            continue;
        }
        let Value::Array(records) = records else {
            problems.push(DataProblem {
                pointer: at,
                problem: format!("expected a list, found {}", kind_of(records)),
                advice: format!("write a list of {type_name} objects"),
            });
            continue;
        };
        for (position, record) in records.iter().enumerate().filter(|(_, record)| !record.is_object()) {
            problems.push(DataProblem {
                pointer: format!("{at}/{position}"),
                problem: format!("expected an object, found {}", kind_of(record)),
                advice: format!("write an object with fields of {type_name}"),
            });
        }
        outline.push((type_name.as_str(), records.iter().map(Value::as_object).collect()));
    }
    outline
}
