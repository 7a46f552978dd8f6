//! The JSON Schema of one kind of event: its envelope, with the schema of its content in it.

use super::accepting;
use crate::RecordedEvent;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The part of `E`'s schema that is about this event, in its envelope.
pub(super) fn of_event<E: JsonSchema>(event: &RecordedEvent) -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut envelope = generator.root_schema_for::<RecordedEvent>().to_value();
    let content = generator.subschema_for::<E>().to_value();
    let definitions = generator.take_definitions(true);
    let content = branch_of(content, &definitions, &event.content);
    let RecordedEvent { aggregate, event_type, event_version, .. } = event;
    envelope["title"] = json!(format!("{aggregate}.{event_type}, version {event_version}"));
    envelope["description"] = json!("An event in its envelope.");
    envelope["properties"]["content"] = content;
    for (field, value) in
        [("aggregate", json!(aggregate)), ("event_type", json!(event_type)), ("event_version", json!(event_version))]
    {
        envelope["properties"][field] = json!({ "const": value });
    }
    let used = used_definitions(&envelope, &definitions);
    let used: Map<String, Value> = definitions.into_iter().filter(|(name, _)| used.contains(name)).collect();
    match used.is_empty() {
        true => envelope.as_object_mut().and_then(|fields| fields.remove("$defs")),
        false => envelope.as_object_mut().and_then(|fields| fields.insert("$defs".to_owned(), Value::Object(used))),
    };
    envelope
}

/// Where a schema is an enum's, the variant that accepts the content.
fn branch_of(schema: Value, definitions: &Map<String, Value>, content: &Value) -> Value {
    let root = json!({ "$defs": definitions });
    let followed = accepting::followed(&root, &schema);
    let branches = ["oneOf", "anyOf"].iter().find_map(|key| followed.get(key)?.as_array());
    let found = branches.and_then(|branches| {
        branches.iter().find(|branch| accepting::accepted_in(&root, branch, content).is_ok()).cloned()
    });
    found.unwrap_or(schema)
}

/// Names of the definitions that a schema uses, also through others.
fn used_definitions(schema: &Value, definitions: &Map<String, Value>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut open = vec![schema];
    while let Some(next) = open.pop() {
        match next {
            Value::Object(fields) => {
                let name = fields.get("$ref").and_then(Value::as_str).and_then(accepting::definition_name);
                if let Some(name) = name.filter(|name| used.insert((*name).to_owned())) {
                    open.extend(definitions.get(name));
                }
                open.extend(fields.iter().filter(|(key, _)| *key != "$defs").map(|(_, field)| field));
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    used
}
