//! What one execution is given besides the plan, and what it gives back.

use crate::{HeldBytes, MemoryLease};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_federation::SubgraphId;
use hansa_query_planner::plan::FetchId;
use std::{sync::Arc, time::Duration};

#[derive(Debug, Clone, Copy)]
pub struct ExecutionRequest<'a> {
    /// Coerced values as JSON text. A variable that is not here is not sent.
    pub variables: &'a [(Name, Bytes)],
    /// Answers to `__schema` and `__type`: response name and JSON text.
    pub introspection: &'a [(Name, Bytes)],
    pub limits: ExecutionLimits,
    /// Where what the execution holds is counted, beside the answers: those are the transport's to count.
    pub memory: &'a Arc<MemoryLease>,
    pub error_policy: &'a ErrorPolicy,
    /// Written to every error's `extensions.traceId`; left out when empty.
    pub trace_id: &'a str,
}

/// Past `received_bytes_max`, `slots_max` or `response_bytes_max`, or when its memory is refused, the request ends with
/// `"data":null` and one error, and its fetches are cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutionLimits {
    /// Sum of all subgraph answers.
    pub received_bytes_max: usize,
    /// Fields of all rows and items of all lists; 16 bytes each. Notes of what is deferred take up to as much again.
    pub slots_max: usize,
    /// Of all pieces of a response. What clients still wait for then is completed with an error each, however many wait.
    pub response_bytes_max: usize,
    /// Objects and lists within each other in one subgraph answer. More than 512 counts as 512.
    pub nesting_max: usize,
    /// Errors past this are counted, and one closing error tells how many.
    pub errors_max: usize,
    /// A response made of much more than this comes in parts of about this size, or larger ones that are subgraphs' text.
    pub part_bytes: usize,
}

impl Default for ExecutionLimits {
    fn default() -> Self {
        ExecutionLimits {
            received_bytes_max: 64 << 20,
            slots_max: 8 << 20,
            response_bytes_max: 128 << 20,
            nesting_max: 128,
            errors_max: 100,
            part_bytes: 64 << 10,
        }
    }
}

/// What clients learn about subgraphs' errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPolicy {
    /// Subgraphs' messages are shown; otherwise a general text stands in.
    pub forward_messages: bool,
    /// Members of subgraph errors' `extensions` that are passed on.
    pub forwarded_extensions: Vec<String>,
    /// `extensions.service` names the subgraph.
    pub names_service: bool,
}

impl Default for ErrorPolicy {
    fn default() -> Self {
        ErrorPolicy { forward_messages: true, forwarded_extensions: vec!["code".to_owned()], names_service: true }
    }
}

#[derive(Debug)]
pub struct Execution {
    /// The beginning of a large response, in its order.
    pub parts: Vec<Bytes>,
    /// What follows the parts, and that is nearly always everything: `{"data":…` or `{"data":…,"errors":[…]`, without the closing brace, so that `,"extensions":{…}` can follow.
    pub body: Vec<u8>,
    /// The body's bytes, which count until this is dropped.
    pub held: HeldBytes,
    /// Entries in `errors`.
    pub error_count: usize,
    /// The fetches that were sent, in the order of their ends. A fetch with nothing to ask is not sent.
    pub fetches: Vec<FetchReport>,
}

impl Execution {
    /// Parts and body in one piece.
    pub fn into_whole_body(self) -> Vec<u8> {
        if self.parts.is_empty() {
            return self.body;
        }
        let mut whole = Vec::with_capacity(self.parts.iter().map(Bytes::len).sum::<usize>() + self.body.len());
        self.parts.iter().for_each(|part| whole.extend_from_slice(part));
        whole.extend_from_slice(&self.body);
        whole
    }
}

/// How one fetch went.
#[derive(Debug, Clone)]
pub struct FetchReport {
    pub id: FetchId,
    pub subgraph: SubgraphId,
    /// Since the execution began.
    pub started: Duration,
    pub duration: Duration,
    /// `None` when there was no answer.
    pub status: Option<u16>,
    /// Code of the error that made the whole fetch fail.
    pub failure: Option<&'static str>,
    pub bytes_sent: usize,
    pub bytes_received: usize,
    /// Distinct entities asked for.
    pub entities: usize,
    /// Rows that the entities' answers go to.
    pub items: usize,
}
