//! A plan with everything constant made ready.

use hansa_federation::Supergraph;
use hansa_query_planner::plan::QueryPlan;

#[derive(Debug)]
pub struct PreparedPlan {
    plan: QueryPlan,
}

impl PreparedPlan {
    pub fn new(plan: QueryPlan, _supergraph: &Supergraph) -> PreparedPlan {
        PreparedPlan { plan }
    }

    pub fn plan(&self) -> &QueryPlan {
        &self.plan
    }

    /// Memory held, for caches that weigh what they keep.
    pub fn weight_bytes(&self) -> usize {
        size_of::<Self>()
    }
}
