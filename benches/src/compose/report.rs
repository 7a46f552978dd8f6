//! Prints what composing took, for people and as JSON, and whether the goals were met.

use std::time::Duration;

use serde_json::{Value, json};

use crate::compose::{
    Goal,
    measurement::{Measured, Run},
};

/// Least, middle and most of some figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub min: f64,
    pub median: f64,
    pub max: f64,
}

impl Spread {
    pub fn of(figures: impl Iterator<Item = f64>) -> Spread {
        let mut sorted: Vec<f64> = figures.collect();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
        Spread { min: at(0), median: at(sorted.len() / 2), max: at(sorted.len().saturating_sub(1)) }
    }
}

fn wall(measured: &Measured) -> Spread {
    Spread::of(measured.runs.iter().map(|run| milliseconds(run.wall)))
}

fn cpu(measured: &Measured) -> Spread {
    Spread::of(measured.runs.iter().map(|run| milliseconds(run.cpu)))
}

fn memory(measured: &Measured) -> Spread {
    Spread::of(measured.runs.iter().map(|run| mebibytes(run.peak_memory)))
}

/// A graph's figures, and what of its goal was missed.
pub fn print_graph(measured: &Measured, goal: Option<Goal>) -> Vec<String> {
    let (wall, cpu, memory) = (wall(measured), cpu(measured), memory(measured));
    println!("{}: {} subgraphs, {} lines", measured.name, measured.subgraphs, measured.lines);
    println!("  wall ms       min {:.1}, median {:.1}, max {:.1}", wall.min, wall.median, wall.max);
    println!("  CPU ms        min {:.0}, median {:.0}, max {:.0}", cpu.min, cpu.median, cpu.max);
    println!("  peak MiB      min {:.1}, median {:.1}, max {:.1}", memory.min, memory.median, memory.max);
    let mut missed = Vec::new();
    if let Some(goal) = goal {
        let most = milliseconds(goal.wall);
        println!("  goal          {most:.0} ms: {}", in_words(wall.max <= most));
        if wall.max > most {
            missed.push(format!("{} took {:.0} ms, and may take {most:.0} ms", measured.name, wall.max));
        }
        if let Some(most) = goal.peak_memory.map(mebibytes) {
            println!("  goal          {most:.0} MiB: {}", in_words(memory.max <= most));
            if memory.max > most {
                missed.push(format!("{} used {:.0} MiB, and may use {most:.0} MiB", measured.name, memory.max));
            }
        }
    }
    missed
}

pub fn print_curve_head() {
    println!(
        "{:<22} {:>5} {:>7} {:>9} {:>9} {:>9} {:>8} {:>9} {:>7}",
        "worst inputs", "size", "lines", "min ms", "median ms", "max ms", "CPU ms", "peak MiB", "growth"
    );
}

/// One point of the curve.
#[derive(Debug)]
pub struct Point {
    pub size: usize,
    pub measured: Measured,
}

impl Point {
    /// The exponent of the growth since `before`: 2 is four times the time for twice the size.
    fn growth_since(&self, before: &Point) -> f64 {
        let times = wall(&self.measured).median / wall(&before.measured).median;
        times.ln() / (self.size as f64 / before.size as f64).ln()
    }
}

/// Steeper growth than this is on its way to being exponential.
const GROWTH_MAX: f64 = 4.0;
/// Of shorter runs, most is the start of the process.
const GROWTH_COUNTS_FROM_MS: f64 = 100.0;

/// A line of the curve; and, if it grows too fast, what to say about that.
pub fn print_point(point: &Point, before: Option<&Point>) -> Option<String> {
    let Point { size, measured } = point;
    let (figures, cpu, memory) = (wall(measured), cpu(measured), memory(measured));
    let growth = before.map(|before| point.growth_since(before));
    let growth_text = growth.map_or_else(String::new, |growth| format!("{growth:.1}"));
    println!(
        "{:<22} {size:>5} {:>7} {:>9.1} {:>9.1} {:>9.1} {:>8.0} {:>9.1} {growth_text:>7}",
        measured.name, measured.lines, figures.min, figures.median, figures.max, cpu.median, memory.max
    );
    let is_too_steep = growth? > GROWTH_MAX && figures.median > GROWTH_COUNTS_FROM_MS;
    is_too_steep.then(|| format!("{} at size {size} grows with the power {growth_text}", measured.name))
}

/// Every run, for programs.
pub fn json(size: Option<usize>, measured: &Measured) -> Value {
    let run = |run: &Run| {
        json!({
            "wall_ms": milliseconds(run.wall),
            "cpu_ms": milliseconds(run.cpu),
            "peak_memory_bytes": run.peak_memory,
        })
    };
    json!({
        "input": measured.name,
        "size": size,
        "subgraphs": measured.subgraphs,
        "lines": measured.lines,
        "supergraph_bytes": measured.supergraph_bytes,
        "runs": measured.runs.iter().map(run).collect::<Vec<_>>(),
    })
}

fn in_words(is_met: bool) -> &'static str {
    if is_met { "met" } else { "MISSED" }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_least_middle_and_most() {
        let spread = Spread::of([3.0, 1.0, 2.0].into_iter());
        assert_eq!(spread, Spread { min: 1.0, median: 2.0, max: 3.0 });
        assert_eq!(Spread::of(std::iter::empty()), Spread { min: 0.0, median: 0.0, max: 0.0 });
    }
}
