//! Subgraphs in this process, and an executor's future driven to its end.

use std::{
    collections::BTreeSet,
    pin::pin,
    task::{Context, Poll, Waker},
};

use hansa_executor::{
    ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, MemoryLease, PreparedPlan, Transport, execute,
    execute_incrementally,
};
use hansa_federation::Supergraph;
use serde_json::Value;

use apollo_compiler::Name;
use bytes::Bytes;

/// What an execution is given besides plan and network.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) variables: Vec<(Name, Bytes)>,
    pub(crate) introspection: Vec<(Name, Bytes)>,
    pub(crate) limits: ExecutionLimits,
}

/// The response, which must be JSON with `data` and as many errors as were counted.
pub(crate) fn respond<T: Transport>(
    plan: &PreparedPlan,
    supergraph: &Supergraph,
    transport: &T,
    given: &Given,
) -> (Vec<u8>, Value) {
    let error_policy = ErrorPolicy::default();
    let request = request(given, &error_policy);
    let execution: Execution = drive(execute(plan, supergraph, transport, request));
    let error_count = execution.error_count;
    let mut body = execution.into_whole_body();
    body.push(b'}');
    let parsed: Result<Value, _> = serde_json::from_slice(&body);
    let response = parsed.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body)));
    assert!(response.get("data").is_some_and(|data| data.is_object() || data.is_null()), "{response}");
    let errors = response.get("errors").map_or(0, |errors| errors.as_array().map_or(usize::MAX, Vec::len));
    assert_eq!(errors, error_count, "{response}");
    (body, response)
}

/// The response in parts: each is JSON with as many errors as were counted, and the last one says that it is. What is
/// announced is completed, once, and nothing else is delivered.
pub(crate) fn respond_in_parts<T: Transport>(
    plan: &PreparedPlan,
    supergraph: &Supergraph,
    transport: &T,
    given: &Given,
) {
    let error_policy = ErrorPolicy::default();
    let request = request(given, &error_policy);
    let mut execution = execute_incrementally(plan, supergraph, transport, request);
    let mut pending = BTreeSet::new();
    let mut has_next = true;
    while let Some(mut payload) = drive(execution.next()) {
        assert!(has_next, "a part follows the last one");
        has_next = payload.has_next;
        payload.body.push(b'}');
        let parsed: Result<Value, _> = serde_json::from_slice(&payload.body);
        let part = parsed.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&payload.body)));
        assert_eq!(part["hasNext"].as_bool(), Some(has_next), "{part}");
        assert_eq!(count_errors(&part), payload.error_count, "{part}");
        for id in ids(&part, "pending") {
            assert!(pending.insert(id), "announced twice: {part}");
        }
        assert!(
            ids(&part, "incremental").all(|id| pending.contains(&id)),
            "not announced, or completed before: {part}"
        );
        for id in ids(&part, "completed") {
            assert!(pending.remove(&id), "not announced, or completed before: {part}");
        }
        assert_eq!(has_next, !pending.is_empty(), "{part}");
    }
    assert!(!has_next, "the last part is missing");
}

fn request<'a>(given: &'a Given, error_policy: &'a ErrorPolicy) -> ExecutionRequest<'a> {
    ExecutionRequest {
        variables: &given.variables,
        introspection: &given.introspection,
        limits: given.limits,
        memory: MemoryLease::uncounted(),
        error_policy,
        trace_id: "",
    }
}

fn ids(part: &Value, name: &str) -> impl Iterator<Item = String> {
    part[name].as_array().into_iter().flatten().map(|entry| entry["id"].to_string())
}

/// Of the part itself and of its entries.
fn count_errors(part: &Value) -> usize {
    let own = part["errors"].as_array().map_or(0, Vec::len);
    let entries = ["incremental", "completed"].into_iter().filter_map(|name| part[name].as_array()).flatten();
    own + entries.map(|entry| entry["errors"].as_array().map_or(0, Vec::len)).sum::<usize>()
}

/// No answer waits for anything outside of this process.
fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the execution does not end")
}
