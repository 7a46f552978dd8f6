//! `extensions.queryPlan`: the plan as text, and for each fetch what it asked for, after what, and how long it took.

use hansa_executor::FetchReport;
use hansa_federation::Supergraph;
use hansa_query_planner::plan::{Fetch, FetchId, FetchKind, QueryPlan};
use serde::Serialize;
use std::time::Duration;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extensions<'a> {
    query_plan: Report<'a>,
}

#[derive(Serialize)]
struct Report<'a> {
    text: String,
    fetches: Vec<FetchLine<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FetchLine<'a> {
    id: u32,
    subgraph: &'a str,
    kind: &'static str,
    depends_on: Vec<u32>,
    operation: &'a str,
    started_us: u64,
    duration_us: u64,
    status: Option<u16>,
    failure: Option<&'static str>,
    bytes: usize,
    entities: usize,
    requests: u32,
    /// Another request asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    shared: bool,
}

/// Adds the report to a response whose closing brace is still to come.
pub(crate) fn append(
    plan: &QueryPlan,
    supergraph: &Supergraph,
    (body, fetches): (&mut Vec<u8>, &[FetchReport]),
    shared: &[FetchId],
) {
    let lines = plan.fetches.iter().map(|fetch| {
        let report = fetches.iter().find(|report| report.id == fetch.id);
        fetch_line(fetch, supergraph, report, shared.contains(&fetch.id))
    });
    let extensions = Extensions { query_plan: Report { text: plan.to_text(supergraph), fetches: lines.collect() } };
    let json = serde_json::to_vec(&extensions).expect("texts and numbers can be written as JSON");
    body.extend_from_slice(b",\"extensions\":");
    body.extend_from_slice(&json);
}

/// A fetch without a report was not sent: it had nothing to ask.
fn fetch_line<'a>(
    fetch: &'a Fetch,
    supergraph: &'a Supergraph,
    report: Option<&FetchReport>,
    is_shared: bool,
) -> FetchLine<'a> {
    FetchLine {
        id: fetch.id.0,
        subgraph: &supergraph.subgraph(fetch.subgraph).name,
        kind: match fetch.kind {
            FetchKind::Root(_) | FetchKind::RootBelow(_) => "root",
            FetchKind::Entities(_) => "entities",
        },
        depends_on: fetch.depends_on.iter().map(|dependency| dependency.0).collect(),
        operation: &fetch.operation,
        started_us: report.map_or(0, |report| microseconds(report.started)),
        duration_us: report.map_or(0, |report| microseconds(report.duration)),
        status: report.and_then(|report| report.status),
        failure: report.and_then(|report| report.failure),
        bytes: report.map_or(0, |report| report.bytes_received),
        entities: report.map_or(0, |report| report.entities),
        requests: u32::from(report.is_some() && !is_shared),
        shared: is_shared,
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
