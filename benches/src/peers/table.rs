//! Prints a scenario's figures, for people.

use super::{Outcome, conclusions::ratios, shown_figures};
use crate::{figures::spread, scenarios::Scenario};

/// A table of medians, then the ratios.
pub fn print(scenario: &Scenario, outcome: &Outcome) {
    let figures = shown_figures(scenario);
    println!("\n{}  {}: {}", scenario.key, scenario.name, circumstances(scenario, outcome));
    print!("{:<16}", "");
    for figure in figures {
        print!("{:>17}", figure.name());
    }
    println!("{:>14}", "load's core");
    for contestant in &outcome.contestants {
        if !contestant.runs.is_empty() {
            print!("{:<16}", contestant.name);
            for &figure in figures {
                let median = spread(figure, &contestant.runs).map(|spread| figure.show(spread.median));
                print!("{:>17}", median.unwrap_or_default());
            }
            let busiest = contestant.runs.iter().map(|run| run.load_core_percent).fold(0.0, f64::max);
            let note = if contestant.is_apart { "  compared with none" } else { "" };
            println!("{busiest:>12.0} %{note}");
        }
        if let Some(failure) = &contestant.failure {
            println!("{:<16}failed: {failure}", contestant.name);
        }
    }
    for ratio in ratios(scenario, outcome) {
        let verdict = ratio.verdict.map(|verdict| format!("   {verdict}")).unwrap_or_default();
        let pair = format!("{} / {}", ratio.subject, ratio.other);
        println!("  {pair:<24}{:<18}{}{verdict}", ratio.figure.name(), ratio.spread);
    }
}

fn circumstances(scenario: &Scenario, outcome: &Outcome) -> String {
    let run = outcome.contestants.iter().find_map(|contestant| contestant.runs.first());
    let mut text = format!("{} connections", outcome.connections);
    if let Some(run) = run {
        text += &format!(", {} bytes, {:.1} requests to subgraphs", run.response_bytes, run.fetches_per_request);
    }
    if let Some(path) = scenario.critical_path {
        text += &format!(", critical path {:.0} ms", path.as_secs_f64() * 1e3);
    }
    text
}
