//! Remembers documents, plans and introspection answers of one supergraph, bounded in bytes. Whoever misses together
//! waits for one maker; making happens off the reactor, on at most as many threads as there are cores.

use crate::{client_error::ClientError, config::ByteSize, pipeline::document::Document};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_executor::PreparedPlan;
use hansa_federation::{LabelId, RequirementId};
use hansa_query_planner::{Conditions, Specialisation};
use hashbrown::DefaultHashBuilder;
use moka::future::Cache;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::Semaphore;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanCacheConfig {
    /// Memory for query plans.
    pub bytes_max: ByteSize,
    /// Memory for parsed and validated documents.
    pub document_bytes_max: ByteSize,
    /// Memory for answers to introspection without variables.
    pub introspection_bytes_max: ByteSize,
}

impl Default for PlanCacheConfig {
    fn default() -> Self {
        PlanCacheConfig {
            bytes_max: ByteSize::from_mib(64),
            document_bytes_max: ByteSize::from_mib(32),
            introspection_bytes_max: ByteSize::from_mib(8),
        }
    }
}

/// Refused documents are remembered too, so that sending one again and again costs little. Few: nobody needs them.
const REFUSED_BYTES_MAX: u64 = 1 << 20;

/// Operations that cost the whole planning budget for nothing are remembered for the same reason.
const REFUSED_PLANS_MAX: u64 = 1_000;

/// What a parsed document takes in memory for each byte of its text, roughly.
const DOCUMENT_BYTES_PER_BYTE: usize = 40;

/// A parse of fewer bytes takes less time than moving it to another thread is worth.
const INLINE_TEXT_BYTES_MAX: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PlanKey {
    /// [`Document::id`] and the operation's index.
    pub(crate) operation: (u64, usize),
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
}

/// Response names of root fields, and their values as JSON text.
pub(crate) type IntrospectionAnswer = Arc<[(Name, Bytes)]>;

#[derive(Debug)]
pub(crate) struct PlanCache {
    documents: Cache<Arc<str>, Arc<Document>, DefaultHashBuilder>,
    refused: Cache<Arc<str>, Arc<ClientError>, DefaultHashBuilder>,
    plans: Cache<PlanKey, Arc<PreparedPlan>, DefaultHashBuilder>,
    refused_plans: Cache<PlanKey, Arc<ClientError>, DefaultHashBuilder>,
    introspection: Cache<(u64, usize), IntrospectionAnswer, DefaultHashBuilder>,
    makers: Arc<Semaphore>,
}

impl PlanCache {
    pub(crate) fn new(config: &PlanCacheConfig, makers: Arc<Semaphore>) -> PlanCache {
        PlanCache {
            documents: Cache::builder()
                .max_capacity(config.document_bytes_max.0)
                .weigher(|text: &Arc<str>, _: &Arc<Document>| weight(text.len() * DOCUMENT_BYTES_PER_BYTE + 1024))
                .build_with_hasher(DefaultHashBuilder::default()),
            refused: Cache::builder()
                .max_capacity(REFUSED_BYTES_MAX)
                .weigher(|text: &Arc<str>, _: &Arc<ClientError>| weight(text.len() + 4096))
                .build_with_hasher(DefaultHashBuilder::default()),
            plans: Cache::builder()
                .max_capacity(config.bytes_max.0)
                .weigher(|_: &PlanKey, plan: &Arc<PreparedPlan>| weight(plan.weight_bytes()))
                .build_with_hasher(DefaultHashBuilder::default()),
            refused_plans: Cache::builder()
                .max_capacity(REFUSED_PLANS_MAX)
                .build_with_hasher(DefaultHashBuilder::default()),
            introspection: Cache::builder()
                .max_capacity(config.introspection_bytes_max.0)
                .weigher(|_, answer: &IntrospectionAnswer| weight(answer.iter().map(|(_, json)| json.len() + 64).sum()))
                .build_with_hasher(DefaultHashBuilder::default()),
            makers,
        }
    }

    /// The document with this text, read by `read` if it is not known.
    pub(crate) async fn document(
        &self,
        text: &str,
        read: impl FnOnce(&str) -> Result<Document, ClientError> + Send + 'static,
    ) -> Result<Arc<Document>, ClientError> {
        if let Some(document) = self.documents.get(text).await {
            return Ok(document);
        }
        if let Some(error) = self.refused.get(text).await {
            return Err(error.as_ref().clone());
        }
        let key: Arc<str> = text.into();
        let owned = key.clone();
        let made = self.documents.try_get_with(key.clone(), async move {
            if owned.len() <= INLINE_TEXT_BYTES_MAX {
                return read(&owned).map(Arc::new);
            }
            off_reactor(&self.makers, move || read(&owned)).await.map(Arc::new)
        });
        let document = made.await;
        if let Err(error) = &document {
            self.refused.insert(key, error.clone()).await;
        }
        document.map_err(Arc::unwrap_or_clone)
    }

    pub(crate) async fn cached_plan(&self, key: &PlanKey) -> Option<Arc<PreparedPlan>> {
        self.plans.get(key).await
    }

    /// The plan with this key, made by `make` if nobody else is at it.
    pub(crate) async fn plan(
        &self,
        key: PlanKey,
        make: impl FnOnce() -> Result<PreparedPlan, ClientError> + Send + 'static,
    ) -> Result<Arc<PreparedPlan>, ClientError> {
        if let Some(error) = self.refused_plans.get(&key).await {
            return Err(error.as_ref().clone());
        }
        let maker = async { off_reactor(&self.makers, make).await.map(Arc::new) };
        let plan = self.plans.try_get_with_by_ref(&key, maker).await;
        if let Err(error) = &plan {
            self.refused_plans.insert(key, error.clone()).await;
        }
        plan.map_err(Arc::unwrap_or_clone)
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
        let made = self.introspection.try_get_with(operation, off_reactor(&self.makers, make));
        made.await.map_err(Arc::unwrap_or_clone)
    }

    /// Bytes and number of the cached plans.
    pub(crate) async fn plan_weight(&self) -> (u64, u64) {
        // The counts are brought up to date by maintenance only.
        self.plans.run_pending_tasks().await;
        (self.plans.weighted_size(), self.plans.entry_count())
    }
}

fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
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
