//! Siblings: objects that came in one batch, and ask the store together. The first that asks a question asks it for all;
//! the others wait for its answer.

use crate::{Fault, Loaded};
use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

type Answers = HashMap<(TypeId, String), Arc<dyn Any + Send + Sync>>;

/// Siblings, by their ids.
pub struct Siblings<K> {
    pub ids: Vec<K>,
    answers: Mutex<Answers>,
}

/// Something that another context owns: its id, and those that came with it.
#[derive(Debug)]
pub struct Sibling<K> {
    pub id: K,
    pub siblings: Arc<Siblings<K>>,
}

impl<K: Copy> Clone for Sibling<K> {
    fn clone(&self) -> Self {
        Sibling { id: self.id, siblings: self.siblings.clone() }
    }
}

impl<K: Ord + Copy + Hash> Sibling<K> {
    pub fn one(id: K) -> Sibling<K> {
        Sibling { id, siblings: Siblings::new([id]) }
    }

    /// Those that came together, as this context's objects. Whether they exist is for their owner to say.
    pub fn all<T>(ids: Vec<K>, object: impl Fn(Sibling<K>) -> T) -> Loaded<K, T> {
        let siblings = Siblings::new(ids);
        let object = |id: &K| (*id, Ok(object(Sibling { id: *id, siblings: siblings.clone() })));
        siblings.ids.iter().map(object).collect()
    }
}

impl<K: fmt::Debug> fmt::Debug for Siblings<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Siblings").field("ids", &self.ids).finish_non_exhaustive()
    }
}

impl<K: Ord> Siblings<K> {
    /// Each id once.
    pub fn new(ids: impl IntoIterator<Item = K>) -> Arc<Siblings<K>> {
        let mut ids: Vec<K> = ids.into_iter().collect();
        ids.sort();
        ids.dedup();
        Arc::new(Siblings { ids, answers: Mutex::default() })
    }

    /// The answer to a question, which has one type of answer. `load` is for all siblings.
    pub async fn ask<V, E>(
        &self,
        question: impl Into<String>,
        load: impl Future<Output = Result<V, E>>,
    ) -> Result<Arc<V>, Fault>
    where
        V: Send + Sync + 'static,
        Fault: From<E>,
    {
        let cell = self.cell::<V>(question.into());
        cell.get_or_init(|| async { load.await.map(Arc::new).map_err(Fault::from) }).await.clone()
    }

    fn cell<V: Send + Sync + 'static>(&self, question: String) -> Arc<OnceCell<Result<Arc<V>, Fault>>> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = answers.entry((TypeId::of::<V>(), question)).or_insert_with(|| {
            let empty: Arc<OnceCell<Result<Arc<V>, Fault>>> = Arc::default();
            empty
        });
        Arc::clone(cell).downcast().unwrap_or_default()
    }
}
