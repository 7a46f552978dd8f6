//! Settings before they are typed: a tree in which every key and value knows where it was written, so that a wrong one
//! can be shown to whoever wrote it.

use crate::{
    mistake::Mistake,
    tree_deserializer::{Misfit, TreeDeserializer},
};
use serde::{Deserialize, Deserializer, de};
use serde_saphyr::Spanned;
use std::{fmt, path::Path, sync::Arc};

/// Nobody reads more.
const MISTAKES_MAX: usize = 100;

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
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

/// A value, with what is under it.
#[derive(Debug, Clone)]
pub struct Node {
    pub place: Place,
    pub value: Value,
}

/// What YAML knows, and text of which it is not known yet what it stands for.
#[derive(Debug, Clone)]
pub enum Value {
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

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub key_place: Place,
    pub node: Node,
}

impl Node {
    /// Nothing written yet, at `place`.
    pub fn empty_map(place: Place) -> Node {
        Node { place, value: Value::Map(Vec::new()) }
    }

    /// Reads YAML; `path` names it in messages. An empty text is an empty map.
    pub fn from_yaml(text: &str, path: &Path) -> Result<Node, Mistake> {
        let tree: Result<Option<Spanned<YamlValue>>, _> = serde_saphyr::from_str(text);
        let path: Arc<Path> = path.into();
        match tree {
            Ok(Some(tree)) => Ok(located(tree, &path)),
            Ok(None) => Ok(Node::empty_map(Place::File { path, line: 1, column: 1 })),
            Err(error) => Err(Mistake::yaml(&path, error)),
        }
    }

    /// Gives the settings their types, or the first mistake.
    pub fn typed<T: de::DeserializeOwned>(&self) -> Result<T, Mistake> {
        T::deserialize(TreeDeserializer(self)).map_err(|misfit| Mistake::of_misfit(misfit, self))
    }

    /// Gives the settings their types and finds all mistakes: what is wrong is left out of the result. Without a result
    /// when the whole tree is wrong, or there are too many mistakes to be of use.
    pub fn typed_with_mistakes<T: de::DeserializeOwned>(&self) -> (Option<T>, Vec<Mistake>) {
        let mut rest = self.clone();
        let mut mistakes = Vec::new();
        loop {
            let misfit: Misfit = match T::deserialize(TreeDeserializer(&rest)) {
                Ok(typed) => return (Some(typed), mistakes),
                Err(misfit) => misfit,
            };
            let keys = misfit.keys();
            mistakes.push(Mistake::of_misfit(misfit, self));
            if !rest.remove(&keys) || mistakes.len() == MISTAKES_MAX {
                return (None, mistakes);
            }
        }
    }

    /// Puts `text` at a path of keys, making maps on the way and replacing what was there. What is no map where one
    /// belongs stays, to be refused: replacing it would hide the mistake.
    pub fn set(&mut self, keys: &[&str], text: &str, place: &Place) {
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

    /// Takes out what is at a path of keys, or as far along it as there are maps.
    fn remove(&mut self, keys: &[String]) -> bool {
        let (Some((key, rest)), Value::Map(entries)) = (keys.split_first(), &mut self.value) else { return false };
        let Some(index) = entries.iter().position(|entry| entry.key == *key) else { return false };
        if !entries[index].node.remove(rest) {
            entries.remove(index);
        }
        true
    }

    /// What is under a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|entry| entry.key == key)
    }

    /// What is at a path of keys.
    pub fn value_at<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Option<&Node> {
        keys.into_iter().try_fold(self, |node, key| node.get(key).map(|entry| &entry.node))
    }

    /// The place of a path of keys, or of its nearest ancestor that was written.
    pub fn place_of<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Option<&Place> {
        let mut node = self;
        let mut place = None;
        for key in keys {
            let Some(entry) = node.get(key) else { break };
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
