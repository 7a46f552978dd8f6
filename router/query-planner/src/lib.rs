//! Operation and query graph in, query plan out. Pure and deterministic: the same supergraph, operation and conditions
//! give the same plan, and work is bounded by a budget counted in moves tried, never in time.
//!
//! `selections` normalises the operation, `solve` chooses the subgraphs, `assemble` makes fetches of the choice.

mod assemble;
pub mod plan;
mod planner;
mod print;
mod selections;
mod solve;
mod sources;

pub use planner::{Conditions, PlanError, PlanningLimits, QueryPlanner, Specialisation};
pub use solve::Preference;
