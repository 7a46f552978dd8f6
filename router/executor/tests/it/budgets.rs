//! One request cannot use more memory than it may.

use crate::{
    plan_text::PlanText,
    scripted::{Setting, after, ok, run_with},
};
use expect_test::expect;
use hansa_executor::{ExecutionLimits, MemoryBudget, MemoryLease};
use hansa_query_planner::plan::QueryPlan;
use std::sync::Arc;

fn plan() -> QueryPlan {
    PlanText::new()
        .view(0, "Query", "users: [User] -> 1 b: Int")
        .view(1, "User", "name: String")
        .root("accounts", &[], "is Query { users: [User] -> 1 is User { name: String } }")
        .root("stock", &[], "is Query { b: Int }")
        .build()
}

fn run_limits(limits: ExecutionLimits) -> String {
    // As asked it would be kept as one text, and take one slot.
    let users = vec![r#"{"name": "Ada"}"#; 100].join(",");
    let users = format!("{{\"data\":{{\"users\":[{users}]}}}}");
    let setting = Setting { limits, ..Setting::default() };
    run_with(plan(), vec![ok(users), after(9, r#"{"data":{"b":1}}"#)], &setting).response
}

#[test]
fn received_bytes() {
    let limits = ExecutionLimits { received_bytes_max: 1000, ..ExecutionLimits::default() };
    expect![[r#"{"data":null,"errors":[{"message":"subgraphs answered with more data than one request may use","extensions":{"code":"RESPONSE_TOO_LARGE"}}]}"#]].assert_eq(&run_limits(limits));
}

#[test]
fn slots() {
    let limits = ExecutionLimits { slots_max: 150, ..ExecutionLimits::default() };
    expect![[r#"{"data":null,"errors":[{"message":"subgraphs answered with more data than one request may use","extensions":{"code":"RESPONSE_TOO_LARGE"}}]}"#]].assert_eq(&run_limits(limits));
}

#[test]
fn response_bytes() {
    let limits = ExecutionLimits { response_bytes_max: 1000, ..ExecutionLimits::default() };
    expect![[r#"{"data":null,"errors":[{"message":"the response is larger than allowed","extensions":{"code":"RESPONSE_TOO_LARGE"}}]}"#]].assert_eq(&run_limits(limits));
}

#[test]
fn enough() {
    let response = run_limits(ExecutionLimits::default());
    assert!(response.ends_with(r#"{"name":"Ada"}],"b":1}}"#));
}

/// Runs once: the same with space in the answers needs more.
fn not_default() -> ExecutionLimits {
    ExecutionLimits { nesting_max: 100, ..ExecutionLimits::default() }
}

/// Twice as much would be too much, and is not needed.
#[test]
fn what_is_needed_is_enough() {
    let user = format!(r#"{{"name": "{}"}}"#, "x".repeat(1_000));
    let users = format!("{{\"data\":{{\"users\":[{}]}}}}", vec![user; 5_000].join(","));
    let run = |memory: Arc<MemoryLease>| {
        let setting = Setting { memory, limits: not_default(), ..Setting::default() };
        let response = run_with(plan(), vec![ok(users.clone()), ok(r#"{"data":{"b":1}}"#)], &setting).response;
        (response.ends_with(r#"x"}],"b":1}}"#), setting.memory)
    };
    let peak = run(MemoryBudget::new(usize::MAX, usize::MAX).lease()).1.peak_bytes();
    let (is_answered, memory) = run(MemoryBudget::new(usize::MAX, peak / 4 * 3).lease());
    assert!(is_answered, "{peak}");
    assert!(memory.peak_bytes() <= peak / 4 * 3);
    let (is_answered, memory) = run(MemoryBudget::new(peak / 4 * 3, usize::MAX).lease());
    assert!(is_answered && !memory.is_refused(), "{peak}");
}

/// Everything that a request holds is counted while it does, and nothing afterwards; another one has what is left.
#[test]
fn memory_of_the_process() {
    let budget = MemoryBudget::new(64 << 10, usize::MAX);
    let response = |count: usize| {
        let users = vec![r#"{"name":"Ada"}"#; count].join(",");
        let users = format!("{{\"data\":{{\"users\":[{users}]}}}}");
        let setting = Setting { memory: budget.lease(), limits: not_default(), ..Setting::default() };
        let outcome = run_with(plan(), vec![ok(users), after(9, r#"{"data":{"b":1}}"#)], &setting);
        let (held, all) = (setting.memory.held_bytes(), budget.held_bytes());
        assert!((outcome.execution.body.len()..=all).contains(&held) || count > 1_000, "{held} of {all}");
        drop(outcome.execution);
        assert_eq!((setting.memory.held_bytes(), budget.held_bytes()), (0, 0));
        outcome.response
    };
    assert!(response(100).ends_with(r#"{"name":"Ada"}],"b":1}}"#));
    let spent = expect![[
        r#"{"data":null,"errors":[{"message":"the router has too little memory left to go on with this request; try again later","extensions":{"code":"OVERLOADED"}}]}"#
    ]];
    // Slots are too many, or the response is too long.
    spent.assert_eq(&response(10_000));
    let other = budget.lease();
    other.hold(56 << 10).expect("there is room");
    let one = MemoryBudget::new(usize::MAX, 10 << 10).lease();
    let setting = Setting { memory: one, limits: not_default(), ..Setting::default() };
    let users = format!("{{\"data\":{{\"users\":[{}]}}}}", vec![r#"{"name":"Ada"}"#; 10_000].join(","));
    let own = run_with(plan(), vec![ok(users), ok(r#"{"data":{"b":1}}"#)], &setting).response;
    expect![[r#"{"data":null,"errors":[{"message":"the response is larger than allowed","extensions":{"code":"RESPONSE_TOO_LARGE"}}]}"#]].assert_eq(&own);
}
