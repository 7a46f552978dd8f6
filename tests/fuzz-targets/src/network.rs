//! Subgraphs in this process, and an executor's future driven to its end.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use hansa_executor::{ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, PreparedPlan, Transport, execute};
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
    let request = ExecutionRequest {
        variables: &given.variables,
        introspection: &given.introspection,
        limits: given.limits,
        error_policy: &ErrorPolicy::default(),
        trace_id: "",
    };
    let Execution { mut body, error_count, .. } = drive(execute(plan, supergraph, transport, request));
    body.push(b'}');
    let parsed: Result<Value, _> = serde_json::from_slice(&body);
    let response = parsed.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body)));
    assert!(response.get("data").is_some_and(|data| data.is_object() || data.is_null()), "{response}");
    let errors = response.get("errors").map_or(0, |errors| errors.as_array().map_or(usize::MAX, Vec::len));
    assert_eq!(errors, error_count, "{response}");
    (body, response)
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
