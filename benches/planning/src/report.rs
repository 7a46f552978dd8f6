//! Prints what was measured, for people: one line for each input.

use std::time::Duration;

use crate::{
    input::Input,
    measurement::{Measured, Outcome},
    phases::{Phases, STEPS},
};

pub fn print_head() {
    println!(
        "{:<24} {:>7} {:>10} {:>10} {:>10} {:>9} {:>10}  plan",
        "operation", "fields", "least", "median", "p99", "memory", "compile"
    );
}

pub fn print(input: &Input, measured: &Measured) {
    let (compile, plan) = match &measured.outcome {
        Outcome::Planned { fetches, operation_bytes, plan_bytes, compile_time } => {
            let plan = format!("{fetches} fetches, {} asked, weighs {}", bytes(*operation_bytes), bytes(*plan_bytes));
            (milliseconds(*compile_time), plan)
        }
        Outcome::Refused(error) => ("-".to_owned(), format!("refused: {error}")),
    };
    println!(
        "{:<24} {:>7} {:>10} {:>10} {:>10} {:>9} {compile:>10}  {plan}",
        input.name,
        input.field_count(),
        milliseconds(measured.least()),
        milliseconds(measured.median()),
        milliseconds(measured.p99()),
        bytes(measured.peak_memory),
    );
}

/// Many small operations in one line: the mean of their medians, and the worst of them.
pub fn print_many(what: &str, measured: &[(Input, Measured)]) {
    let Some((slowest, of_slowest)) = measured.iter().max_by_key(|(_, measured)| measured.median()) else { return };
    let sum: Duration = measured.iter().map(|(_, measured)| measured.median()).sum();
    let peak_memory = measured.iter().map(|(_, measured)| measured.peak_memory).max().unwrap_or_default();
    let short = slowest.name.rsplit("/tests/").next().unwrap_or(&slowest.name);
    println!(
        "{what}: {} operations, mean {}, max {} ({short}), memory at most {}",
        measured.len(),
        milliseconds(sum / measured.len() as u32),
        milliseconds(of_slowest.median()),
        bytes(peak_memory),
    );
}

pub fn print_steps_head() {
    print!("{:<15} {:>10} {:>7} {:>7}", "means of", "operations", "text", "fetches");
    STEPS.iter().for_each(|step| print!(" {step:>9}"));
    println!(" {:>9} {:>9} {:>9} {:>9}", "all", "document", "plan", "weighs");
}

/// Means over all operations.
pub fn print_steps(name: &str, phases: &Phases) {
    let operations = phases.operations;
    let fetches = phases.fetches as f64 / operations as f64;
    print!("{name:<15} {operations:>10} {:>7} {fetches:>7.1}", bytes(phases.text_bytes / operations));
    let all: Duration = phases.times.iter().sum();
    for time in phases.times.iter().chain([&all]) {
        print!(" {:>6.1} us", time.as_secs_f64() * 1e6 / operations as f64);
    }
    for sum in [phases.document_bytes, phases.plan_bytes, phases.plan_weight] {
        print!(" {:>9}", bytes(sum / operations));
    }
    println!();
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1e3)
}

fn bytes(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{} KiB", bytes >> 10),
        _ => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
    }
}
