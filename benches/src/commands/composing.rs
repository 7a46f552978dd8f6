//! `hansa-benches compose`: large and bad inputs, and what composing them takes.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use hansa_benches::{
    compose::{
        self, Input,
        measurement::{Conditions, measure},
        report as compose_report, worst_inputs,
    },
    machine,
};
use serde_json::{Value, json};

use super::ensure_built;

#[derive(Debug, Args)]
pub(crate) struct ComposingArguments {
    /// The binary to measure
    #[arg(long, default_value = "target/release/hansa")]
    hansa: PathBuf,
    /// How often each input is composed, besides once to warm up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
    /// The core that composing has to itself
    #[arg(long, default_value_t = 0)]
    core: usize,
    /// The core of the process that measures
    #[arg(long, default_value_t = 1)]
    own_core: usize,
    /// What to compose
    #[arg(long, value_delimiter = ',', num_args = 1.., default_value = "huge,everyday,worst")]
    inputs: Vec<Inputs>,
    /// Of the worst inputs, only those with these words in their name
    #[arg(long, value_name = "WORDS", default_value = "")]
    shape: String,
    /// Write every run's figures to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Inputs {
    /// 191 subgraphs
    Huge,
    /// 11 subgraphs with 7,000 lines
    Everyday,
    /// What is hardest for satisfiability, at growing sizes
    Worst,
}

pub(crate) fn measure_composing(arguments: &ComposingArguments) -> Result<()> {
    ensure_built(&arguments.hansa)?;
    let description = machine::description();
    let core = pin(arguments.core, arguments.own_core, "composing");
    println!("machine                    {description}");
    println!("runs                       {} of each input, after one to warm up", arguments.runs);
    let conditions = Conditions { hansa: &arguments.hansa, core, runs: arguments.runs.into() };
    let mut figures = Vec::new();
    let mut missed = Vec::new();
    let is_wanted = |inputs| arguments.inputs.contains(&inputs);
    if is_wanted(Inputs::Huge) {
        missed.extend(measure_graph(&compose::huge_graph()?, conditions, &mut figures)?);
    }
    if is_wanted(Inputs::Everyday) {
        missed.extend(measure_graph(&compose::everyday_graph(), conditions, &mut figures)?);
    }
    if is_wanted(Inputs::Worst) {
        missed.extend(measure_curve(&arguments.shape, conditions, &mut figures));
    }
    if let Some(file) = &arguments.json {
        let all = json!({"machine": description, "core": core, "figures": figures});
        fs::write(file, format!("{all:#}\n")).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if !missed.is_empty() {
        bail!("missed: {}", missed.join("; "));
    }
    Ok(())
}

fn measure_graph(input: &Input, conditions: Conditions, figures: &mut Vec<Value>) -> Result<Vec<String>> {
    let measured = measure(input, conditions)?;
    figures.push(compose_report::json(None, &measured));
    println!();
    Ok(compose_report::print_graph(&measured, input.goal))
}

/// What goes wrong at one size ends its shape, and not the curve.
fn measure_curve(words: &str, conditions: Conditions, figures: &mut Vec<Value>) -> Vec<String> {
    println!();
    compose_report::print_curve_head();
    let mut missed = Vec::new();
    let shapes = || worst_inputs::SHAPES.iter().filter(|shape| shape.name.contains(words));
    for shape in shapes() {
        let mut before = None;
        for &size in shape.sizes {
            let measured = match measure(&shape.at(size), conditions) {
                Ok(measured) => measured,
                Err(error) => {
                    println!("{:<22} {size:>5} {error:#}", shape.name);
                    missed.push(format!("{} at size {size}: {error:#}", shape.name));
                    break;
                }
            };
            figures.push(compose_report::json(Some(size), &measured));
            let point = compose_report::Point { size, measured };
            missed.extend(compose_report::print_point(&point, before.as_ref()));
            before = Some(point);
        }
    }
    println!("\nwhat the size is");
    for shape in shapes() {
        println!("  {:<20} {}", shape.name, shape.what);
    }
    missed
}

/// Puts this process on its core and gives the other one, or says that the figures are not pinned.
fn pin(core: usize, own_core: usize, what: &str) -> Option<usize> {
    if machine::pin_this_process(own_core) {
        println!("pinned                     {what} to core {core}, the rest to core {own_core}");
        Some(core)
    } else {
        println!("pinned                     no: taskset is missing or there is no core {own_core}");
        None
    }
}
