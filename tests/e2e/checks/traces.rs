//! What an operator sees of an order.

use super::journey;
use crate::{process::call, system::System};
use serde_json::Value;
use std::collections::BTreeSet;

pub(crate) fn of_an_order_has_every_context(system: &System) {
    let order = journey::place(system, "traced-0001");
    let servers: Vec<&str> = system.server_flags.iter().map(String::as_str).collect();
    let arguments = ["events", "trace", &order, "--data", system.data.to_str().unwrap(), "--format", "json"];
    let called = call(&[&arguments[..], &servers].concat());
    assert_eq!(called.status, 0, "{}", called.stderr);
    let events: Vec<Value> = called.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let contexts: BTreeSet<&str> = events.iter().filter_map(|event| event["context"].as_str()).collect();
    assert_eq!(
        contexts.into_iter().collect::<Vec<_>>(),
        ["inventory", "orders", "payments", "shipping"],
        "{}",
        called.stdout
    );
    let traceparents = events.iter().map(|event| event["event"]["event"]["traceparent"].as_str());
    let traces: BTreeSet<&str> = traceparents.filter_map(|traceparent| traceparent?.split('-').nth(1)).collect();
    assert_eq!(traces.len(), 1, "the trace of one request shows them all: {}", called.stdout);
}
