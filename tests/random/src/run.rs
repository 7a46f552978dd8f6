//! A whole run: worlds, operations on each, failures shrunk and written.

use crate::{
    case_folder::write_case,
    counters::{Counters, FEATURES, add},
    generate::generate,
    operation::{Operation, Selection, SelectionKind},
    operation_generator::generate_operation,
    random::Random,
    shrink::{Failure, shrink},
    trial::{Difference, Stage},
};
use std::{collections::BTreeSet, path::PathBuf};

#[derive(Debug, Clone)]
pub struct Options {
    pub operations: usize,
    pub seed: u64,
    /// Where failures go; they are neither shrunk nor written without it.
    pub out: Option<PathBuf>,
    /// The run ends after so many failures.
    pub failures_max: usize,
    /// Only these operations of these worlds of the seed; all where there are none.
    pub only: Vec<Place>,
}

/// A world of a seed, and one of its operations or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub world: u64,
    pub operation: Option<u64>,
}

#[derive(Debug, Default)]
pub struct Report {
    pub passed: usize,
    pub failed: usize,
    pub counters: Counters,
    /// One line for each failure.
    pub failures: Vec<String>,
}

const OPERATIONS_PER_WORLD: usize = 20;
const TRIES_PER_OPERATION: u64 = 8;

pub fn run(options: &Options) -> std::io::Result<Report> {
    let mut report = Report::default();
    let all = (0..).map(|world| Place { world, operation: None });
    let places: Box<dyn Iterator<Item = Place>> =
        if options.only.is_empty() { Box::new(all) } else { Box::new(options.only.iter().copied()) };
    for place in places {
        if report.passed + report.failed >= options.operations || report.failed >= options.failures_max {
            break;
        }
        run_world(options, place, &mut report)?;
    }
    Ok(report)
}

