//! Finds the record that a representation means.

use crate::{
    counters::Counters,
    field_set::{given_value, true_value},
    world::{RecordIndex, SubgraphIndex, Value, World},
};
use serde_json::Value as Json;
use std::collections::HashMap;

/// Records by type, key and the key's value as text.
#[derive(Debug, Default)]
pub(super) struct KeyIndex {
    records: HashMap<(String, usize), HashMap<String, RecordIndex>>,
}

impl KeyIndex {
    pub(super) fn new(world: &World) -> KeyIndex {
        let mut index = KeyIndex::default();
        for (record, known) in world.records.iter().enumerate() {
            for (key, fields) in world.objects[&known.type_name].keys.iter().enumerate() {
                let text = true_value(world, record, fields, &|record, name, _| {
                    world.records[record].values.get(name).cloned().unwrap_or(Value::Null)
                });
                let by_text = index.records.entry((known.type_name.clone(), key)).or_default();
                by_text.insert(text.to_string(), record);
            }
        }
        index
    }

    /// The record, though the subgraph may not have it.
    pub(super) fn find(
        &self,
        world: &World,
        subgraph: SubgraphIndex,
        (representation, counters): (&Json, &Counters),
    ) -> Result<RecordIndex, String> {
        let typename = representation["__typename"].as_str().ok_or("a representation has no `__typename`")?;
        let record = if world.interfaces.contains_key(typename) {
            counters.saw("interface object: asked for the interface");
            self.find_by_interface(world, subgraph, (typename, representation))?
        } else {
            self.find_by_object(world, subgraph, (typename, representation), counters)?
        };
        Ok(record)
    }

    fn find_by_interface(
        &self,
        world: &World,
        subgraph: SubgraphIndex,
        (typename, representation): (&str, &Json),
    ) -> Result<RecordIndex, String> {
        let interface = &world.interfaces[typename];
        let is_known = interface
            .entity
            .as_ref()
            .is_some_and(|entity| entity.home == subgraph || entity.object_sides.contains(&subgraph));
        if !is_known {
            return Err(format!("{typename} is no entity interface here"));
        }
        let fields = crate::field_set::FieldSet::leaf("id");
        let key = given_value(representation, &fields).map_err(|text| format!("{text} in {representation}"))?;
        interface
            .members
            .iter()
            .find_map(|member| self.records.get(&(member.clone(), 0))?.get(&key.to_string()).copied())
            .ok_or_else(|| format!("there is no entity {representation}"))
    }

    fn find_by_object(
        &self,
        world: &World,
        subgraph: SubgraphIndex,
        (typename, representation): (&str, &Json),
        counters: &Counters,
    ) -> Result<RecordIndex, String> {
        let object = world.objects.get(typename).ok_or_else(|| format!("there is no entity type {typename}"))?;
        let presence = object.presence.get(&subgraph).ok_or_else(|| format!("{typename} is not known here"))?;
        for key in presence.keys.iter().filter(|key| key.is_resolvable) {
            let fields = &object.keys[key.key];
            let Ok(given) = given_value(representation, fields) else { continue };
            counters.saw(match (fields.is_nested(), fields.0.len()) {
                (true, _) => "key: nested",
                (false, 1) => "key: single",
                (false, _) => "key: composite",
            });
            if presence.keys.len() > 1 {
                counters.saw("key: of types with several");
            }
            let known = self.records.get(&(typename.to_owned(), key.key));
            return known
                .and_then(|known| known.get(&given.to_string()).copied())
                .ok_or_else(|| format!("there is no entity {representation}"));
        }
        Err(format!("{representation} has no key that is resolvable here"))
    }
}
