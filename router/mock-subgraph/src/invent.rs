//! Invented values. They follow from a type, a field and a number alone, and the number from an entity's key: two
//! mocks of one supergraph, or two fetches of one entity, agree.

use apollo_compiler::{Name, Schema, ast::FieldDefinition, schema::ExtendedType};
use serde_json::{Value, json};

/// Below this many invented objects, lists are empty and nullable objects null, so that cycles of types end.
pub(crate) const DEPTH_MAX: u8 = 5;

/// How many items an invented list has.
pub(crate) const LIST_LENGTH: u64 = 2;

/// The number of an entity: the digits that its key ends in, or else one made from all of the key.
pub(crate) fn number_of(key: &Value) -> u64 {
    let text = crate::field_set::leaf_text(key);
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    match text[text.len() - digits..].parse() {
        Ok(number) if digits <= 6 => number,
        _ => hash(&[&text]) % 1000 + 1,
    }
}

/// The number of the n-th item of a list that belongs to an object with `number`.
pub(crate) fn item_number(number: u64, position: u64) -> u64 {
    number.saturating_sub(1).wrapping_mul(LIST_LENGTH) % 100_000 + position + 1
}

/// Which of the types that an abstract type can be.
pub(crate) fn alternate<T>(possible: &[T], number: u64) -> Option<&T> {
    let position = number.saturating_sub(1) % possible.len().max(1) as u64;
    possible.get(usize::try_from(position).unwrap_or_default())
}

/// The type that an entity of an interface has, by the prefix that invented ids carry, or else by number.
pub(crate) fn concrete_type<'a>(possible: &'a [Name], key: &str, number: u64) -> Option<&'a Name> {
    let prefix = key.rsplit_once('-').map(|(prefix, _)| prefix).unwrap_or_default();
    let named = possible.iter().find(|name| name.to_ascii_lowercase() == prefix);
    named.or_else(|| alternate(possible, number))
}

/// A value for a leaf field. `inputs` is what `@requires` brought, so that the value shows that it arrived.
pub(crate) fn leaf(schema: &Schema, parent: &str, field: &FieldDefinition, number: u64, inputs: &str) -> Value {
    let type_name = field.ty.inner_named_type().as_str();
    let hash = hash(&[parent, &field.name, &number.to_string(), inputs]);
    let suffix = if inputs.is_empty() { String::new() } else { format!(" of {inputs}") };
    match type_name {
        "ID" if field.name == "id" => json!(format!("{}-{number}", parent.to_ascii_lowercase())),
        "ID" | "String" => json!(format!("{}-{number}{suffix}", field.name)),
        "Int" if field.name == "id" => json!(number % 1_000_000),
        "Int" => json!(hash % 100),
        "Float" => json!((hash % 1000) as f64 / 10.0),
        "Boolean" => json!(hash.is_multiple_of(2)),
        _ => match schema.types.get(type_name) {
            Some(ExtendedType::Enum(definition)) => {
                let values: Vec<&str> = definition.values.keys().map(Name::as_str).collect();
                json!(alternate(&values, hash % 1000 + 1))
            }
            _ => custom_scalar(type_name, field, number, hash),
        },
    }
}

/// Custom scalars say nothing about their form; their names often do.
fn custom_scalar(type_name: &str, field: &FieldDefinition, number: u64, hash: u64) -> Value {
    let name = type_name.to_ascii_lowercase();
    let day = hash % 28 + 1;
    if name.contains("datetime") || name.contains("timestamp") || name.contains("instant") {
        json!(format!("2026-01-{day:02}T12:00:00Z"))
    } else if name.contains("date") {
        json!(format!("2026-01-{day:02}"))
    } else if name.contains("time") {
        json!(format!("12:{day:02}:00"))
    } else if name.contains("json") || name.contains("object") || name.contains("map") {
        json!({ field.name.as_str(): number })
    } else if name.contains("int") || name.contains("long") {
        json!(hash % 100)
    } else if name.contains("decimal") {
        json!(format!("{}.50", hash % 100))
    } else if name.contains("ur") && name.len() == 3 {
        json!(format!("https://example.com/{}-{number}", field.name))
    } else {
        json!(format!("{}-{number}", field.name))
    }
}

/// FNV-1a: the same on every machine and in every version.
fn hash(parts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    // The low bits of FNV differ little for short texts.
    hash ^ (hash >> 32)
}
