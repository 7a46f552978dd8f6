//! Settings before they are typed: a tree in which every key and value knows where it was written, so that a wrong one
//! can be shown to whoever wrote it.

use serde::{Deserialize, Deserializer, de};
use serde_saphyr::Spanned;
use std::{fmt, path::Path, sync::Arc};

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    File { path: Arc<Path>, line: u64, column: u64 },
    Variable(String),
    Flag(String),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File { path, line, column } => write!(formatter, "{}:{line}:{column}", path.display()),
            Place::Variable(name) => write!(formatter, "environment variable {name}"),
            Place::Flag(name) => write!(formatter, "flag {name}"),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// From the environment or a flag, where nothing but text can be written: the setting decides its type.
    Untyped(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_place: Place,
    pub(super) node: Node,
}

impl Node {
    pub(super) fn empty_map(place: Place) -> Node {
        Node { place, value: Value::Map(Vec::new()) }
    }

    /// Reads YAML. An empty text is an empty map.
    pub(super) fn from_yaml(text: &str, path: &Path) -> Result<Node, Box<serde_saphyr::Error>> {
        let path: Arc<Path> = path.into();
        let tree: Option<Spanned<YamlValue>> = serde_saphyr::from_str(text).map_err(Box::new)?;
        match tree {
            Some(tree) => Ok(located(tree, &path)),
            None => Ok(Node::empty_map(Place::File { path, line: 1, column: 1 })),
        }
    }

    /// Puts `text` at a path of keys, making maps on the way and replacing what was there. What is no map where one
    /// belongs stays, to be refused: replacing it would hide the mistake.
    pub(super) fn set(&mut self, keys: &[&str], text: &str, place: &Place) {
        let Some((key, rest)) = keys.split_first() else {
            *self = Node { place: place.clone(), value: Value::Untyped(text.to_owned()) };
            return;
        };
        if matches!(self.value, Value::Null) {
            *self = Node::empty_map(place.clone());
        }
        let Value::Map(entries) = &mut self.value else { return };
        let index = entries.iter().position(|entry| entry.key == *key).unwrap_or_else(|| {
            entries.push(Entry {
                key: (*key).to_owned(),
                key_place: place.clone(),
                node: Node::empty_map(place.clone()),
            });
            entries.len() - 1
        });
        entries[index].node.set(rest, text, place);
    }

    /// The place of a dotted key, or of its nearest ancestor that was written.
    pub(super) fn place_of(&self, dotted_key: &str) -> Option<&Place> {
        let mut node = self;
        let mut place = None;
        for key in dotted_key.split('.') {
            let Value::Map(entries) = &node.value else { break };
            let Some(entry) = entries.iter().find(|entry| entry.key == key) else { break };
            place = Some(&entry.key_place);
            node = &entry.node;
        }
        place
    }
}

fn located(tree: Spanned<YamlValue>, path: &Arc<Path>) -> Node {
    let place_of = |location: &serde_saphyr::Location| Place::File {
        path: path.clone(),
        line: location.line(),
        column: location.column(),
    };
    let value = match tree.value {
        YamlValue::Null => Value::Null,
        YamlValue::Bool(value) => Value::Bool(value),
        YamlValue::Integer(value) => Value::Integer(value),
        YamlValue::Float(value) => Value::Float(value),
        YamlValue::Text(value) => Value::Text(value),
        YamlValue::List(items) => Value::List(items.into_iter().map(|item| located(item, path)).collect()),
        YamlValue::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, node)| Entry {
                    key_place: place_of(&key.referenced),
                    key: key.value,
                    node: located(node, path),
                })
                .collect(),
        ),
    };
    Node { place: place_of(&tree.referenced), value }
}

enum YamlValue {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Spanned<YamlValue>>),
    Map(Vec<(Spanned<String>, Spanned<YamlValue>)>),
}

impl<'de> Deserialize<'de> for YamlValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<YamlValue, D::Error> {
        deserializer.deserialize_any(YamlVisitor)
    }
}

struct YamlVisitor;

impl<'de> de::Visitor<'de> for YamlVisitor {
    type Value = YamlValue;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a setting")
    }

    fn visit_unit<E>(self) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_none<E>(self) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<YamlValue, D::Error> {
        YamlValue::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<YamlValue, E> {
        Ok(YamlValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<YamlValue, E> {
        Ok(YamlValue::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<YamlValue, E> {
        i64::try_from(value).map(YamlValue::Integer).map_err(|_| E::custom("the number is too large"))
    }

    fn visit_f64<E>(self, value: f64) -> Result<YamlValue, E> {
        Ok(YamlValue::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<YamlValue, E> {
        Ok(YamlValue::Text(value.to_owned()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<YamlValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(YamlValue::List(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<YamlValue, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(YamlValue::Map(map))
    }
}
