//! `hansa-benches peers`: routers beside each other.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use hansa_benches::{
    machine,
    peers::{
        self, Conditions, Outcome,
        conclusions::{self, Ratio},
        markdown, plot, raw_figures, table,
    },
    routers::{self, Router},
    scenarios::{OUTLINES, Outline, Scale, Scenario},
};
use serde_json::Value;

#[derive(Debug, Args)]
pub(crate) struct PeersArguments {
    /// Only these scenarios, by their letters; `e` is also those that begin with `e-`
    #[arg(long, value_name = "LETTERS", value_delimiter = ',')]
    scenario: Vec<String>,
    /// How often every router has its turn
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// How long each turn is measured, after a warm-up
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Instead of what each scenario has
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=5000))]
    connections: Option<u16>,
    /// The core that each router has to itself
    #[arg(long, default_value_t = 0)]
    router_core: usize,
    /// The core that clients and stubs share
    #[arg(long, default_value_t = 1)]
    load_core: usize,
    /// A table of routers, instead of benches/peers/routers.yaml
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Where a router's program is, and that of others with the same one
    #[arg(long, value_name = "NAME=PATH", value_parser = read_place)]
    router: Vec<(String, PathBuf)>,
    /// Only these routers
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    /// Write every round's figures to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw the ratios into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the ratios as a table to this file; if it is there, between its lines `<!-- peers -->` and `<!-- /peers -->`
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// As little data as in tests: the figures say nothing
    #[arg(long, hide = true)]
    tiny: bool,
}

fn read_place(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("it is NAME=PATH, such as hive-router=target/hive-router")?;
    Ok((name.to_owned(), PathBuf::from(path)))
}

pub(crate) async fn measure_peers(arguments: &PeersArguments) -> Result<()> {
    let outlines = outlines(&arguments.scenario)?;
    let routers = available(chosen(arguments)?)?;
    machine::allow_open_files();
    let description = machine::description();
    let router_core = pin(arguments.router_core, arguments.load_core)?;
    println!("machine   {description}, Linux {}", machine::kernel());
    let conditions = Conditions {
        rounds: arguments.rounds.into(),
        duration: Duration::from_secs(arguments.seconds),
        connections: arguments.connections.map(usize::from),
        router_core,
        own_program: std::env::current_exe().context("where this program is")?,
    };
    println!("rounds    {} of {} s, medians below", conditions.rounds, arguments.seconds);
    let mut results = Results::default();
    for outline in outlines {
        let scenario = (outline.make)(if arguments.tiny { Scale::Tiny } else { Scale::Full })?;
        let outcome = peers::measure(&scenario, &routers, &conditions).await?;
        table::print(&scenario, &outcome);
        results.add(&scenario, &outcome);
        // Again after each, so that a run that is stopped has left what it had.
        results.write(arguments, &raw_figures::document(&description, &conditions, &routers, &results.raw))?;
    }
    ensure!(results.shortfalls.is_empty(), "missed: {}", results.shortfalls.join("; "));
    Ok(())
}

#[derive(Default)]
struct Results {
    raw: Vec<Value>,
    ratios: Vec<Ratio>,
    shortfalls: Vec<String>,
}

impl Results {
    fn add(&mut self, scenario: &Scenario, outcome: &Outcome) {
        self.raw.push(raw_figures::scenario(scenario, outcome));
        self.ratios.extend(conclusions::ratios(scenario, outcome));
        self.shortfalls.extend(conclusions::shortfalls(scenario, outcome));
    }

    fn write(&self, arguments: &PeersArguments, document: &Value) -> Result<()> {
        let write = |file: &PathBuf, text: String| {
            fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
        };
        if let Some(file) = &arguments.json {
            write(file, format!("{document:#}\n"))?;
        }
        if let Some(file) = &arguments.svg {
            write(file, plot::draw(&self.ratios))?;
        }
        if let Some(file) = &arguments.markdown {
            let table = markdown::table(&self.ratios, document);
            let page = match fs::read_to_string(file) {
                Ok(page) => markdown::insert(&page, &table).with_context(|| file.display().to_string())?,
                Err(_) => markdown::page(&table),
            };
            write(file, page)?;
        }
        Ok(())
    }
}

/// The table's routers, as the flags have it.
fn chosen(arguments: &PeersArguments) -> Result<Vec<Router>> {
    let mut routers = match &arguments.table {
        None => routers::read(routers::OWN_TABLE)?,
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            routers::read(&text).with_context(|| file.display().to_string())?
        }
    };
    let names: Vec<String> = routers.iter().map(|router| router.name.clone()).collect();
    for name in arguments.only.iter().chain(arguments.router.iter().map(|(name, _)| name)) {
        ensure!(names.contains(name), "no router is called {name}; the table has {}", names.join(", "));
    }
    for (name, path) in &arguments.router {
        let program = routers.iter().find(|router| router.name == *name).map(|router| router.program.clone());
        for router in routers.iter_mut().filter(|router| Some(&router.program) == program.as_ref()) {
            router.program.clone_from(path);
        }
    }
    routers.retain(|router| arguments.only.is_empty() || arguments.only.contains(&router.name));
    Ok(routers)
}

/// Those whose program is there; the others are named and left out.
fn available(routers: Vec<Router>) -> Result<Vec<Router>> {
    let mut available = Vec::new();
    for router in routers {
        match router.find_program() {
            Ok(_) => available.push(router),
            Err(why) => println!("left out  {}: {why}", router.name),
        }
    }
    if available.is_empty() {
        bail!("no router is at hand");
    }
    Ok(available)
}

fn outlines(wanted: &[String]) -> Result<Vec<&'static Outline>> {
    let is_meant = |outline: &Outline, key: &str| outline.key == key || outline.key.starts_with(&format!("{key}-"));
    let keys: BTreeSet<&str> = OUTLINES.iter().map(|outline| outline.key).collect();
    for key in wanted {
        let is_known = OUTLINES.iter().any(|outline| is_meant(outline, key));
        ensure!(is_known, "no scenario is called {key}; there are {}", Vec::from_iter(keys).join(", "));
    }
    let is_wanted = |outline: &&Outline| wanted.is_empty() || wanted.iter().any(|key| is_meant(outline, key));
    Ok(OUTLINES.iter().filter(is_wanted).collect())
}

/// Puts this process on its core and gives the routers', or says that the figures are not pinned.
fn pin(router_core: usize, load_core: usize) -> Result<Option<usize>> {
    let cores = machine::cores();
    if cores.len() == 1 {
        println!("pinned    no: this machine has one core, which routers, clients and stubs share");
        return Ok(None);
    }
    ensure!(router_core != load_core, "--router-core and --load-core are both {load_core}: figures would be of both");
    for (flag, core) in [("--router-core", router_core), ("--load-core", load_core)] {
        ensure!(
            cores.is_empty() || cores.contains(&core),
            "{flag} {core}: this process may use the cores {}",
            cores.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
        );
    }
    if !machine::pin_this_process(load_core) {
        println!("pinned    no: taskset is missing, so routers, clients and stubs run where the system puts them");
        return Ok(None);
    }
    println!("pinned    each router to core {router_core}, clients and stubs to core {load_core}");
    Ok(Some(router_core))
}
