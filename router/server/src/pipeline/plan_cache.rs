//! Remembers documents with their plans, and introspection answers, of one supergraph, bounded in bytes.
//!
//! What is quickly made is made where it is asked for: handing it to another thread would cost as much as it does. The rest is
//! made off the reactor, on at most as many threads as there are cores, and whoever misses it meanwhile waits for it.

use crate::{
    client_error::ClientError,
    config::ByteSize,
    error_code::ErrorCode,
    pipeline::{
        byte_cache::ByteCache,
        cached_document::{CachedDocument, PlanResult, UsedPlan},
        document::Document,
        flights::Flights,
    },
    reload::warm_up::WarmUpConfig,
};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_executor::PreparedPlan;
use hansa_federation::{LabelId, RequirementId};
use hansa_query_planner::{Conditions, Specialisation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, sync::Arc};
use tokio::sync::Semaphore;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanCacheConfig {
    /// Memory for operations and their query plans.
    pub bytes_max: ByteSize,
    /// Memory for answers to introspection without variables.
    pub introspection_bytes_max: ByteSize,
    /// Plans that are made for a changed supergraph before it serves.
    pub warm_up: WarmUpConfig,
}

impl Default for PlanCacheConfig {
    fn default() -> Self {
        PlanCacheConfig {
            bytes_max: ByteSize::from_mib(64),
            introspection_bytes_max: ByteSize::from_mib(8),
            warm_up: WarmUpConfig::default(),
        }
    }
}

/// Refused documents are remembered too, so that sending one again and again costs little. Few: nobody needs them.
const REFUSED_BYTES_MAX: usize = 1 << 20;

/// Reading so much text takes less than half a millisecond, and the hand-over to another thread a good part of that.
const INLINE_TEXT_BYTES_MAX: usize = 2_048;

/// So many fields are planned in a tenth of a millisecond as a rule, and in one or two where the graph is at its worst.
const INLINE_FIELDS_MAX: u64 = 48;

/// What a plan of one operation is made for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PlanKey {
    /// Index of the document's operations.
    pub(crate) operation: usize,
    /// Truth values in the order of the operation's condition variables.
    pub(crate) conditions: Vec<bool>,
    /// What the caller lacks of the operation's requirements, in their order.
    pub(crate) unmet: Vec<RequirementId>,
    /// The labels that are active, of those on which the operation's plan depends.
    pub(crate) active_labels: Vec<LabelId>,
    /// The operation uses `@defer` or `@stream`, and the client takes its response in parts.
    pub(crate) is_incremental: bool,
}

impl PlanKey {
    /// What the plan with this key is made for; `conditions` are its own, with the variables' names.
    pub(crate) fn specialisation<'a>(&'a self, conditions: &'a Conditions) -> Specialisation<'a> {
        Specialisation {
            conditions,
            unmet: &self.unmet,
            active_labels: &self.active_labels,
            is_incremental: self.is_incremental,
        }
    }

    pub(crate) fn weight_bytes(&self) -> usize {
        self.conditions.len()
            + self.unmet.len() * size_of::<RequirementId>()
            + self.active_labels.len() * size_of::<LabelId>()
    }
}

/// Response names of root fields, and their values as JSON text.
pub(crate) type IntrospectionAnswer = Arc<[(Name, Bytes)]>;

type DocumentResult = Result<Arc<CachedDocument>, ClientError>;

#[derive(Debug)]
pub(crate) struct PlanCache {
    documents: ByteCache<Arc<str>, Arc<CachedDocument>>,
    refused: ByteCache<Arc<str>, Arc<ClientError>>,
    introspection: ByteCache<(u64, usize), IntrospectionAnswer>,
    reading: Flights<Arc<str>, DocumentResult>,
    planning: Flights<(u64, PlanKey), PlanResult>,
    introspecting: Flights<(u64, usize), Result<IntrospectionAnswer, ClientError>>,
    makers: Arc<Semaphore>,
}

impl PlanCache {
    pub(crate) fn new(config: &PlanCacheConfig, makers: Arc<Semaphore>) -> PlanCache {
        PlanCache {
            documents: ByteCache::new(config.bytes_max.as_usize()),
            refused: ByteCache::new(REFUSED_BYTES_MAX),
            introspection: ByteCache::new(config.introspection_bytes_max.as_usize()),
            reading: Flights::default(),
            planning: Flights::default(),
            introspecting: Flights::default(),
            makers,
        }
    }

    /// The document with this text, read by `read` if it is not known.
    pub(crate) async fn document(
        &self,
        text: &str,
        read: impl FnOnce(&str) -> Result<Document, ClientError> + Send + 'static,
    ) -> DocumentResult {
        if let Some(document) = self.documents.get(text) {
            return Ok(document);
        }
        if let Some(error) = self.refused.get(text) {
            return Err(error.as_ref().clone());
        }
        let text: Arc<str> = text.into();
        if text.len() <= INLINE_TEXT_BYTES_MAX {
            return self.keep_document(text.clone(), read(&text));
        }
        let work = async {
            let owned = text.clone();
            let document = off_reactor(&self.makers, move || read(&owned)).await;
            self.keep_document(text.clone(), document)
        };
        self.reading.join(text.clone(), work).await
    }

