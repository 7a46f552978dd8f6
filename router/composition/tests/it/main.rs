//! Composition through its front door: the cases in `tests/cases/composition`, one for each code.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod audit_suites;
mod case_folders;
mod corpus;
mod mutations;
mod supergraph_facts;
