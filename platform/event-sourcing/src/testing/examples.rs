//! `schema/events`: an example and a JSON Schema of every version of every event, `<context>.<aggregate>.<event>.v<N>`.
//!
//! Whoever publishes an event writes both, from a test with `UPDATE_EXPECT=1`; whoever consumes it reads the example in a
//! test. An example that is there is never written again: stored events are not either. What changes the form of a
//! content so that the example is no longer accepted is a new version.

use super::{accepting, schemas};
use crate::{Actor, Aggregate, Cause, Command, DomainEvent, IdSource, Published, RecordedEvent, StoredEvent, upcasted};
use chrono::DateTime;
use hansa_values::Id;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// An event with what is made up and the schema of its content.
#[derive(Debug)]
pub struct Example {
    event: RecordedEvent,
    schema: Value,
}

impl Example {
    /// Of an event whose content is an `E`: the enum of the aggregate, or the struct of this one event.
    pub fn of<E: JsonSchema>(event: DomainEvent) -> Example {
        let name = format!("{}.{}.{}", event.aggregate, event.event_type, event.event_version);
        let seed = name.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let command = Command {
            operation: "example",
            actor: Actor { user: Some(Id::from_uuid(Uuid::from_u128(1))), tenant: event.tenant, key: None },
            now: chrono::DateTime::from_timestamp_micros(1_767_323_045_678_901).expect("it is a time"),
            ids: IdSource::sequence(1_767_323_045_678, seed),
            traceparent: Some("00-11112222333344445555666677778888-1111222233334444-01".to_owned()),
            idempotency_key: None,
            cause: Cause::default(),
        };
        let event = event.recorded(&command);
        let schema = schemas::of_event::<E>(&event);
        Example { event, schema }
    }

    fn kind(&self) -> (&str, &str, u16) {
        (&self.event.aggregate, &self.event.event_type, self.event.event_version)
    }
}

/// Checks that there is an example and a schema of every event that `context` publishes, and of no other; that the
/// examples in the repository are accepted by the schemas of today; and that the schemas there are those of today. With
/// `UPDATE_EXPECT=1`, writes examples that are missing, and schemas.
///
/// # Panics
/// With everything that is not so.
pub fn published(context: &str, published: &[Published], examples: impl IntoIterator<Item = Example>) {
    let examples: Vec<Example> = examples.into_iter().collect();
    let may_write = std::env::var_os("UPDATE_EXPECT").is_some();
    let findings = findings(&folder(), (context, published), &examples, may_write);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// The example of an event that a context hears, such as `catalog.product.published.v1`.
///
/// # Panics
/// Where nobody publishes it.
pub fn consumed(name: &str) -> RecordedEvent {
    let file = folder().join(format!("{name}.json"));
    let text = fs::read_to_string(&file);
    let text = text.unwrap_or_else(|error| {
        panic!("schema/events/{name}.json: {error}; its publisher's tests write it, with UPDATE_EXPECT=1")
    });
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("schema/events/{name}.json is no event: {error}"))
}

/// Whether somebody who hears an event can read it.
///
/// # Errors
/// What is wrong with it.
pub fn reads<T: DeserializeOwned>(event: &RecordedEvent) -> Result<(), String> {
    T::deserialize(&event.content).map(drop).map_err(|error| error.to_string())
}

/// An event of another context, made up by a test: the first of its stream, of no tenant.
pub fn made_up((aggregate, stream_id): (&str, String), event_type: &str, content: Value) -> RecordedEvent {
    RecordedEvent {
        event_id: IdSource::random().uuid(),
        aggregate: aggregate.to_owned(),
        stream_id,
        stream_version: 1,
        tenant: None,
        event_type: event_type.to_owned(),
        event_version: 1,
        content,
        recorded_at: DateTime::UNIX_EPOCH,
        actor: "-/-".to_owned(),
        operation: "orderPlace".to_owned(),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        correlation_id: Some(Uuid::from_u128(77)),
        causation_id: None,
    }
}

