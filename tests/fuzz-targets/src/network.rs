//! Subgraphs in this process, and an executor's future driven to its end.

use std::{
    collections::BTreeSet,
    pin::pin,
    task::{Context, Poll, Waker},
};

use hansa_executor::{
    ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, PreparedPlan, Transport, execute, execute_incrementally,
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

impl Given {
    fn request<'a>(&'a self, error_policy: &'a ErrorPolicy) -> ExecutionRequest<'a> {
        ExecutionRequest {
            variables: &self.variables,
            introspection: &self.introspection,
            limits: self.limits,
            error_policy,
            trace_id: "",
        }
    }
}

/// The response, which must be JSON with `data` and as many errors as were counted.
pub(crate) fn respond<T: Transport>(
    plan: &PreparedPlan,
    supergraph: &Supergraph,
    transport: &T,
    given: &Given,
) -> (Vec<u8>, Value) {
    let error_policy = ErrorPolicy::default();
    let request = given.request(&error_policy);
    let Execution { mut body, error_count, .. } = drive(execute(plan, supergraph, transport, request));
    body.push(b'}');
    let parsed: Result<Value, _> = serde_json::from_slice(&body);
    let response = parsed.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body)));
    assert!(response.get("data").is_some_and(|data| data.is_object() || data.is_null()), "{response}");
    let errors = response.get("errors").map_or(0, |errors| errors.as_array().map_or(usize::MAX, Vec::len));
    assert_eq!(errors, error_count, "{response}");
    (body, response)
}

/// A response in parts: each is JSON, everything that is announced is completed once, and nothing else is.
pub(crate) fn respond_in_parts<T: Transport>(
    plan: &PreparedPlan,
    supergraph: &Supergraph,
    transport: &T,
    given: &Given,
) {
    let error_policy = ErrorPolicy::default();
    let mut execution = execute_incrementally(plan, supergraph, transport, given.request(&error_policy));
    let mut pending = BTreeSet::new();
    let mut is_first = true;
    while let Some(payload) = drive(execution.next()) {
        let mut body = payload.body;
        body.push(b'}');
        let parsed: Result<Value, _> = serde_json::from_slice(&body);
        let part = parsed.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body)));
        assert_eq!(part.get("data").is_some(), std::mem::take(&mut is_first), "{part}");
        assert_eq!(part["hasNext"], payload.has_next, "{part}");
        for announced in entries(&part, "pending") {
            assert!(pending.insert(announced["id"].to_string()), "announced twice: {part}");
        }
        for delivered in entries(&part, "incremental") {
            assert!(pending.contains(&delivered["id"].to_string()), "not announced: {part}");
        }
        for completed in entries(&part, "completed") {
            assert!(pending.remove(&completed["id"].to_string()), "not announced, or completed before: {part}");
        }
        assert_eq!(payload.has_next, !pending.is_empty(), "{part}");
    }
    assert!(pending.is_empty() && !is_first);
}

fn entries<'a>(part: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    part.get(name).and_then(Value::as_array).into_iter().flatten()
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
