//! A data file, read against the SDL: root values, records of each type with an index by key, and defaults.

mod events;
mod form_reader;
mod given_reader;
mod record_index;

use crate::{
    field_set::FieldSet,
    given::{Given, GivenObject, RecordId},
    load_error::{DataProblem, LoadError, nearest_name},
    sdl::SubgraphSchema,
};
use events::Events;
use given_reader::GivenReader;
use record_index::RecordIndex;
use serde_json::{Map, Value};
use std::collections::HashMap;

#[derive(Debug)]
pub(crate) struct DataFile {
    roots: HashMap<String, GivenObject>,
    defaults: HashMap<String, GivenObject>,
    records: HashMap<String, Vec<GivenObject>>,
    index: RecordIndex,
    pub(crate) events: Events,
    /// Whether fields without a value get an invented one.
    pub(crate) invent: bool,
}

impl Default for DataFile {
    fn default() -> DataFile {
        DataFile {
            roots: HashMap::new(),
            defaults: HashMap::new(),
            records: HashMap::new(),
            index: RecordIndex::default(),
            events: Events::default(),
            invent: true,
        }
    }
}

const SECTIONS: [&str; 5] = ["roots", "entities", "defaults", "events", "invent"];

impl DataFile {
    pub(crate) fn parse(json: &str, schema: &SubgraphSchema) -> Result<DataFile, LoadError> {
        let file: Value = serde_json::from_str(json).map_err(|error| LoadError::Json {
            line: error.line(),
            column: error.column(),
            problem: without_place(&error.to_string()),
        })?;
        let mut problems = Vec::new();
        let data_file = read(&file, schema, &mut problems);
        if problems.is_empty() { Ok(data_file) } else { Err(LoadError::Data(problems)) }
    }

    /// What the file says about a field of a root type or, as a default, of any other type.
    pub(crate) fn general_value(&self, type_name: &str, field: &str) -> Option<&Given> {
        let sections = [&self.roots, &self.defaults];
        sections.into_iter().find_map(|objects| objects.get(type_name)?.fields.get(field))
    }

    pub(crate) fn record(&self, id: &RecordId) -> Option<&GivenObject> {
        self.records.get(&id.type_name).and_then(|records| records.get(id.position))
    }

    /// All records of a type; of an abstract type those of each type it can be, in the SDL's order.
    pub(crate) fn records_of(&self, schema: &SubgraphSchema, type_name: &str) -> Vec<RecordId> {
        let ids = |type_name: &str| {
            let count = self.records.get(type_name).map_or(0, Vec::len);
            let type_name = type_name.to_owned();
            (0..count).map(move |position| RecordId { type_name: type_name.clone(), position })
        };
        schema.possible_types(type_name).iter().flat_map(|concrete| ids(concrete)).collect()
    }

    /// Whether the file lists records of the type, be it an empty list.
    pub(crate) fn has_records_of(&self, schema: &SubgraphSchema, type_name: &str) -> bool {
        schema.possible_types(type_name).iter().any(|concrete| self.records.contains_key(concrete.as_str()))
    }

    /// The record of `type_name` (or of a type it can be) that has this text for the key. See [`FieldSet::text_of`].
    pub(crate) fn record_by_key(&self, type_name: &str, fields: &FieldSet, text: &str) -> Option<&RecordId> {
        self.index.by_key(type_name, fields, text)
    }
}

fn read(file: &Value, schema: &SubgraphSchema, problems: &mut Vec<DataProblem>) -> DataFile {
    let mut data_file = DataFile::default();
    let empty = Map::new();
    let Some(file) = object_at(file, "", "an object with roots, entities, defaults", problems) else {
        return data_file;
    };
    for name in file.keys().filter(|name| !SECTIONS.contains(&name.as_str())) {
        problems.push(DataProblem {
            pointer: pointer("", name),
            problem: format!("unknown section `{name}`"),
            advice: nearest_name(name, SECTIONS.into_iter()),
        });
    }
    match file.get("invent") {
        None => {}
        Some(Value::Bool(invent)) => data_file.invent = *invent,
        Some(_) => problems.push(DataProblem {
            pointer: "/invent".to_owned(),
            problem: "expected true or false".to_owned(),
            advice: "false turns missing values into errors, true (the default) invents them".to_owned(),
        }),
    }
    let mut section = |name: &str, wants: &str| {
        let value = file.get(name)?;
        object_at(value, &format!("/{name}"), wants, problems)
    };
    let entities = section("entities", "an object with a list of records for each type").unwrap_or(&empty);
    let roots = section("roots", "an object with an object for each root type").unwrap_or(&empty);
    let defaults = section("defaults", "an object with an object for each type").unwrap_or(&empty);
    let events = section("events", "an object with a list of values");

    data_file.index = RecordIndex::build(entities, schema, problems);
    let mut reader = GivenReader::new(schema, entities, &data_file.index, problems);
    let records = read_records(entities, &mut reader);
    let roots = read_objects("roots", roots, &mut reader);
    let defaults = read_objects("defaults", defaults, &mut reader);
    let events = Events::read(events, &mut reader);
    DataFile { records, roots, defaults, events, ..data_file }
}

fn read_records<'a>(
    entities: &'a Map<String, Value>,
    reader: &mut GivenReader<'a>,
) -> HashMap<String, Vec<GivenObject>> {
    let mut all = HashMap::new();
    for (type_name, records) in entities {
        // Wrong type names and shapes are the index's findings.
        let (Value::Array(records), Some(_)) = (records, reader.schema.graphql.get_object(type_name)) else { continue };
        let at = pointer("/entities", type_name);
        let read = |(position, record): (usize, &'a Value)| match record {
            Value::Object(fields) => reader.record(&format!("{at}/{position}"), type_name, fields),
            _ => GivenObject::default(),
        };
        all.insert(type_name.clone(), records.iter().enumerate().map(read).collect());
    }
    all
}

fn read_objects<'a>(
    section: &str,
    objects: &'a Map<String, Value>,
    reader: &mut GivenReader<'a>,
) -> HashMap<String, GivenObject> {
    let mut all = HashMap::new();
    for (type_name, fields) in objects {
        let at = pointer(&format!("/{section}"), type_name);
        let is_root = section == "roots";
        let schema = reader.schema;
        if schema.graphql.get_object(type_name).is_none() || is_root && !schema.is_root(type_name) {
            reader.unknown_type(&at, type_name, is_root);
        } else if let Value::Object(fields) = fields {
            all.insert(type_name.clone(), reader.record(&at, type_name, fields));
        } else {
            reader.problem(&at, "expected an object".to_owned(), format!("list the fields of {type_name} in it"));
        }
    }
    all
}

fn object_at<'a>(
    value: &'a Value,
    at: &str,
    wants: &str,
    problems: &mut Vec<DataProblem>,
) -> Option<&'a Map<String, Value>> {
    let object = value.as_object();
    if object.is_none() {
        problems.push(DataProblem {
            pointer: at.to_owned(),
            problem: format!("expected an object, found {}", kind_of(value)),
            advice: format!("write {wants}"),
        });
    }
    object
}

/// A step down in a JSON pointer (RFC 6901).
pub(crate) fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn without_place(text: &str) -> String {
    text.split(" at line ").next().unwrap_or(text).to_owned()
}
