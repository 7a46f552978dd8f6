//! Composition through its front door: cases, the corpus of others, the audit's suites, and random input.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod audit_suites;
mod case_folders;
mod corpus;
mod field_set_texts;
mod graph_cases;
mod missing_key;
mod mutations;
mod queries;
mod supergraph_facts;
