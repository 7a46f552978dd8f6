//! Runs a plan whose response comes in several pieces (GraphQL specification, draft of incremental delivery).

mod delivery;
mod payload;
mod pending;

use crate::{
    ExecutionRequest, FetchReport, HeldBytes, PreparedPlan, Transport,
    execute::{Answered, LARGE_BYTES_MIN, end, send},
    response::OVER_BUDGET,
};
use delivery::Delivery;
use futures_util::{StreamExt, stream::FuturesUnordered};
use hansa_federation::Supergraph;
use std::{fmt, pin::Pin, time::Instant};

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
    IncrementalExecution {
        transport,
        delivery: Delivery::new(plan, supergraph, request),
        under_way: FuturesUnordered::new(),
        began: None,
        reports: Vec::new(),
        is_over: false,
    }
}

/// One piece of a response.
#[derive(Debug)]
pub struct Payload {
    /// `{"data":…,"pending":[…],"hasNext":true` or `{"incremental":[…],"completed":[…],"hasNext":false`, without the closing
    /// brace, so that `,"extensions":{…}` can follow.
    pub body: Vec<u8>,
    /// The body's bytes, which count until this is dropped.
    pub held: HeldBytes,
    /// Errors in this piece.
    pub error_count: usize,
    /// Whether other payloads follow.
    pub has_next: bool,
    /// The fetches that have ended since the last payload, in the order of their ends.
    pub fetches: Vec<FetchReport>,
}

/// A request that is being answered in pieces.
pub struct IncrementalExecution<'a, T: Transport> {
    transport: &'a T,
    delivery: Delivery<'a>,
    under_way: FuturesUnordered<Pin<Box<dyn Future<Output = Answered> + Send + 'a>>>,
    /// When the first payload was asked for.
    began: Option<Instant>,
    /// Of fetches that have ended since the last payload.
    reports: Vec<FetchReport>,
    is_over: bool,
}

impl<T: Transport> IncrementalExecution<'_, T> {
    /// The next payload, when it is ready; `None` after the last.
    ///
    /// A fetch starts as soon as all that it depends on have ended, whatever part it is for. What no payload waits for any more
    /// is cancelled.
    pub async fn next(&mut self) -> Option<Payload> {
        if self.is_over {
            return None;
        }
        let mut began = self.began;
        let began = *began.get_or_insert_with(Instant::now);
        if self.began.is_none() {
            self.began = Some(began);
            if !self.delivery.engine.add_root() {
                return Some(self.end_over_budget());
            }
        }
        loop {
            while let Some((request, asked)) = self.delivery.engine.next_request() {
                self.under_way.push(Box::pin(send(self.transport, request, asked, began)));
            }
            if self.delivery.is_ready() {
                return Some(self.payload());
            }
            let Some(answered) = self.under_way.next().await else {
                // A plan in which nobody waits for a part that clients have been told of.
                return Some(self.end_over_budget());
            };
            let (report, is_within_budget) = end(&mut self.delivery.engine, self.transport, answered);
            self.reports.push(report);
            if !is_within_budget {
                return Some(self.end_over_budget());
            }
        }
    }

    /// Ends the response before it is complete: whatever the client waits for gets an error with this code and message.
    /// `None` after the last payload.
    pub fn give_up(&mut self, code: &'static str, message: &'static str) -> Option<Payload> {
        (!self.is_over).then(|| self.break_off((code, message)))
    }

    fn payload(&mut self) -> Payload {
        let reports = std::mem::take(&mut self.reports);
        let is_long = self.delivery.engine.received_bytes >= LARGE_BYTES_MIN;
        let delivery = &mut self.delivery;
        let write = || delivery.payload(reports);
        let payload = if is_long { self.transport.run_long(write) } else { write() };
        self.end_after(payload)
    }

    fn end_over_budget(&mut self) -> Payload {
        self.break_off(self.delivery.engine.spent(OVER_BUDGET))
    }

    fn break_off(&mut self, reason: (&'static str, &'static str)) -> Payload {
        let reports = std::mem::take(&mut self.reports);
        let payload = self.delivery.break_off(reason, reports);
        self.end_after(payload)
    }

    fn end_after(&mut self, payload: Payload) -> Payload {
        if !payload.has_next {
            self.is_over = true;
            self.under_way.clear();
        }
        payload
    }
}

impl<T: Transport> fmt::Debug for IncrementalExecution<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IncrementalExecution").field("is_over", &self.is_over).finish_non_exhaustive()
    }
}
