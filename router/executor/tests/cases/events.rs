//! Subscriptions: the response to each event of the mock that is the source.

use crate::{InProcess, run_to_end};
use hansa_executor::{ExecutionRequest, PreparedPlan, SubgraphResponse, execute_event, source_request};
use serde_json::Value;

/// A source with more is endless.
const EVENTS_MAX: usize = 20;

/// A list.
pub(crate) fn responses(plan: &PreparedPlan, subgraphs: &InProcess<'_>, request: ExecutionRequest<'_>) -> String {
    let source = source_request(plan, subgraphs.supergraph, request).unwrap();
    let mock = subgraphs.subgraphs[source.subgraph.0 as usize].as_ref().unwrap();
    let body = serde_json::from_slice(&source.body).unwrap();
    let mut responses = Vec::new();
    while let Some(event) = mock.event(&body, responses.len()).unwrap() {
        let event = SubgraphResponse { status: 200, body: event.to_string().into() };
        let execution = run_to_end(execute_event(plan, subgraphs.supergraph, (subgraphs, event), request));
        let mut body = execution.into_whole_body();
        body.push(b'}');
        responses.push(serde_json::from_slice(&body).unwrap());
        assert!(responses.len() < EVENTS_MAX, "a case's events end");
    }
    format!("{:#}\n", Value::Array(responses))
}