/// Checks that an aggregate reads every example of its events, those of retired versions too.
///
/// # Panics
/// With everything that it does not read, or where there is no example at all.
pub fn readable<A: Aggregate>(context: &str) {
    let prefix = format!("{context}.{}.", A::NAME);
    let names: Vec<String> = example_names(&folder()).into_iter().filter(|name| name.starts_with(&prefix)).collect();
    assert!(!names.is_empty(), "there is no schema/events/{prefix}*.json");
    let known = |event_type: &str| {
        let steps = A::UPCASTERS.iter().filter(|step| step.event_type == event_type);
        steps.map(|step| step.from_version + 1).max().unwrap_or(1)
    };
    let findings: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let RecordedEvent { event_type, event_version, content, .. } = consumed(name);
            let content = upcasted(A::UPCASTERS, (&event_type, event_version), known(&event_type), content);
            let read = content.and_then(|content| A::Event::read(&event_type, content));
            read.err().map(|error| format!("schema/events/{name}.json: {error:?}"))
        })
        .collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn findings(
    folder: &Path,
    (context, published): (&str, &[Published]),
    examples: &[Example],
    may_write: bool,
) -> Vec<String> {
    let declared: BTreeSet<(&str, &str, u16)> = published
        .iter()
        .flat_map(|of| of.events.iter().map(|(event_type, version)| (of.aggregate, *event_type, *version)))
        .collect();
    let shown: BTreeSet<(&str, &str, u16)> = examples.iter().map(Example::kind).collect();
    let name =
        |(aggregate, event_type, version): &(&str, &str, u16)| format!("{context}.{aggregate}.{event_type}.v{version}");
    let missing = declared.difference(&shown).map(|kind| format!("{}: the test has no example", name(kind)));
    let others = shown.difference(&declared).map(|kind| format!("{}: is not among what is published", name(kind)));
    let mut findings: Vec<String> = missing.chain(others).collect();
    for example in examples {
        let name = name(&example.kind());
        findings.extend(checked_example(folder, &name, example, may_write).err());
        findings.extend(checked_schema(folder, &name, &example.schema, may_write).err());
    }
    findings
}

fn checked_example(folder: &Path, name: &str, example: &Example, may_write: bool) -> Result<(), String> {
    let file = folder.join(format!("{name}.json"));
    let found = match fs::read_to_string(&file) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{name}.json is no JSON: {error}"))?,
        Err(_) if may_write => {
            let event = serde_json::to_value(&example.event).expect("an envelope serialises");
            write(&file, &event)?;
            event
        }
        Err(error) => return Err(format!("{name}.json: {error}; UPDATE_EXPECT=1 writes it")),
    };
    accepting::accepted(&example.schema, &found).map_err(|why| {
        format!(
            "{name}.json is not what is published any more: {why}. Published events do not change: make the field \
             optional, or raise the version, and keep the example"
        )
    })
}

fn checked_schema(folder: &Path, name: &str, schema: &Value, may_write: bool) -> Result<(), String> {
    let file = folder.join(format!("{name}.schema.json"));
    if may_write {
        return write(&file, schema);
    }
    match fs::read_to_string(&file) {
        Ok(found) if found == text(schema) => Ok(()),
        Ok(_) => Err(format!("{name}.schema.json is not the schema of today; UPDATE_EXPECT=1 writes it")),
        Err(error) => Err(format!("{name}.schema.json: {error}; UPDATE_EXPECT=1 writes it")),
    }
}

fn write(file: &Path, json: &Value) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    fs::create_dir_all(file.parent().expect("it is in a folder")).map_err(failed)?;
    fs::write(file, text(json)).map_err(failed)
}

/// Names of the examples in a folder, without `.json`; sorted.
fn example_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter(|name| !name.ends_with(".schema.json"))
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    names
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/events")
}

/// With sorted keys, whatever order the build's JSON library keeps.
fn text(json: &Value) -> String {
    let mut text = serde_json::to_string_pretty(&sorted(json)).expect("JSON is written as JSON");
    text.push('\n');
    text
}

fn sorted(json: &Value) -> Value {
    match json {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            Value::Object(keys.into_iter().map(|key| (key.clone(), sorted(&fields[key]))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
