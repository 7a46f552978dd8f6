//! A document as the cache keeps it: its text, the facts, and its plans. The document itself is large and needed for
//! planning only, so it is let go of where no other plan can be wanted, and read again where one is all the same.

use crate::{
    client_error::ClientError,
    pipeline::{
        document::{Document, OperationFacts},
        plan_cache::PlanKey,
    },
};
use apollo_compiler::{ExecutableDocument, validation::Valid};
use hansa_executor::PreparedPlan;
use std::sync::{
    Arc, Mutex, PoisonError, RwLock,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

/// More plans of one document are not kept: those used least make room. Each document can be asked for in as many ways as
/// its conditions and its callers' rights have combinations.
const PLANS_MAX: usize = 64;

/// What one selection, argument or directive takes in a valid document, about, and its share of the facts.
const NODE_BYTES: usize = 330;

/// What a document takes however small it is.
const DOCUMENT_BYTES: usize = 1_500;

/// For which plans a document was asked, and how often.
#[derive(Debug)]
struct CachedPlan {
    key: PlanKey,
    plan: PlanResult,
    uses: AtomicU32,
}

/// Operations that cost the whole planning budget for nothing are remembered, too.
pub(crate) type PlanResult = Result<Arc<PreparedPlan>, Arc<ClientError>>;

#[derive(Debug)]
pub(crate) struct CachedDocument {
    /// Different for each document, for as long as the process lives.
    pub(crate) id: u64,
    pub(crate) text: Arc<str>,
    pub(crate) operations: Vec<OperationFacts>,
    /// Of its largest operation, fragments expanded.
    pub(crate) fields: u64,
    nodes: usize,
    executable: Mutex<Option<Arc<Valid<ExecutableDocument>>>>,
    plans: RwLock<Vec<CachedPlan>>,
}

/// One plan and how much it was used, for whoever wants to make it again.
#[derive(Debug, Clone)]
pub(crate) struct UsedPlan {
    pub(crate) document: Arc<CachedDocument>,
    pub(crate) key: PlanKey,
    pub(crate) uses: u32,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

impl CachedDocument {
    pub(crate) fn new(text: Arc<str>, document: Document) -> CachedDocument {
        CachedDocument {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            text,
            operations: document.operations,
            fields: document.extent.fields,
            nodes: document.extent.nodes,
            executable: Mutex::new(Some(Arc::new(document.executable))),
            plans: RwLock::default(),
        }
    }

    /// The document, if it is still there.
    pub(crate) fn executable(&self) -> Option<Arc<Valid<ExecutableDocument>>> {
        self.executable.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The plan with this key. Counts as a use of it.
    pub(crate) fn plan(&self, key: &PlanKey) -> Option<PlanResult> {
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        let cached = plans.iter().find(|cached| cached.key == *key)?;
        cached.uses.fetch_add(1, Ordering::Relaxed);
        Some(cached.plan.clone())
    }

    /// Keeps a plan that counts as used so often. One that is there already is kept instead.
    pub(crate) fn keep(&self, key: PlanKey, plan: PlanResult, uses: u32) -> PlanResult {
        {
            let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(cached) = plans.iter().find(|cached| cached.key == key) {
                return cached.plan.clone();
            }
            if plans.len() >= PLANS_MAX {
                let least = (0..plans.len()).min_by_key(|index| plans[*index].uses.load(Ordering::Relaxed));
                plans.swap_remove(least.unwrap_or_default());
            }
            plans.push(CachedPlan { key, plan: plan.clone(), uses: AtomicU32::new(uses) });
        }
        if self.has_one_plan_only() {
            *self.executable.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        plan
    }

    /// Whatever a request sends with it, there is one plan, and nothing else is ever looked up in the document.
    fn has_one_plan_only(&self) -> bool {
        let [facts] = self.operations.as_slice() else { return false };
        facts.condition_variables.is_empty()
            && facts.requirements.is_empty()
            && facts.override_labels.is_empty()
            && !facts.incremental.is_there
            && !facts.asks_introspection
    }

    /// Plans that are kept, refusals included.
    pub(crate) fn plan_count(&self) -> usize {
        self.plans.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(crate) fn used_plans(self: &Arc<Self>) -> Vec<UsedPlan> {
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        let used = |cached: &CachedPlan| UsedPlan {
            document: self.clone(),
            key: cached.key.clone(),
            uses: cached.uses.load(Ordering::Relaxed),
        };
        plans.iter().filter(|cached| cached.plan.is_ok()).map(used).collect()
    }

    /// Memory held, about.
    pub(crate) fn weight_bytes(&self) -> usize {
        let plan_bytes = |cached: &CachedPlan| {
            let own = size_of::<CachedPlan>() + cached.key.weight_bytes();
            own + match &cached.plan {
                Ok(plan) => plan.weight_bytes(),
                Err(error) => error.weight_bytes(),
            }
        };
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        let plans: usize = plans.iter().map(plan_bytes).sum();
        let document = match self.executable() {
            Some(_) => DOCUMENT_BYTES + self.text.len() + self.nodes * NODE_BYTES,
            None => 0,
        };
        let facts = |facts: &OperationFacts| size_of::<OperationFacts>() + facts.variables.len() * NODE_BYTES;
        let facts: usize = self.operations.iter().map(facts).sum();
        size_of::<Self>() + self.text.len() + facts + document + plans
    }
}
