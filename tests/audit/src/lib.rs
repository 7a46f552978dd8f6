//! Conformance audits written by others, driven against the hansa binary as a client would.

pub mod comparison;
pub mod composition;
pub mod federation;
pub mod graphql_over_http;
pub mod http_client;
pub mod known_gaps;
pub mod router_process;
pub mod suites;
pub mod well_formed;

/// What an audit run came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    AsExpected,
    Different,
    /// Something outside the project has to be started or installed first; says what.
    Missing(String),
}
