//! Every round's figures as JSON, with what they were measured on and under which settings.

use serde_json::{Value, json};

use super::{Conditions, Outcome, conclusions::ratios};
use crate::{machine, routers::Router, scenarios::Scenario};

/// The whole run.
pub fn document(machine: &str, conditions: &Conditions, routers: &[Router], scenarios: &[Value]) -> Value {
    let routers: Vec<Value> = routers
        .iter()
        .map(|router| {
            // Without its folder, which says something about a machine and nothing about the router.
            let program = router.program.file_name().map(|name| name.to_string_lossy());
            json!({"name": router.name, "version": router.version, "program": program, "install": router.install})
        })
        .collect();
    json!({
        "machine": machine,
        "kernel": machine::kernel(),
        "rounds": conditions.rounds,
        "seconds": conditions.duration.as_secs_f64(),
        "router_core": conditions.router_core,
        "routers": routers,
        "scenarios": scenarios,
    })
}

/// One scenario: all runs, and the ratios.
pub fn scenario(scenario: &Scenario, outcome: &Outcome) -> Value {
    let contestants: Vec<Value> = outcome
        .contestants
        .iter()
        .map(|contestant| {
            json!({
                "name": contestant.name,
                "compared": !contestant.is_apart,
                "failure": contestant.failure,
                "runs": contestant.runs,
            })
        })
        .collect();
    let ratios: Vec<Value> = ratios(scenario, outcome)
        .into_iter()
        .map(|ratio| {
            json!({
                "of": ratio.subject,
                "to": ratio.other,
                "figure": ratio.figure,
                "ratio": ratio.spread,
                "goal": ratio.verdict.as_ref().map(|verdict| verdict.goal.at_most),
                "goal_met": ratio.verdict.as_ref().map(|verdict| verdict.is_met),
                "stretch_met": ratio.verdict.as_ref().map(|verdict| verdict.is_stretch_met),
            })
        })
        .collect();
    json!({
        "key": scenario.key,
        "name": scenario.name,
        "connections": outcome.connections,
        "critical_path_ms": scenario.critical_path.map(|path| path.as_secs_f64() * 1e3),
        "contestants": contestants,
        "ratios": ratios,
    })
}
