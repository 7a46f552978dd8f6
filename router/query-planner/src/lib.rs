//! Operation and query graph in, query plan out. Pure and deterministic: the same supergraph, operation and conditions
//! give the same plan, and work is bounded by a budget counted in moves tried, never in time.

pub mod plan;
mod planner;

pub use planner::{Conditions, PlanError, PlanningLimits, QueryPlanner};
