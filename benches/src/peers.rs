//! Routers beside each other: the same requests in the same run, in turns, and a byte proxy among them that shows what HTTP alone costs.

pub mod conclusions;
pub mod markdown;
pub mod plot;
pub mod raw_figures;
pub mod table;

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};

use crate::{
    figures::{Figure, Run, Spread},
    floor::Script,
    load::{self, Load, Pace, Phases, Tokens},
    routers::{FLOOR, Router},
    scenarios::{Rhythm, Scenario},
    server_process::ServerProcess,
    stubs::Stubs,
};

/// How long, how often and where.
#[derive(Debug, Clone)]
pub struct Conditions {
    pub rounds: usize,
    pub duration: Duration,
    /// Instead of the scenario's.
    pub connections: Option<usize>,
    /// The core that each router has to itself, if the machine can pin it.
    pub router_core: Option<usize>,
    /// The program whose command `floor` is the byte proxy.
    pub own_program: PathBuf,
}

/// What a scenario yielded, the first router first, the floor last.
#[derive(Debug)]
pub struct Outcome {
    pub connections: usize,
    pub contestants: Vec<Contestant>,
}

/// A router or the floor, with what came of it.
#[derive(Debug)]
pub struct Contestant {
    pub name: String,
    /// Measured for itself, and part of no ratio.
    pub is_apart: bool,
    pub runs: Vec<Run>,
    /// Why there are no more runs.
    pub failure: Option<String>,
}

/// What runs in a contestant's turn.
enum Subject<'table> {
    Router(&'table Router),
    Floor(Script),
}

/// Runs a scenario round by round, every router started fresh in each; the order turns from round to round.
pub async fn measure(scenario: &Scenario, routers: &[Router], conditions: &Conditions) -> Result<Outcome> {
    let stubs = Stubs::start(scenario.graph.clone(), |subgraph| scenario.delay_of(subgraph)).await?;
    let mut subjects = Vec::new();
    let mut contestants = Vec::new();
    let mut script = None;
    for router in routers.iter().filter(|router| takes_part(router, scenario)) {
        let mut contestant = Contestant::new(&router.name, is_apart(scenario));
        // Once before it counts: stubs have seen what it asks, and the system has read its program.
        match record(router, &stubs, scenario, conditions).await {
            Ok(recorded) => script = script.or(Some(recorded)),
            Err(error) => contestant.failure = Some(format!("{error:#}")),
        }
        subjects.push(Subject::Router(router));
        contestants.push(contestant);
    }
    if let Some(script) = script.filter(|_| has_floor(scenario)) {
        subjects.push(Subject::Floor(script));
        contestants.push(Contestant::new(FLOOR, false));
    }
    for round in 0..conditions.rounds {
        let mut order: Vec<usize> = (0..subjects.len()).collect();
        order.rotate_left(round % subjects.len().max(1));
        for index in order {
            let contestant = &mut contestants[index];
            if contestant.failure.is_some() {
                continue;
            }
            match run(&subjects[index], &stubs, scenario, conditions).await {
                Ok(run) => contestant.runs.push(Run { round, ..run }),
                Err(error) => contestant.failure = Some(format!("{error:#}")),
            }
        }
    }
    Ok(Outcome { connections: connections(scenario, conditions), contestants })
}

impl Contestant {
    fn new(name: &str, is_apart: bool) -> Contestant {
        Contestant { name: name.to_owned(), is_apart, runs: Vec::new(), failure: None }
    }
}

/// Those that share what they fetch have a scenario of their own, beside one that does not.
fn takes_part(router: &Router, scenario: &Scenario) -> bool {
    match scenario.tokens {
        Tokens::Unique => !router.shares,
        Tokens::Same => router.is_first || router.shares,
    }
}

fn is_apart(scenario: &Scenario) -> bool {
    scenario.tokens == Tokens::Same
}

fn connections(scenario: &Scenario, conditions: &Conditions) -> usize {
    conditions.connections.unwrap_or(scenario.connections)
}

/// A proxy repeats one request's fetches, as fast as they come: it has no say in how they depend on each other, nor in planning.
fn has_floor(scenario: &Scenario) -> bool {
    scenario.rhythm == Rhythm::Closed && scenario.delays.is_empty() && !is_apart(scenario)
}

