//! `_entities`: from representations to entities, each for itself.

use super::{Fault, Frame, Object, Resolved};
use crate::{MockSubgraph, invent, sdl::Key};
use serde_json::{Map, Value};
use std::borrow::Cow;

impl MockSubgraph {
    pub(super) fn resolve_entities<'a>(&'a self, frame: &'a Frame<'a>) -> Resolved<'a> {
        let representations = frame.arguments.get("representations").and_then(Value::as_array);
        let entity = |value: &'a Value| self.resolve_entity(value).unwrap_or_else(Resolved::Fault);
        Resolved::List(representations.map(Vec::as_slice).unwrap_or_default().iter().map(entity).collect())
    }

    /// The entity that a representation names; null if the data lists entities of its type but not this one.
    fn resolve_entity<'a>(&'a self, representation: &'a Value) -> Result<Resolved<'a>, Fault> {
        let Value::Object(representation) = representation else {
            return Err(Fault::new(format!("a representation is an object, not {representation}")));
        };
        let Some(type_name) = representation.get("__typename").and_then(Value::as_str) else {
            return Err(Fault::new("a representation needs `__typename`".to_owned()));
        };
        let possible = self.schema.possible_types(type_name);
        let keys: Vec<&Key> = self.schema.keys(type_name).iter().filter(|key| key.resolvable).collect();
        if possible.is_empty() || keys.is_empty() {
            return Err(Fault::new(format!(
                "subgraph \"{}\" has no entity type `{type_name}` with a resolvable key",
                self.name()
            )));
        }
        let complete = complete_keys(&keys, representation);
        let Some((first_key, _)) = complete.first() else {
            let sets: Vec<String> = keys.iter().map(|key| key.fields.names().join(" ")).collect();
            return Err(Fault::new(format!(
                "the representation of {type_name} has none of its keys ({})",
                sets.join("; ")
            )));
        };
        let ids = complete.iter().filter_map(|(key, text)| self.data_file.record_by_key(type_name, &key.fields, text));
        if let Some(record) = ids.filter_map(|id| self.data_file.record(id)).next() {
            let number = record.number.unwrap_or(1);
            let object = Object::bare(&record.type_name, number, 0);
            return Ok(Resolved::Object(Object { supplied: Some(representation), record: Some(record), ..object }));
        }
        if self.data_file.has_records_of(&self.schema, type_name) || !self.data_file.invent {
            return Ok(Resolved::Json(Cow::Owned(Value::Null)));
        }
        let value = first_key.fields.names().into_iter().find_map(|name| representation.get(name));
        let number = value.map_or(1, invent::number_of);
        let text = value.and_then(Value::as_str).unwrap_or_default();
        let concrete = invent::concrete_type(possible, text, number);
        let concrete = concrete.ok_or_else(|| Fault::new(format!("nothing implements {type_name}")))?;
        Ok(Resolved::Object(Object { supplied: Some(representation), ..Object::bare(concrete, number, 0) }))
    }
}

/// The keys that the representation has all fields of, each with the text of its values.
fn complete_keys<'a>(keys: &[&'a Key], representation: &Map<String, Value>) -> Vec<(&'a Key, String)> {
    let text = |key: &'a Key| key.fields.text_of(representation, &Value::as_object).ok().map(|text| (key, text));
    keys.iter().filter_map(|key| text(key)).collect()
}
