//! The outcome, for people and for programs.

use super::{
    conclusion::Conclusion,
    outcome::{Outcome, Refusal, SubgraphRecord},
};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Names that are listed where not all are wanted.
const NAMES_MAX: usize = 10;

/// Ends with the one line that says it all.
pub(crate) fn summary_text(outcome: &Outcome<'_>, lists_unreached: bool) -> String {
    let mut text = String::new();
    notes(outcome, &mut text);
    let never = outcome.coverage.never();
    if lists_unreached {
        for field in &never {
            let _ = writeln!(text, "not reached: {field}");
        }
    }
    let hint = if lists_unreached || never.is_empty() { "" } else { "; --unreached lists the others" };
    let (covered, total) = (outcome.coverage.covered(), outcome.coverage.total());
    let _ = writeln!(text, "fields of the API reached: {covered} of {total}{hint}");
    let _ = writeln!(
        text,
        "requests to subgraphs: {} ({:.1} a second)",
        outcome.requests(),
        outcome.rate(outcome.requests())
    );
    let _ = writeln!(text, "{}", verdict_line(outcome));
    text
}

fn verdict_line(outcome: &Outcome<'_>) -> String {
    let seconds = outcome.elapsed.as_secs_f64();
    let stopped = if outcome.is_stopped { ", stopped early" } else { "" };
    let mut line = format!(
        "{} operations in {seconds:.1} s{stopped}: {} by two plans each ({} distinct plans), {} with one plan only",
        outcome.operations,
        outcome.compared() + outcome.unstable,
        outcome.distinct_plans(),
        outcome.one_plan,
    );
    for (count, what) in [
        (outcome.unstable, "whose answers change by themselves"),
        (outcome.undecided, "undecided because a subgraph failed"),
        (refusals(outcome).map(|(_, refusal)| refusal.count).sum(), "refused by the router"),
    ] {
        if count > 0 {
            let _ = write!(line, ", {count} {what}");
        }
    }
    let _ = write!(line, "; {}", Conclusion::of(outcome));
    line
}

/// With the place that an operation of the user's is from.
fn refusals<'a>(outcome: &'a Outcome<'_>) -> impl Iterator<Item = (Option<&'a str>, &'a Refusal)> {
    let given = outcome.refused_given.iter().map(|(origin, refusal)| (Some(origin.as_str()), refusal));
    given.chain(outcome.refused.values().map(|refusal| (None, refusal)))
}

fn notes(outcome: &Outcome<'_>, text: &mut String) {
    for name in &outcome.left_out {
        let _ = writeln!(text, "left out: {name}: only queries are asked");
    }
    for (origin, refusal) in refusals(outcome) {
        let Refusal { code, count, description, .. } = refusal;
        let _ = match origin {
            Some(origin) => writeln!(text, "refused: {origin}: {code}: {description}"),
            None => writeln!(text, "refused with {code} ({count} operations): {description}"),
        };
        for line in refusal.operation.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    let subgraphs = outcome.verification.supergraph().subgraphs.iter().zip(&outcome.subgraphs);
    for (subgraph, record) in subgraphs.filter(|(_, record)| record.failures() > 0) {
        let codes: Vec<String> = record.failed.iter().map(|(code, count)| format!("{code} {count}")).collect();
        let _ = writeln!(
            text,
            "subgraph {}: {} of {} requests failed ({})",
            subgraph.name,
            record.failures(),
            record.requests,
            codes.join(", ")
        );
    }
    if !outcome.unstable_fields.is_empty() {
        let fields: Vec<&str> = outcome.unstable_fields.keys().map(String::as_str).collect();
        let _ = writeln!(text, "change by themselves: {}", listed(&fields));
    }
    if !outcome.without_values.is_empty() {
        let fields: Vec<&str> = outcome.without_values.iter().map(String::as_str).collect();
        let _ = writeln!(text, "never asked, for want of a value: {}", listed(&fields));
    }
}

fn listed(names: &[&str]) -> String {
    match names.len() {
        0..=NAMES_MAX => names.join(", "),
        several => format!("{} and {} more", names[..NAMES_MAX].join(", "), several - NAMES_MAX),
    }
}

pub(crate) fn summary_json(outcome: &Outcome<'_>) -> Value {
    let names = outcome.verification.supergraph().subgraphs.iter().map(|subgraph| subgraph.name.clone());
    let subgraph = |record: &SubgraphRecord| json!({ "requests": record.requests, "failed": record.failed });
    let subgraphs: Map<String, Value> = names.zip(outcome.subgraphs.iter().map(subgraph)).collect();
    let refused = refusals(outcome).map(|(origin, refusal)| {
        json!({
            "origin": origin,
            "code": refusal.code,
            "count": refusal.count,
            "description": refusal.description,
            "operation": refusal.operation,
        })
    });
    let conclusion = Conclusion::of(outcome);
    let findings = outcome.findings.iter().map(|finding| outcome.verification.finding_json(finding));
    json!({
        "seed": outcome.verification.seed,
        "agrees": conclusion.is_good(),
        "conclusion": conclusion.to_string(),
        "stopped": outcome.is_stopped,
        "seconds": outcome.elapsed.as_secs_f64(),
        "operations": {
            "asked": outcome.operations,
            "compared": outcome.compared(),
            "agreed": outcome.agreed,
            "differing": outcome.found_before + outcome.findings.len() as u64,
            "onePlan": outcome.one_plan,
            "unstable": outcome.unstable,
            "undecided": outcome.undecided,
        },
        "distinctPlans": outcome.distinct_plans(),
        "answers": outcome.answers,
        "requests": { "total": outcome.requests(), "perSecond": outcome.rate(outcome.requests()) },
        "fields": {
            "total": outcome.coverage.total(),
            "reached": outcome.coverage.covered(),
            "unreached": outcome.coverage.never(),
            "withoutValues": outcome.without_values,
        },
        "unstableFields": outcome.unstable_fields,
        "subgraphs": subgraphs,
        "leftOut": outcome.left_out,
        "refused": refused.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
    })
}
