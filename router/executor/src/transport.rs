//! What the executor needs from the network: one request to one subgraph, one whole answer back.
//!
//! Addresses, headers, timeouts and retries are the transport's business.

use bytes::Bytes;
use hansa_federation::SubgraphId;
use hansa_query_planner::plan::FetchId;

/// One GraphQL request, as JSON text.
#[derive(Debug, Clone)]
pub struct SubgraphRequest {
    pub fetch: FetchId,
    pub subgraph: SubgraphId,
    /// `{"query":…}` or `{"query":…,"variables":{…}}`.
    pub body: Bytes,
    /// The document is a mutation: it must not be sent twice.
    pub is_mutation: bool,
    /// The operation is a mutation or a subscription, the document need not be: it may read what the mutation has changed,
    /// or what the event tells of.
    pub tells_of_changes: bool,
}

#[derive(Debug, Clone)]
pub struct SubgraphResponse {
    pub status: u16,
    /// The whole body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub struct TransportError {
    /// Becomes `extensions.code`: [`codes::DOWNSTREAM_UNAVAILABLE`](crate::codes::DOWNSTREAM_UNAVAILABLE) and others.
    pub code: &'static str,
    /// Shown to clients: must not name hosts or addresses.
    pub message: String,
}

/// Sends requests to subgraphs. Dropping the future cancels the request.
pub trait Transport: Sync {
    fn send(&self, request: SubgraphRequest) -> impl Future<Output = Result<SubgraphResponse, TransportError>> + Send;

    /// Runs what would hold up other requests on the same thread for milliseconds: reading an answer of a mebibyte or
    /// more, writing a response from as much. Tokio's threads have `block_in_place` for it.
    fn run_long<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }

    /// The executor begins another kind of work, which lasts until it begins the next or sends a request. For measurements.
    fn begins(&self, _phase: Phase) {}
}

/// Kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Requests are written: each entity once.
    Requests,
    /// An answer is read into rows.
    Answers,
    /// The response is written.
    Response,
}
