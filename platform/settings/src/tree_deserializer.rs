//! Types a settings tree. The first thing that does not fit is reported with its key and place.

use crate::tree::{Entry, Node, Place, Value};
use serde::{
    Deserializer,
    de::{
        self, DeserializeSeed, Expected, IntoDeserializer, Unexpected, Visitor,
        value::{MapAccessDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};
use std::fmt;

/// What does not fit, and where.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) reason: Reason,
    /// Keys from the inside out.
    pub(crate) path: Vec<String>,
    pub(crate) place: Option<Place>,
}

#[derive(Debug)]
pub(crate) enum Reason {
    UnknownKey { key: String, expected: Vec<&'static str> },
    UnknownValue { value: String, expected: Vec<&'static str> },
    Other(String),
}

impl Misfit {
    fn new(reason: Reason) -> Misfit {
        Misfit { reason, path: Vec::new(), place: None }
    }

    fn at(mut self, place: &Place) -> Misfit {
        self.place.get_or_insert_with(|| place.clone());
        self
    }

    fn under(mut self, key: &str) -> Misfit {
        self.path.push(key.to_owned());
        self
    }

    /// The path of what does not fit, from the outside in.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.path.iter().rev().cloned().collect();
        if let Reason::UnknownKey { key, .. } = &self.reason {
            keys.push(key.clone());
        }
        keys
    }

    pub(crate) fn dotted_key(&self) -> String {
        let keys: Vec<&str> = self.path.iter().rev().map(String::as_str).collect();
        keys.join(".")
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.reason)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Misfit {
        Misfit::new(Reason::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Misfit {
        let found = match found {
            Unexpected::Unit => "nothing".to_owned(),
            Unexpected::Seq => "a list".to_owned(),
            Unexpected::Map => "a map".to_owned(),
            Unexpected::Str(text) => format!("the text `{text}`"),
            Unexpected::Bool(value) => format!("`{value}`"),
            Unexpected::Signed(number) => format!("the number {number}"),
            Unexpected::Float(number) => format!("the number {number}"),
            other => other.to_string(),
        };
        Misfit::new(Reason::Other(format!("{found} is not {}", wanted(&expected.to_string()))))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Misfit {
        de::Error::invalid_type(found, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Misfit {
        Misfit::new(Reason::UnknownKey { key: field.to_owned(), expected: expected.to_vec() })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Misfit {
        Misfit::new(Reason::UnknownValue { value: variant.to_owned(), expected: expected.to_vec() })
    }
}

/// serde names Rust's types; whoever writes a file does not know them.
fn wanted(expected: &str) -> &str {
    match expected.split(' ').next().unwrap_or_default() {
        "u8" | "u16" | "u32" | "u64" => "a whole number in the right range",
        "struct" => "a section: settings, each with its key",
        "enum" => "exactly one of the possible keys",
        _ => match expected {
            "a sequence" => "a list",
            "a boolean" => "true or false",
            "a string" | "path string" => "a text",
            other => other,
        },
    }
}

#[derive(Clone, Copy)]
pub(crate) struct TreeDeserializer<'a>(pub(crate) &'a Node);

impl<'a> TreeDeserializer<'a> {
    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) | Value::Untyped(text) => visitor.visit_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries { entries: entries.iter(), current: None }),
        }
    }

    /// Text from the environment as the type that the setting wants; `None` for what is typed already.
    fn untyped<T: std::str::FromStr>(self, what: &str) -> Option<Result<T, Misfit>> {
        let Value::Untyped(text) = &self.0.value else { return None };
        let parsed = text.trim().parse();
        Some(parsed.map_err(|_| de::Error::custom(format!("`{text}` is not {what}"))))
    }

    fn located<T>(self, result: Result<T, Misfit>) -> Result<T, Misfit> {
        result.map_err(|misfit| misfit.at(&self.0.place))
    }
}

macro_rules! deserialize_number {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            self.located(match self.untyped::<$type>("a whole number of the right size") {
                Some(number) => number.and_then(|number| visitor.$visit(number)),
                None => self.visit(visitor),
            })
        }
    )*};
}

impl<'de> Deserializer<'de> for TreeDeserializer<'_> {
    type Error = Misfit;

    deserialize_number! {
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_i64 visit_i64 i64,
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.located(match self.untyped::<bool>("true or false") {
            Some(value) => value.and_then(|value| visitor.visit_bool(value)),
            None => self.visit(visitor),
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.located(self.visit(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// `on` and `off` are booleans to some YAML readers and writers; here they are the words of a switch.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let word = match &self.0.value {
            Value::Text(text) | Value::Untyped(text) => text.as_str(),
            Value::Bool(true) => "on",
            Value::Bool(false) => "off",
            Value::Map(entries) if entries.len() == 1 => {
                return self.located(
                    visitor.visit_enum(MapAccessDeserializer::new(Entries { entries: entries.iter(), current: None })),
                );
            }
            _ => return self.deserialize_any(visitor),
        };
        self.located(visitor.visit_enum(StrDeserializer::new(word)))
    }

    /// Lists in the environment are separated by commas.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let Value::Untyped(text) = &self.0.value else {
            return self.deserialize_any(visitor);
        };
        let items: Vec<Node> = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| Node { place: self.0.place.clone(), value: Value::Untyped(item.to_owned()) })
            .collect();
        self.located(visitor.visit_seq(Items(items.iter())))
    }

    /// A section with nothing under it is a section with its defaults.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Null => self.located(visitor.visit_map(Entries { entries: [].iter(), current: None })),
            // serde would take the items for the settings, in the order of their declaration.
            Value::List(_) => self.located(Err(de::Error::invalid_type(Unexpected::Seq, &visitor))),
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct
        map identifier ignored_any
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let Some(node) = self.0.next() else { return Ok(None) };
        seed.deserialize(TreeDeserializer(node)).map(Some)
    }
}

struct Entries<'a> {
    entries: std::slice::Iter<'a, Entry>,
    current: Option<&'a Entry>,
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.current = Some(entry);
        let key: StrDeserializer<'_, Misfit> = entry.key.as_str().into_deserializer();
        let key = seed.deserialize(key);
        key.map(Some).map_err(|misfit| misfit.at(&entry.key_place))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let entry = self.current.take().expect("serde asks for a value only after its key");
        seed.deserialize(TreeDeserializer(&entry.node)).map_err(|misfit| misfit.at(&entry.node.place).under(&entry.key))
    }
}
