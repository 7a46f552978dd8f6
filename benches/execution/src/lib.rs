//! The benchmark of execution: from a plan and subgraphs' answers to the response, in one thread and without a network.
//!
//! Answers are made once and kept by request, so that the subgraphs cost nothing while it is measured.

pub mod input;
pub mod inputs;
pub mod large_answers;
pub mod measurement;
pub mod memory_transport;
pub mod report;
