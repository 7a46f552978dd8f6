//! Runs a plan: one future drives the whole request, and answers are read as they come.

use crate::{
    Execution, ExecutionRequest, FetchReport, PreparedPlan, SubgraphRequest, SubgraphResponse, Transport,
    TransportError, engine::Engine, representation::Asked,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use hansa_federation::{SubgraphId, Supergraph};
use hansa_query_planner::plan::FetchId;
use std::time::{Duration, Instant};

/// Answers one request. Dropping the future cancels the fetches that are under way.
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
        while let Some((request, asked)) = engine.next_request() {
            under_way.push(send(transport, request, asked, began));
        }
        let Some(answered) = under_way.next().await else {
            if engine.received_bytes < LARGE_BYTES_MIN {
                return engine.finish(reports);
            }
            return transport.run_long(|| engine.finish(reports));
        };
        let fetch = answered.fetch;
        let mut report = answered.report();
        let is_long = answered.result.as_ref().is_ok_and(|response| response.body.len() >= LARGE_BYTES_MIN);
        let end_fetch = || engine.end_fetch(fetch.0, answered.asked, answered.result);
        let ending = if is_long { transport.run_long(end_fetch) } else { end_fetch() };
        let Ok(ending) = ending else {
            report.failure = Some(crate::codes::RESPONSE_TOO_LARGE);
            reports.push(report);
            return engine.finish_without_data(OVER_BUDGET, reports);
        };
        report.status = ending.status;
        report.bytes_received = ending.bytes;
        report.failure = ending.failure;
        reports.push(report);
        engine.release(fetch.0);
    }
}

/// From here on reading and writing take milliseconds.
const LARGE_BYTES_MIN: usize = 1 << 20;

const OVER_BUDGET: &str = "subgraphs answered with more data than one request may use";

/// A request that came to an end, well or badly.
struct Answered {
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

async fn send<T: Transport>(transport: &T, request: SubgraphRequest, asked: Asked, began: Instant) -> Answered {
    let (fetch, subgraph, bytes_sent) = (request.fetch, request.subgraph, request.body.len());
    let started = began.elapsed();
    let result = transport.send(request).await;
    let duration = began.elapsed().saturating_sub(started);
    Answered { fetch, subgraph, asked, started, duration, bytes_sent, result }
}
