//! `_entities`: representations are grouped by type, and each type is resolved by one batched function.
//!
//! Whatever is unknown, malformed or not for the caller's eyes is null at its index; a failing item is an error at its
//! index and touches no other.

use crate::Fault;
use async_graphql::{Context, Value, from_value};
use hansa_values::{EntityKind, Id};
use serde::de::DeserializeOwned;
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    future::Future,
    hash::Hash,
    pin::Pin,
};

/// Most representations of one request.
pub const REPRESENTATIONS_MAX: usize = 1000;

/// What a batched function found, by key. A key that is missing is null.
pub type Loaded<K, T> = HashMap<K, Result<T, Fault>>;

/// The union `_Entity` of a subgraph: which function resolves which type.
pub trait Entities: async_graphql::UnionType + async_graphql::OutputType + Send + Sync + Sized + 'static {
    /// Calls [`Representations::by_id`] or [`Representations::by_representation`] once for each type.
    fn batches<'a>(ctx: &'a Context<'_>, representations: Representations<'a, Self>) -> Representations<'a, Self>;
}

/// An entity at its index: null, found, or failed.
pub(crate) type Resolved<E> = Option<Result<E, Fault>>;

type Batch<'a, E> = Pin<Box<dyn Future<Output = Vec<(usize, Resolved<E>)>> + Send + 'a>>;

/// One representation, with its place in the request.
#[derive(Debug, Clone)]
pub(crate) struct Representation {
    index: usize,
    fields: async_graphql::indexmap::IndexMap<async_graphql::Name, Value>,
}

/// The representations of one request, and what resolves them.
pub struct Representations<'a, E> {
    count: usize,
    by_type: BTreeMap<String, Vec<Representation>>,
    batches: Vec<Batch<'a, E>>,
}

impl<E> fmt::Debug for Representations<'_, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Representations").field("by_type", &self.by_type).finish_non_exhaustive()
    }
}

impl<'a, E: Send + 'a> Representations<'a, E> {
    /// Resolves the type of `K` by `id`, or by `nodeId`, which is the same text.
    /// `load` gets each id once and answers in any order.
    pub fn by_id<K, T, F>(mut self, load: impl FnOnce(Vec<Id<K>>) -> F, entity: fn(T) -> E) -> Self
    where
        K: EntityKind,
        T: Clone + Send + 'a,
        F: Future<Output = Result<Loaded<Id<K>, T>, Fault>> + Send + 'a,
    {
        let wanted = self.by_type.remove(K::TYPE_NAME).unwrap_or_default();
        let keyed: Vec<(usize, Id<K>)> =
            wanted.iter().filter_map(|one| Some((one.index, one.id()?.parse().ok()?))).collect();
        if !keyed.is_empty() {
            let loading = load(unique(keyed.iter().map(|(_, id)| *id)));
            self.batches.push(Box::pin(async move {
                let loaded = loading.await;
                let answer = |id: &Id<K>| match &loaded {
                    Ok(loaded) => loaded.get(id).cloned().map(|found| found.map(entity)),
                    Err(fault) => Some(Err(fault.clone())),
                };
                keyed.iter().map(|(index, id)| (*index, answer(id))).collect()
            }));
        }
        self
    }

    /// Resolves a type by what its representations say, such as the fields of `@requires`. `load` answers in the order
    /// of what it gets; representations that are no `R` are null and are not given to it.
    pub fn by_representation<R, T, F>(
        mut self,
        type_name: &str,
        load: impl FnOnce(Vec<R>) -> F,
        entity: fn(T) -> E,
    ) -> Self
    where
        R: DeserializeOwned,
        T: Send + 'a,
        F: Future<Output = Result<Vec<Option<Result<T, Fault>>>, Fault>> + Send + 'a,
    {
        let wanted = self.by_type.remove(type_name).unwrap_or_default();
        let read = |one: Representation| Some((one.index, from_value::<R>(Value::Object(one.fields)).ok()?));
        let (indexes, representations): (Vec<usize>, Vec<R>) = wanted.into_iter().filter_map(read).unzip();
        if !indexes.is_empty() {
            let loading = load(representations);
            self.batches.push(Box::pin(async move {
                match loading.await {
                    Ok(found) => {
                        let found = found.into_iter().map(|one| one.map(|one| one.map(entity)));
                        indexes.into_iter().zip(found).collect()
                    }
                    Err(fault) => indexes.into_iter().map(|index| (index, Some(Err(fault.clone())))).collect(),
                }
            }));
        }
        self
    }

    /// # Errors
    /// Bad input, where there are too many.
    pub(crate) fn read(representations: Vec<Value>) -> Result<Self, Fault> {
        let count = representations.len();
        if count > REPRESENTATIONS_MAX {
            let text = format!("one request has at most {REPRESENTATIONS_MAX} representations, not {count}");
            return Err(Fault::bad_input(text));
        }
        let mut by_type: BTreeMap<String, Vec<Representation>> = BTreeMap::new();
        for (index, representation) in representations.into_iter().enumerate() {
            let Value::Object(fields) = representation else { continue };
            let Some(Value::String(type_name)) = fields.get("__typename") else { continue };
            by_type.entry(type_name.clone()).or_default().push(Representation { index, fields });
        }
        Ok(Representations { count, by_type, batches: Vec::new() })
    }

    /// Runs all batches at the same time.
    pub(crate) async fn resolved(self) -> Vec<Resolved<E>> {
        let mut resolved: Vec<Resolved<E>> = std::iter::repeat_with(|| None).take(self.count).collect();
        for (index, entity) in futures_util::future::join_all(self.batches).await.into_iter().flatten() {
            resolved[index] = entity;
        }
        resolved
    }
}

impl Representation {
    fn id(&self) -> Option<&str> {
        match self.fields.get("id").or_else(|| self.fields.get("nodeId")) {
            Some(Value::String(id)) => Some(id),
            _ => None,
        }
    }
}

fn unique<K: Hash + Eq + Copy>(keys: impl Iterator<Item = K>) -> Vec<K> {
    let mut seen = std::collections::HashSet::new();
    keys.filter(|key| seen.insert(*key)).collect()
}
