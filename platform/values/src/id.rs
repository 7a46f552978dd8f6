//! Ids: `<prefix>_<UUID in Crockford base32>`, a type for each kind of entity.
//! Made as UUIDv7, they sort by time of creation, as text too.

use crate::base32;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
};
use uuid::Uuid;

/// A kind of thing that has ids of its own.
pub trait EntityKind: 'static {
    /// What stands before the underscore: lower-case letters.
    const PREFIX: &'static str;
    /// Name of the GraphQL type.
    const TYPE_NAME: &'static str;
}

/// Why a text is no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("an id of a {type_name} is `{prefix}_` and 26 characters of Crockford's base32")]
    Malformed { type_name: &'static str, prefix: &'static str },
    #[error("this is no id of a {type_name}: it starts with `{found}_`, not with `{prefix}_`")]
    OtherKind { type_name: &'static str, prefix: &'static str, found: String },
}

/// Id of one `K`.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// An id whose kind only its prefix tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyId<'a> {
    pub prefix: &'a str,
    pub uuid: Uuid,
}

/// Marks ids of users.
#[derive(Debug)]
pub struct User;

/// Marks ids of tenants.
#[derive(Debug)]
pub struct Tenant;

pub type UserId = Id<User>;
pub type TenantId = Id<Tenant>;

impl EntityKind for User {
    const PREFIX: &'static str = "user";
    const TYPE_NAME: &'static str = "User";
}

impl EntityKind for Tenant {
    const PREFIX: &'static str = "tenant";
    const TYPE_NAME: &'static str = "Tenant";
}

impl<K> Id<K> {
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Id { uuid, kind: PhantomData }
    }

    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<'a> AnyId<'a> {
    /// Reads an id of any kind; `None` for what is no id at all.
    pub fn parse(text: &'a str) -> Option<AnyId<'a>> {
        let (prefix, rest) = text.rsplit_once('_')?;
        let is_prefix = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let number = is_prefix.then(|| base32::decode(rest)).flatten()?;
        Some(AnyId { prefix, uuid: Uuid::from_u128(number) })
    }
}

impl<K: EntityKind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (type_name, prefix) = (K::TYPE_NAME, K::PREFIX);
        let any = AnyId::parse(text).ok_or(IdError::Malformed { type_name, prefix })?;
        match any.prefix == prefix {
            true => Ok(Id::from_uuid(any.uuid)),
            false => Err(IdError::OtherKind { type_name, prefix, found: any.prefix.to_owned() }),
        }
    }
}

impl<K: EntityKind> fmt::Display for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = base32::encode(self.uuid.as_u128());
        let text = std::str::from_utf8(&text).map_err(|_| fmt::Error)?;
        write!(formatter, "{}_{text}", K::PREFIX)
    }
}

impl<K: EntityKind> fmt::Debug for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<K: EntityKind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: EntityKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

// Derives would ask the same of `K`, which is never there.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