/// A few operations in which everything occurs that must: those of the first worlds that show something for the first time,
/// without those that others make up for.
pub fn cover(seed: u64, operations: usize) -> std::io::Result<Vec<Place>> {
    let mut covering: Vec<(Place, BTreeSet<&'static str>)> = Vec::new();
    let mut seen = BTreeSet::new();
    let worlds = (operations / OPERATIONS_PER_WORLD) as u64;
    for place in (0..worlds)
        .flat_map(|world| (0..OPERATIONS_PER_WORLD as u64).map(move |index| Place { world, operation: Some(index) }))
    {
        let options = Options { operations: 1, seed, out: None, failures_max: 1, only: vec![place] };
        let found = run(&options)?.counters.seen();
        if !found.is_subset(&seen) {
            seen.extend(&found);
            covering.push((place, found));
        }
        if seen.len() == FEATURES.len() {
            break;
        }
    }
    let mut index = 0;
    while index < covering.len() {
        let others = covering.iter().enumerate().filter(|(other, _)| *other != index);
        let of_others: BTreeSet<&'static str> = others.flat_map(|(_, (_, found))| found.iter().copied()).collect();
        if of_others.len() == seen.len() {
            covering.remove(index);
        } else {
            index += 1;
        }
    }
    Ok(covering.into_iter().map(|(place, _)| place).collect())
}

fn run_world(options: &Options, place: Place, report: &mut Report) -> std::io::Result<()> {
    let world_number = place.world;
    let world_seed = Random::part(options.seed, world_number).next();
    let world = generate(world_seed);
    add(&report.counters.worlds, 1);
    let stage = match Stage::new(&world, &report.counters) {
        Ok(stage) => stage,
        Err(difference) => {
            report.failed += 1;
            let failure = Failure { world, operation: Operation::default(), difference: *difference };
            return keep(options, report, failure, &format!("{} world {world_number}", options.seed));
        }
    };
    let all = 0..OPERATIONS_PER_WORLD as u64;
    for index in all.filter(|index| place.operation.is_none_or(|only| only == *index)) {
        if report.passed + report.failed >= options.operations || report.failed >= options.failures_max {
            break;
        }
        let Some((operation, outcome, order)) = run_operation(&stage, (world_seed, index), report) else {
            continue;
        };
        match outcome {
            Ok(()) => report.passed += 1,
            Err(difference) => {
                report.failed += 1;
                let name = format!("{} world {world_number} operation {index}", options.seed);
                let mut failure = Failure { world: world.clone(), operation, difference: *difference };
                if options.out.is_some() {
                    failure = shrink(failure, order);
                }
                keep(options, report, failure, &name)?;
            }
        }
    }
    Ok(())
}

/// The first valid one of some random operations. Many tries are needed only where aliases clash.
fn run_operation(
    stage: &Stage<'_>,
    (world_seed, index): (u64, u64),
    report: &mut Report,
) -> Option<(Operation, Result<(), Box<Difference>>, Random)> {
    (0..TRIES_PER_OPERATION).find_map(|attempt| {
        let random = Random::part(world_seed, 1000 + index * TRIES_PER_OPERATION + attempt);
        let order = Random::part(world_seed, 500_000 + index);
        let operation = generate_operation(stage.world, random);
        let outcome = stage.run(&operation, order.clone(), &report.counters)?;
        add(&report.counters.operations, 1);
        count(&operation, &report.counters);
        Some((operation, outcome, order))
    })
}

fn count(operation: &Operation, counters: &Counters) {
    if operation.is_mutation {
        counters.saw("mutation");
    }
    if !operation.variables.is_empty() {
        counters.saw("variable");
    }
    count_selections(operation, &operation.selections, (counters, false));
    for fragment in &operation.fragments {
        count_selections(operation, &fragment.selections, (counters, false));
    }
    let all = operation.text();
    if operation.variables.iter().filter(|variable| all.contains(&format!("(if: ${})", variable.name))).count() > 2 {
        counters.saw("condition: three variables in one operation");
    }
}

fn count_selections(operation: &Operation, selections: &[Selection], (counters, is_conditional): (&Counters, bool)) {
    for selection in selections {
        let conditions = count_conditions(operation, selection, counters);
        count_parts(operation, selection, counters);
        if conditions > 0 && is_conditional {
            counters.saw("condition: below another");
        }
        match &selection.kind {
            SelectionKind::Field { alias, arguments, .. } => {
                if alias.is_some() {
                    counters.saw("alias");
                }
                if !arguments.is_empty() {
                    counters.saw("arguments");
                }
            }
            SelectionKind::Inline { .. } => counters.saw("fragment: inline"),
            SelectionKind::Spread { .. } => counters.saw("fragment: named"),
        }
        count_selections(operation, &selection.selections, (counters, is_conditional || conditions > 0));
    }
}

fn count_parts(operation: &Operation, selection: &Selection, counters: &Counters) {
    for directive in &selection.directives {
        let is_off = directive.contains("if: false");
        if directive.starts_with("@stream") {
            counters.saw(if is_off { "stream: switched off" } else { "stream" });
        } else if directive.starts_with("@defer") {
            counters.saw(if is_off { "defer: switched off" } else { "defer" });
            if let SelectionKind::Spread { fragment } = &selection.kind
                && operation.text().matches(&format!("...{fragment}")).count() > 1
            {
                counters.saw("defer: in a fragment used twice");
            }
        }
    }
}

fn count_conditions(operation: &Operation, selection: &Selection, counters: &Counters) -> usize {
    let conditions: Vec<&String> =
        selection.directives.iter().filter(|text| text.starts_with("@skip") || text.starts_with("@include")).collect();
    for condition in &conditions {
        counters.saw(match &selection.kind {
            SelectionKind::Field { .. } => "condition: of a field",
            SelectionKind::Inline { .. } => "condition: of an inline fragment",
            SelectionKind::Spread { .. } => "condition: of a spread",
        });
        let Some((_, variable)) = condition.split_once("(if: $") else {
            counters.saw("condition: constant");
            continue;
        };
        let declared = operation.variables.iter().find(|known| variable.strip_suffix(')') == Some(&known.name));
        let has_default = declared.is_some_and(|variable| variable.declaration.contains('='));
        counters.saw(if has_default { "condition: variable with a default" } else { "condition: variable" });
    }
    if conditions.len() > 1 {
        counters.saw("condition: skip and include together");
    }
    conditions.len()
}

fn keep(options: &Options, report: &mut Report, failure: Failure, seed: &str) -> std::io::Result<()> {
    let first_line = failure.difference.text.lines().next().unwrap_or_default().to_owned();
    let mut line = format!("seed {seed}: {}: {first_line}", failure.difference.kind);
    if let Some(out) = &options.out {
        let folder = out.join(format!("{:03}-{}", report.failed, failure.difference.kind.replace(' ', "-")));
        write_case(&folder, &failure, seed)?;
        line = format!("{line} -> {}", folder.display());
    }
    report.failures.push(line);
    Ok(())
}