    fn keep_document(&self, text: Arc<str>, document: Result<Document, ClientError>) -> DocumentResult {
        match document {
            Ok(document) => {
                let document = Arc::new(CachedDocument::new(text.clone(), document));
                self.documents.insert(text, document.clone(), document.weight_bytes());
                Ok(document)
            }
            // What went wrong in the router may go well the next time.
            Err(error) if error.code == ErrorCode::InternalServerError => Err(error),
            Err(error) => {
                let bytes = text.len() + error.weight_bytes();
                self.refused.insert(text, Arc::new(error.clone()), bytes);
                Err(error)
            }
        }
    }

    /// A plan that `document` does not have yet, made by `make` if nobody else is at it.
    pub(crate) async fn plan(
        &self,
        document: &Arc<CachedDocument>,
        key: PlanKey,
        make: impl FnOnce() -> Result<PreparedPlan, ClientError> + Send + 'static,
    ) -> Result<Arc<PreparedPlan>, ClientError> {
        let plan = match document.fields <= INLINE_FIELDS_MAX {
            true => self.keep_plan(document, key, make(), 1),
            false => {
                let work = async {
                    let plan = off_reactor(&self.makers, make).await;
                    self.keep_plan(document, key.clone(), plan, 1)
                };
                self.planning.join((document.id, key.clone()), work).await
            }
        };
        plan.map_err(|error| error.as_ref().clone())
    }

    /// A document that was evicted meanwhile takes its plans with it.
    fn keep_plan(
        &self,
        document: &Arc<CachedDocument>,
        key: PlanKey,
        plan: Result<PreparedPlan, ClientError>,
        uses: u32,
    ) -> PlanResult {
        if let Err(error) = &plan
            && error.code == ErrorCode::InternalServerError
        {
            return Err(Arc::new(error.clone()));
        }
        let plan = document.keep(key, plan.map(Arc::new).map_err(Arc::new), uses);
        self.documents.reweigh(&document.text, |known| Arc::ptr_eq(known, document), document.weight_bytes());
        plan
    }

    /// Makes a plan ahead of the requests that will want it, here and now. Whether there is one in the end.
    pub(crate) fn make_ahead(
        &self,
        document: &Arc<CachedDocument>,
        (key, uses): (PlanKey, u32),
        make: impl FnOnce() -> Result<PreparedPlan, ClientError>,
    ) -> bool {
        let plan = document.plan(&key).unwrap_or_else(|| self.keep_plan(document, key, make(), uses));
        plan.is_ok()
    }

    /// The document with this text, read here and now if it is not known.
    pub(crate) fn document_ahead(
        &self,
        text: &Arc<str>,
        read: impl FnOnce(&str) -> Result<Document, ClientError>,
    ) -> DocumentResult {
        match self.documents.get(text) {
            Some(document) => Ok(document),
            None => self.keep_document(text.clone(), read(text)),
        }
    }

    /// The plans that were used most, those first, `count_max` at most.
    pub(crate) fn most_used(&self, count_max: usize) -> Vec<UsedPlan> {
        let mut plans: Vec<UsedPlan> = self.documents.values().iter().flat_map(CachedDocument::used_plans).collect();
        plans.sort_by_key(|plan| Reverse(plan.uses));
        plans.truncate(count_max);
        plans
    }

    /// The answer to an operation's introspection fields; `is_constant` when it does not depend on variables.
    pub(crate) async fn introspection(
        &self,
        operation: (u64, usize),
        is_constant: bool,
        make: impl FnOnce() -> Result<IntrospectionAnswer, ClientError> + Send + 'static,
    ) -> Result<IntrospectionAnswer, ClientError> {
        if !is_constant {
            return off_reactor(&self.makers, make).await;
        }
        if let Some(answer) = self.introspection.get(&operation) {
            return Ok(answer);
        }
        let work = async {
            let answer = off_reactor(&self.makers, make).await?;
            let bytes = answer.iter().map(|(_, json)| json.len() + 64).sum();
            self.introspection.insert(operation, answer.clone(), bytes);
            Ok(answer)
        };
        self.introspecting.join(operation, work).await
    }

    /// Whether a maker is free. Work that can wait leaves them to requests.
    pub(crate) fn is_maker_free(&self) -> bool {
        self.makers.available_permits() > 0
    }

    /// Bytes of documents and plans, and the number of plans.
    pub(crate) fn plan_weight(&self) -> (usize, usize) {
        let plans = self.documents.values().iter().map(|document| document.plan_count()).sum();
        (self.documents.bytes(), plans)
    }
}

/// Runs CPU work on a thread of its own. The work goes on when nobody waits any more; it is bounded by its limits.
async fn off_reactor<T: Send + 'static>(
    makers: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T, ClientError> + Send + 'static,
) -> Result<T, ClientError> {
    let permit = makers.clone().acquire_owned().await;
    let task = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    task.await.unwrap_or_else(|failure| {
        tracing::error!(%failure, "planning ended in a panic");
        Err(ClientError::internal())
    })
}
