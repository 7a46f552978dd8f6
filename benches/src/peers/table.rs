//! Prints a scenario's figures, for people.

use super::{Outcome, conclusions::ratios, shown_figures};
use crate::{
    figures::{Spread, spread},
    scenarios::{Rhythm, Scenario},
};

/// A table of medians, one of ratios, and the goals.
pub fn print(scenario: &Scenario, outcome: &Outcome) {
    let figures = shown_figures(scenario);
    println!("\n{}  {}: {}", scenario.key, scenario.name, circumstances(scenario, outcome));
    print!("{:<24}", "");
    for figure in figures {
        print!("{:>20}", figure.name());
    }
    println!("{:>11}{:>13}", "fetches", "load's core");
    for contestant in &outcome.contestants {
        if !contestant.runs.is_empty() {
            print!("{:<24}", contestant.name);
            for &figure in figures {
                let median = spread(figure, &contestant.runs).map(|spread| figure.show(spread.median));
                print!("{:>20}", median.unwrap_or_default());
            }
            let fetches = Spread::of(contestant.runs.iter().map(|run| run.fetches_per_request).collect());
            let busiest = contestant.runs.iter().map(|run| run.load_core_percent).fold(0.0, f64::max);
            let note = if contestant.is_apart { "  compared with none" } else { "" };
            println!("{:>11.1}{busiest:>11.0} %{note}", fetches.map_or(0.0, |fetches| fetches.median));
        }
        if let Some(failure) = &contestant.failure {
            println!("{:<24}failed: {failure}", contestant.name);
        }
    }
    print_ratios(scenario, outcome);
}

fn print_ratios(scenario: &Scenario, outcome: &Outcome) {
    let ratios = ratios(scenario, outcome);
    let mut others: Vec<&str> = ratios.iter().map(|ratio| ratio.other.as_str()).collect();
    others.dedup();
    for other in others {
        let of_other = || ratios.iter().filter(|ratio| ratio.other == other);
        print!("{:<24}", of_other().next().map(|ratio| format!("{} / {other}", ratio.subject)).unwrap_or_default());
        for ratio in of_other() {
            print!("{:>20}", ratio.spread.to_string());
        }
        println!();
    }
    for ratio in &ratios {
        if let Some(verdict) = &ratio.verdict {
            println!("  {} against {}: {:.2}, {verdict}", ratio.figure.name(), ratio.other, ratio.spread.median);
        }
    }
}

fn circumstances(scenario: &Scenario, outcome: &Outcome) -> String {
    let run = outcome.contestants.iter().find_map(|contestant| contestant.runs.first());
    let mut text = match scenario.rhythm {
        Rhythm::FirstOnly { starts } => format!("{starts} starts in each round"),
        Rhythm::PerSecond(rate) => format!("{rate} requests/s over {} connections", outcome.connections),
        Rhythm::Once { .. } => format!("each operation once, {} connections", outcome.connections),
        Rhythm::Closed => format!("{} connections", outcome.connections),
    };
    if let Some(run) = run.filter(|_| scenario.questions.len() == 1) {
        text += &format!(", {} bytes", run.response_bytes);
    }
    if let Some(path) = scenario.critical_path {
        text += &format!(", critical path {:.0} ms", path.as_secs_f64() * 1e3);
    }
    text
}
