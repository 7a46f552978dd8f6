//! The response in pieces, for operations that defer something.

use crate::{InProcess, client::put_together};
use expect_test::expect_file;
use hansa_executor::{Execution, ExecutionRequest, Payload, PreparedPlan, execute_incrementally};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    path::Path,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Compares the payloads with the case's `incremental.json`, and what they make together with the response in one piece.
pub(crate) fn check(
    plan: &PreparedPlan,
    (path, stem): (&Path, &str),
    subgraphs: [&InProcess<'_>; 2],
    request: ExecutionRequest<'_>,
    whole: &Execution,
) {
    let [in_order, reversed] = subgraphs.map(|transport| run(plan, transport, request));
    let texts: Vec<Value> = in_order.iter().map(|payload| json(&payload.body)).collect();
    expect_file![path.with_file_name(format!("{stem}incremental.json"))]
        .assert_eq(&format!("{:#}\n", Value::Array(texts)));
    let whole = json(&whole.body);
    for payloads in [in_order, reversed] {
        let client = put_together(&payloads);
        // Where a fragment is given up, the client keeps what is around it.
        if client.failed.is_empty() {
            assert_eq!(client.data, whole["data"], "{}", path.display());
            assert_eq!(messages(&client.errors), messages(&errors_of(&whole)), "{}", path.display());
        }
    }
}

fn run(plan: &PreparedPlan, transport: &InProcess<'_>, request: ExecutionRequest<'_>) -> Vec<Payload> {
    let mut execution = execute_incrementally(plan, transport.supergraph, transport, request);
    let mut payloads = Vec::new();
    'next: loop {
        let mut next = pin!(execution.next());
        for _ in 0..10_000 {
            match next.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Some(payload)) => {
                    payloads.push(payload);
                    continue 'next;
                }
                Poll::Ready(None) => return payloads,
                Poll::Pending => {}
            }
        }
        panic!("the execution does not end");
    }
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(&[body, b"}"].concat()).unwrap()
}

fn errors_of(response: &Value) -> Vec<Value> {
    response["errors"].as_array().cloned().unwrap_or_default()
}

fn messages(errors: &[Value]) -> BTreeSet<String> {
    errors.iter().map(|error| error["message"].to_string()).collect()
}
