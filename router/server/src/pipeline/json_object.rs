//! A JSON object one level deep: names, and values as they were sent. Of members with the same name the last counts.

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// Members sorted by name, those with the same name in the order they were sent.
#[derive(Debug, Default)]
pub(crate) struct JsonObject<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> JsonObject<'a> {
    pub(crate) fn read(json: &'a str) -> serde_json::Result<JsonObject<'a>> {
        let mut object: JsonObject<'a> = serde_json::from_str(json)?;
        object.0.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(object)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let end = self.0.partition_point(|(known, _)| known.as_ref() <= name);
        let (known, value) = self.0.get(end.checked_sub(1)?)?;
        (known == name).then_some(*value)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }
}

impl<'de> Deserialize<'de> for JsonObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> de::Visitor<'de> for Members {
    type Value = JsonObject<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<JsonObject<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(TextKey(name)) = entries.next_key()? {
            members.push((name, entries.next_value()?));
        }
        Ok(JsonObject(members))
    }
}

/// Borrows a name that has no escapes.
struct TextKey<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for TextKey<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);
        Borrowed::deserialize(deserializer).map(|text| TextKey(text.0))
    }
}
