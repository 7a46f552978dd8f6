//! What a document type says about itself: its collection, its indexes, which fields are times.

use serde::{Serialize, de::DeserializeOwned};

/// A type that is kept in a collection. It serialises to an object.
pub trait Document: Serialize + DeserializeOwned + Send + Sync + 'static {
    const COLLECTION: CollectionSpec;

    fn id(&self) -> String;

    /// 1 when it is inserted, one more with each replacement.
    fn version(&self) -> i64;
}

/// A collection. Paths of fields are `name` or `outer.inner`, of letters, digits and underscores.
#[derive(Debug, Clone, Copy)]
pub struct CollectionSpec {
    /// Lower-case letters and underscores.
    pub name: &'static str,
    pub indexes: &'static [Index],
    /// Paths of times. They are stored so that they sort, whatever the type's own serialisation does, and only they can be
    /// compared with [`Value::Time`](crate::Value::Time).
    pub times: &'static [&'static str],
}

/// An index of a collection, named within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    pub(crate) name: &'static str,
    pub(crate) paths: &'static [&'static str],
    pub(crate) kind: IndexKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexKind {
    Plain,
    Unique,
    Elements,
    UniqueElements,
}

impl IndexKind {
    /// Whether a table of elements stands for it.
    pub(crate) fn is_of_elements(self) -> bool {
        matches!(self, IndexKind::Elements | IndexKind::UniqueElements)
    }
}

impl Index {
    /// Sorted by these fields, then by id: serves filters on the first fields and the order of the rest. A path that
    /// starts with `-` is sorted downwards.
    pub const fn plain(name: &'static str, paths: &'static [&'static str]) -> Index {
        Index { name, paths, kind: IndexKind::Plain }
    }

    /// No two documents have the same values in all of these fields. A document in which one is missing or null is not
    /// in the index.
    pub const fn unique(name: &'static str, paths: &'static [&'static str]) -> Index {
        Index { name, paths, kind: IndexKind::Unique }
    }

    /// The elements of an array of texts or integers: serves `contains`. Its one path is `paths[0]`.
    pub const fn elements(name: &'static str, paths: &'static [&'static str; 1]) -> Index {
        Index { name, paths, kind: IndexKind::Elements }
    }

    /// The elements of an array of texts or integers, none of which is in the array of another document: serves
    /// `contains`. Its one path is `paths[0]`.
    pub const fn unique_elements(name: &'static str, paths: &'static [&'static str; 1]) -> Index {
        Index { name, paths, kind: IndexKind::UniqueElements }
    }
}