/// What this router asks of the stubs for one request, in order.
async fn record(router: &Router, stubs: &Stubs, scenario: &Scenario, conditions: &Conditions) -> Result<Script> {
    let process = router.start(&stubs.supergraph(), conditions.router_core).await?;
    stubs.recording.start();
    let load = Load {
        address: process.address,
        connections: 1,
        pace: Pace::FirstOnly,
        tokens: scenario.tokens,
        watched_process: None,
    };
    let measured = load::run(load, scenario.questions.clone()).await;
    let exchanges = stubs.recording.stop();
    let measured = measured.with_context(|| last_words(&process))?;
    Script::new(&exchanges, &stubs.addresses(), &measured.first_answer)
}

async fn run(subject: &Subject<'_>, stubs: &Stubs, scenario: &Scenario, conditions: &Conditions) -> Result<Run> {
    let starts = match scenario.rhythm {
        Rhythm::FirstOnly { starts } => starts,
        Rhythm::Closed | Rhythm::PerSecond(_) | Rhythm::Once { .. } => 1,
    };
    let mut last = None;
    let mut first_requests = Vec::new();
    for _ in 0..starts {
        let run = run_fresh(subject, stubs, scenario, conditions).await?;
        first_requests.push(run.first_request_ms);
        last = Some(run);
    }
    let mut run = last.context("no start at all")?;
    run.first_request_ms = Spread::of(first_requests).map_or(run.first_request_ms, |spread| spread.median);
    Ok(run)
}

async fn run_fresh(subject: &Subject<'_>, stubs: &Stubs, scenario: &Scenario, conditions: &Conditions) -> Result<Run> {
    stubs.reset();
    let core = conditions.router_core;
    let process = match subject {
        Subject::Router(router) => router.start(&stubs.supergraph(), core).await?,
        Subject::Floor(script) => script.start(&conditions.own_program, core).await?,
    };
    let phases = Phases::new(conditions.duration);
    let load = Load {
        address: process.address,
        connections: connections(scenario, conditions),
        pace: match scenario.rhythm {
            Rhythm::Closed => Pace::Closed(phases),
            Rhythm::PerSecond(rate) => Pace::PerSecond(rate, phases),
            Rhythm::Once { warm_up } => Pace::Once { warm_up },
            Rhythm::FirstOnly { .. } => Pace::FirstOnly,
        },
        tokens: scenario.tokens,
        watched_process: Some(process.id()),
    };
    let measured = load::run(load, Arc::clone(&scenario.questions)).await.with_context(|| last_words(&process))?;
    let ready_after = process.ready_after;
    drop(process);
    stubs.check_tokens(&measured, scenario.questions.len() == 1)?;
    ensure!(measured.requests > 0 || matches!(scenario.rhythm, Rhythm::FirstOnly { .. }), "no request was answered");
    Ok(figures(&measured, stubs, ready_after))
}

fn figures(measured: &load::Measured, stubs: &Stubs, ready_after: Duration) -> Run {
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
    let seconds = measured.elapsed.as_secs_f64();
    let requests = measured.requests.max(1) as f64;
    let cpu = measured.watched.map(|usage| usage.cpu).unwrap_or_default();
    let share = |cpu: Duration| if seconds > 0.0 { 100.0 * cpu.as_secs_f64() / seconds } else { 0.0 };
    Run {
        round: 0,
        requests: measured.requests,
        seconds,
        requests_per_second: if seconds > 0.0 { measured.requests as f64 / seconds } else { 0.0 },
        cpu_per_request_ms: milliseconds(cpu) / requests,
        p50_ms: milliseconds(measured.percentile(0.50)),
        p99_ms: milliseconds(measured.percentile(0.99)),
        peak_memory_mib: measured.watched.map_or(0.0, |usage| usage.peak_memory as f64 / f64::from(1 << 20)),
        first_request_ms: milliseconds(measured.first_request),
        ready_after_ms: milliseconds(ready_after),
        response_bytes: measured.first_answer.len(),
        fetches_per_request: stubs.fetches() as f64 / measured.sent.max(1) as f64,
        router_core_percent: share(cpu),
        load_core_percent: share(measured.own_cpu),
        interpreted: stubs.interpreted(),
    }
}

fn last_words(process: &ServerProcess) -> String {
    format!("its last words: {}", process.end_of_log())
}

/// The figures that a scenario has: one that only looks at the first request has no others.
pub fn shown_figures(scenario: &Scenario) -> &'static [Figure] {
    match scenario.rhythm {
        Rhythm::FirstOnly { .. } => &[Figure::FirstRequest, Figure::PeakMemory],
        Rhythm::Closed | Rhythm::PerSecond(_) | Rhythm::Once { .. } => &Figure::ALL,
    }
}
