//! Runs a plan: one future drives the whole request, and answers are read as they come.

use crate::{
    Execution, ExecutionRequest, FetchReport, Phase, PreparedPlan, SubgraphRequest, SubgraphResponse, Transport,
    TransportError, engine::Engine, representation::Asked, response::OVER_BUDGET,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use hansa_federation::{SubgraphId, Supergraph};
use hansa_query_planner::plan::FetchId;
use std::time::{Duration, Instant};

/// Answers one request by a plan without deferred parts; what is deferred is left out. Dropping the future cancels the
/// fetches that are under way.
///
/// A fetch starts as soon as all that it depends on have ended. Answers are decoded on the task that polls, large ones
/// by way of [`Transport::run_long`].
pub async fn execute<T: Transport>(
    plan: &PreparedPlan,
    supergraph: &Supergraph,
    transport: &T,
    request: ExecutionRequest<'_>,
) -> Execution {
    let began = Instant::now();
    let mut engine = Engine::new(plan, supergraph, request);
    let mut reports = Vec::with_capacity(plan.fetch.fetches.len());
    if !engine.add_root() {
        return engine.finish_without_data(OVER_BUDGET, reports);
    }
    let mut under_way = FuturesUnordered::new();
    loop {
        transport.begins(Phase::Requests);
        while let Some((request, asked)) = engine.next_request() {
            under_way.push(send(transport, request, asked, began));
        }
        let Some(answered) = under_way.next().await else {
            transport.begins(Phase::Response);
            if engine.received_bytes < LARGE_BYTES_MIN {
                return engine.finish(reports);
            }
            return transport.run_long(|| engine.finish(reports));
        };
        let (report, is_within_budget) = end(&mut engine, transport, answered);
        reports.push(report);
        if !is_within_budget {
            return engine.finish_without_data(OVER_BUDGET, reports);
        }
    }
}

/// Reads an answer, and lets start what waited for it. False: the request's budget is spent.
pub(crate) fn end<T: Transport>(engine: &mut Engine<'_>, transport: &T, answered: Answered) -> (FetchReport, bool) {
    let fetch = answered.fetch;
    let mut report = answered.report();
    let is_long = answered.result.as_ref().is_ok_and(|response| response.body.len() >= LARGE_BYTES_MIN);
    transport.begins(Phase::Answers);
    let end_fetch = || engine.end_fetch(fetch.0, answered.asked, answered.result);
    let ending = if is_long { transport.run_long(end_fetch) } else { end_fetch() };
    let is_refused = engine.request.memory.is_refused();
    let Some(ending) = ending.ok().filter(|_| !is_refused) else {
        report.failure = Some(engine.spent(OVER_BUDGET).0);
        return (report, false);
    };
    report.status = ending.status;
    report.bytes_received = ending.bytes;
    report.failure = ending.failure;
    engine.release(fetch.0);
    (report, true)
}

/// From here on reading and writing take milliseconds.
pub(crate) const LARGE_BYTES_MIN: usize = 1 << 20;

/// A request that came to an end, well or badly.
pub(crate) struct Answered {
    fetch: FetchId,
    subgraph: SubgraphId,
    asked: Asked,
    started: Duration,
    duration: Duration,
    bytes_sent: usize,
    result: Result<SubgraphResponse, TransportError>,
}

impl Answered {
    fn report(&self) -> FetchReport {
        FetchReport {
            id: self.fetch,
            subgraph: self.subgraph,
            started: self.started,
            duration: self.duration,
            status: None,
            failure: None,
            bytes_sent: self.bytes_sent,
            bytes_received: 0,
            entities: self.asked.entity_count(),
            items: self.asked.item_count(),
        }
    }
}

pub(crate) async fn send<T: Transport>(
    transport: &T,
    request: SubgraphRequest,
    asked: Asked,
    began: Instant,
) -> Answered {
    let (fetch, subgraph, bytes_sent) = (request.fetch, request.subgraph, request.body.len());
    let started = began.elapsed();
    let result = transport.send(request).await;
    let duration = began.elapsed().saturating_sub(started);
    Answered { fetch, subgraph, asked, started, duration, bytes_sent, result }
}
