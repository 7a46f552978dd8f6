//! The planner through its front door: plans of the cases in `tests/cases`, and the bounds on work and memory.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod alternatives;
mod budget;
mod case_folders;
mod contexts;
mod deferring;
mod incremental_budget;
mod plan_sizes;
mod plans;
mod quick_plans;
mod sources;
