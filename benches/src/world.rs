//! Invented data behind the stubs: records with fields, found by the fields that are keys.

use std::borrow::Cow;

use hashbrown::HashMap;

/// Index of a record in the world.
pub type RecordId = usize;

/// Names are constants where data is written by hand, and text where it is generated.
pub type Name = Cow<'static, str>;

pub const ROOT: RecordId = 0;

/// One object, whichever subgraphs its fields come from.
#[derive(Debug)]
pub struct Record {
    pub type_name: Name,
    fields: Vec<(Name, FieldValue)>,
}

/// What a field holds.
#[derive(Debug)]
pub enum FieldValue {
    /// JSON text.
    Leaf(String),
    One(RecordId),
    Many(Vec<RecordId>),
}

/// All records; the first is the query root.
#[derive(Debug, Default)]
pub struct World {
    records: Vec<Record>,
    /// By type, field and JSON text.
    by_key: HashMap<String, HashMap<String, HashMap<String, RecordId>>>,
}

impl Record {
    pub fn new(type_name: impl Into<Name>, fields: Vec<(Name, FieldValue)>) -> Record {
        Record { type_name: type_name.into(), fields }
    }

    pub fn field(&self, name: &str) -> Option<&FieldValue> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// The JSON text of a leaf.
    pub fn leaf(&self, name: &str) -> Option<&str> {
        match self.field(name)? {
            FieldValue::Leaf(text) => Some(text),
            FieldValue::One(_) | FieldValue::Many(_) => None,
        }
    }
}

impl World {
    /// `keys` are the fields by which records of a type are looked up.
    pub fn new<'keys>(records: Vec<Record>, keys: impl Iterator<Item = (&'keys str, &'keys str)>) -> World {
        let mut by_key = HashMap::<String, HashMap<String, HashMap<String, RecordId>>>::new();
        for (type_name, field) in keys {
            by_key.entry_ref(type_name).or_default().entry_ref(field).or_default();
        }
        for (id, record) in records.iter().enumerate() {
            let Some(fields) = by_key.get_mut(record.type_name.as_ref()) else { continue };
            for (field, ids) in fields {
                if let Some(text) = record.leaf(field) {
                    ids.insert(text.to_owned(), id);
                }
            }
        }
        World { records, by_key }
    }

    pub fn record(&self, id: RecordId) -> &Record {
        &self.records[id]
    }

    /// The record whose key field holds this JSON text.
    pub fn find(&self, type_name: &str, field: &str, text: &str) -> Option<RecordId> {
        self.by_key.get(type_name)?.get(field)?.get(text).copied()
    }
}
