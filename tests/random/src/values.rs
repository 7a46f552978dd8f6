//! What fields give, beyond what is stored: echoes of arguments, slices, look-ups, computed texts, mutations.

use crate::{
    field_set::true_value,
    world::{Field, RecordIndex, Source, SubgraphIndex, Value, World},
};
use serde_json::{Map, Value as Json};

/// The number that all mutations of one request change; their order shows in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ledger(u32);

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger(17)
    }
}

impl Ledger {
    fn enter(&mut self, text: &str) {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(16_777_619);
        }
    }
}

/// The true value of a field, as any of its resolvers gives it.
pub(crate) fn field_value(
    world: &World,
    record: RecordIndex,
    name: &str,
    arguments: &Map<String, Json>,
    ledger: &mut Ledger,
) -> Value {
    let holder = &world.records[record];
    let Some(field) = world.field(&holder.type_name, name) else { return Value::Null };
    let stored = holder.values.get(name).cloned().unwrap_or(Value::Null);
    match field.source {
        Source::Stored => stored,
        Source::Echo => match stored {
            Value::Leaf(Json::String(text)) => Value::Leaf(Json::String(format!("{text}|{}", text_of(arguments)))),
            other => other,
        },
        Source::Revision => match stored {
            Value::Leaf(Json::String(text)) => Value::Leaf(Json::String(format!("{text}|{}", ledger.0))),
            other => other,
        },
        Source::Slice => match (stored, arguments.get("first").and_then(Json::as_u64)) {
            (Value::List(mut items), Some(first)) => {
                items.truncate(first as usize);
                Value::List(items)
            }
            (stored, _) => stored,
        },
        Source::Lookup => look_up(world, field, arguments),
        Source::Computed => {
            let inputs = requires_of(field).map(|(_, inputs)| {
                true_value(world, record, inputs, &|record, name, arguments| {
                    field_value(world, record, name, arguments, &mut Ledger::default())
                })
            });
            Value::Leaf(computed_text(name, &inputs.unwrap_or_default()))
        }
        Source::Mutation => mutate(world, field, name, (stored, arguments), ledger),
    }
}

fn mutate(
    world: &World,
    field: &Field,
    name: &str,
    (stored, arguments): (Value, &Map<String, Json>),
    ledger: &mut Ledger,
) -> Value {
    if matches!(stored, Value::Failed(_)) {
        return stored;
    }
    ledger.enter(name);
    ledger.enter(&text_of(arguments));
    if world.is_leaf(field.ty.name()) { Value::Leaf(Json::from(ledger.0 & 0x7fff_ffff)) } else { stored }
}

fn look_up(world: &World, field: &Field, arguments: &Map<String, Json>) -> Value {
    let wanted = Some(arguments.get("id").cloned().unwrap_or_default());
    let resolver = field.only_resolver();
    let found = world.records.iter().position(|record| {
        let is_wanted = record.type_name == field.ty.name()
            && matches!((record.values.get("id"), &wanted), (Some(Value::Leaf(id)), Some(wanted)) if id == wanted);
        is_wanted && !resolver.is_some_and(|resolver| record.missing_in.contains_key(&resolver))
    });
    found.map_or(Value::Null, Value::Record)
}

pub(crate) fn requires_of(field: &Field) -> Option<(SubgraphIndex, &crate::field_set::FieldSet)> {
    field.placements.iter().find_map(|(subgraph, placement)| Some((*subgraph, placement.requires.as_ref()?)))
}

pub(crate) fn computed_text(field: &str, inputs: &Json) -> Json {
    Json::String(format!("{field}({inputs})"))
}

fn text_of(arguments: &Map<String, Json>) -> String {
    Json::Object(arguments.clone()).to_string()
}
