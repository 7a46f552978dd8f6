//! Fetches in flight that others may join: whoever asks the same subgraph for the same, with the same headers, gets the
//! same answer. Off unless the settings say otherwise.
//!
//! Nobody owns a fetch. All who wait for it drive it, so it goes on when the first of them leaves, and ends when the last
//! one does. An entry is there as long as its fetch is under way.

use crate::subgraph_transport::{AskTerms, Endpoint, FetchFailure, RequestTransport, answer_body::BodyError, ask};
use bytes::Bytes;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use hansa_executor::{SubgraphRequest, SubgraphResponse, TransportError};
use hansa_query_planner::plan::FetchId;
use hashbrown::{DefaultHashBuilder, HashTable};
use http::{HeaderMap, Request};
use std::{
    hash::BuildHasher,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

type SharedAnswer = Result<SubgraphResponse, Arc<SharedFailure>>;

#[derive(Debug)]
struct SharedFailure {
    failure: FetchFailure,
    /// All requests together hold too much for the answer.
    is_refused: bool,
}

/// Without the trace, which is each request's own.
type OutgoingRequest = Request<Bytes>;

type Fetch = BoxFuture<'static, SharedAnswer>;

/// Of one subgraph.
#[derive(Debug)]
pub(crate) struct SharedFetches {
    in_flight: Mutex<InFlight>,
    hash_builder: DefaultHashBuilder,
    /// An older fetch is not joined: one that hangs must not hold up those that come later.
    age_max: Duration,
}

#[derive(Debug, Default)]
struct InFlight {
    entries: HashTable<Entry>,
    ids: u64,
}

#[derive(Debug)]
struct Entry {
    id: u64,
    hash: u64,
    headers: HeaderMap,
    body: Bytes,
    began: Instant,
    fetch: WeakShared<Fetch>,
}

/// A fetch, and whether somebody else began it.
struct Joined {
    fetch: Shared<Fetch>,
    is_others: bool,
}

/// Takes the entry away when its fetch has ended, well or badly, or is wanted by nobody any more.
struct Departure {
    shared: Arc<SharedFetches>,
    id: u64,
    hash: u64,
}

impl SharedFetches {
    pub(crate) fn new(age_max: Duration) -> SharedFetches {
        SharedFetches { in_flight: Mutex::default(), hash_builder: DefaultHashBuilder::default(), age_max }
    }

    /// `begin` sends the request, where nobody has sent such a one. Its headers and its body are compared whole: nothing is
    /// left to a hash.
    fn join<F>(
        self: &Arc<Self>,
        (request, body): (OutgoingRequest, &Bytes),
        begin: impl FnOnce(OutgoingRequest) -> F,
    ) -> Joined
    where
        F: Future<Output = SharedAnswer> + Send + 'static,
    {
        let hash = self.hash(request.headers(), body);
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        let is_joined = |entry: &Entry| {
            entry.hash == hash
                && entry.body == *body
                && entry.headers == *request.headers()
                && entry.began.elapsed() < self.age_max
        };
        if let Some(fetch) = in_flight.entries.find(hash, is_joined).and_then(|entry| entry.fetch.upgrade()) {
            return Joined { fetch, is_others: true };
        }
        in_flight.ids += 1;
        let id = in_flight.ids;
        let departure = Departure { shared: self.clone(), id, hash };
        let (headers, body) = (request.headers().clone(), body.clone());
        let answered = begin(request);
        let fetch = async move {
            let _departure = departure;
            answered.await
        };
        let fetch = fetch.boxed().shared();
        if let Some(weak) = fetch.downgrade() {
            let entry = Entry { id, hash, headers, body, began: Instant::now(), fetch: weak };
            in_flight.entries.insert_unique(hash, entry, |entry| entry.hash);
        }
        Joined { fetch, is_others: false }
    }

    /// Equal for headers in any order of names.
    fn hash(&self, headers: &HeaderMap, body: &Bytes) -> u64 {
        let of_header = |(name, value)| self.hash_builder.hash_one((name, value));
        let headers: u64 = headers.iter().map(of_header).fold(0, u64::wrapping_add);
        self.hash_builder.hash_one((headers, &body[..]))
    }
}

impl RequestTransport<'_> {
    /// Each waits no longer than its own timeout, whoever began.
    pub(super) async fn send_shared(
        &self,
        endpoint: &Endpoint,
        shared: &Arc<SharedFetches>,
        request: SubgraphRequest,
    ) -> Result<SubgraphResponse, TransportError> {
        let http_request = self.request_without_trace(endpoint, request.body.clone());
        let started = Instant::now();
        let joined = shared.join((http_request, &request.body), |mut http_request| {
            self.add_trace(http_request.headers_mut());
            // On an account of its own: what the first of them may hold is not the others' concern.
            let (client, body_bytes_max, memory) =
                (endpoint.client.clone(), endpoint.body_bytes_max, self.memory.of_others());
            async move {
                let terms = AskTerms { body_bytes_max, is_repeatable: true, memory: &memory };
                let answer = ask(&client, http_request, terms).await.map(|answer| answer.response);
                answer.map_err(|failure| Arc::new(SharedFailure { failure, is_refused: memory.is_refused() }))
            }
        });
        if joined.is_others {
            endpoint.metrics.shared();
            self.shared.lock().unwrap_or_else(PoisonError::into_inner).push(request.fetch);
        }
        let answer = tokio::time::timeout(endpoint.timeout, joined.fetch).await;
        if !joined.is_others {
            endpoint.metrics.answered(started.elapsed());
        }
        let answer = answer.map_err(|_| self.failed(endpoint, &FetchFailure::TimedOut))?;
        let answer = answer.map_err(|shared| {
            if shared.is_refused {
                self.memory.refuse();
            }
            self.failed(endpoint, &shared.failure)
        })?;
        // Whoever keeps an answer counts it: nobody knows who keeps it longest.
        let bytes_max = endpoint.body_bytes_max;
        let too_large = |_| self.failed(endpoint, &FetchFailure::Body(BodyError::TooLarge { bytes_max }));
        self.memory.hold(answer.body.len()).map_err(too_large)?;
        self.answer_bytes.fetch_add(answer.body.len(), Ordering::Relaxed);
        Ok(answer)
    }

    pub(crate) fn shared(&self) -> Vec<FetchId> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Departure {
    fn drop(&mut self) {
        let mut in_flight = self.shared.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        let found = in_flight.entries.find_entry(self.hash, |entry| entry.id == self.id);
        let gone = found.ok().map(|entry| entry.remove().0);
        drop(in_flight);
        drop(gone);
    }
}
