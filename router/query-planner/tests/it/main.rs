//! The planner through its front door: plans of the cases in `tests/cases`, and the bounds on work and memory.

mod budget;
mod case_folders;
mod plans;
