//! Routers beside each other, on tiny inputs: whole rounds, the table's mistakes, and the arithmetic.

use std::{path::PathBuf, time::Duration};

use hansa_benches::{
    figures::{Figure, Run, Spread, ratio},
    peers::{self, Conditions, Contestant, Outcome, conclusions, markdown, plot, raw_figures},
    routers::{self, FLOOR, Router},
    scenarios::{OUTLINES, Outline, Rhythm, Scale, Scenario},
};
use serde_json::json;

use crate::built;

const TABLE: &str = r#"
routers:
  - name: one
    version: 1
    program: some/where
    install: build it
    arguments: ["--listen={port}", "{supergraph}"]
    ready: /ready
"#;

#[tokio::test]
async fn every_scenario_is_answered_correctly() {
    for outline in &OUTLINES {
        let scenario = (outline.make)(Scale::Tiny).unwrap();
        let outcome = measure(&scenario, &[hansa().unwrap_or_else(|| monolith(outline.key))]).await;
        for contestant in &outcome.contestants {
            assert_eq!(contestant.failure, None, "{}: {}", scenario.key, contestant.name);
            assert_eq!(contestant.runs.len(), 2, "{}: {}", scenario.key, contestant.name);
            let run = &contestant.runs[1];
            assert!(run.round == 1 && run.first_request_ms > 0.0 && run.peak_memory_mib > 0.0, "{run:?}");
            let is_measured = run.requests > 0 && run.requests_per_second > 0.0 && run.p99_ms >= run.p50_ms;
            assert!(is_measured || matches!(scenario.rhythm, Rhythm::FirstOnly { .. }), "{}: {run:?}", scenario.key);
        }
        let has_floor = outcome.contestants.iter().any(|contestant| contestant.name == FLOOR);
        assert_eq!(has_floor, matches!(scenario.key, "a" | "b" | "c" | "d" | "g"), "{}", scenario.key);
        let raw = raw_figures::scenario(&scenario, &outcome);
        assert_eq!(raw["contestants"][0]["runs"].as_array().unwrap().len(), 2);
        assert_eq!(raw["contestants"][0]["compared"], scenario.key != "s");
    }
}

#[tokio::test]
async fn the_floor_moves_the_bytes_that_the_router_moves() {
    let Some(hansa) = hansa() else { return };
    let scenario = (OUTLINES[0].make)(Scale::Tiny).unwrap();
    let outcome = measure(&scenario, &[hansa]).await;
    let [router, floor] = &outcome.contestants[..] else { panic!("{outcome:?}") };
    assert_eq!(floor.name, FLOOR);
    assert_eq!(router.runs[0].response_bytes, floor.runs[0].response_bytes);
    assert!(router.runs[0].fetches_per_request > 4.0, "{router:?}");
    assert!((router.runs[0].fetches_per_request - floor.runs[0].fetches_per_request).abs() < 0.01, "{outcome:?}");
}

#[tokio::test]
async fn a_router_that_cannot_start_costs_only_its_own_figures() {
    let hansa = hansa().unwrap_or_else(|| monolith("a"));
    let table = TABLE.replace("some/where", &std::env::current_exe().unwrap().to_string_lossy());
    let other = routers::read(&table).unwrap().remove(0);
    let scenario = (OUTLINES[0].make)(Scale::Tiny).unwrap();
    let outcome = measure(&scenario, &[hansa, other]).await;
    let [router, other, floor] = &outcome.contestants[..] else { panic!("{outcome:?}") };
    assert_eq!((router.runs.len(), other.runs.len(), floor.runs.len()), (2, 0, 2), "{outcome:?}");
    let failure = other.failure.as_deref().unwrap();
    assert!(failure.contains("the process stopped at start"), "{failure}");
    let shortfalls = conclusions::shortfalls(&scenario, &outcome);
    assert!(shortfalls.iter().any(|shortfall| shortfall == "a: one failed"), "{shortfalls:?}");
}

#[test]
fn the_table_that_is_kept_can_be_read() {
    let routers = routers::read(routers::OWN_TABLE).unwrap();
    let names: Vec<&str> = routers.iter().map(|router| router.name.as_str()).collect();
    assert_eq!(names[..2], ["hansa", "hive-router"]);
}

#[test]
fn a_wrong_table_says_what_is_wrong() {
    let error = |table: &str| format!("{:#}", routers::read(table).unwrap_err());
    for (from, to, what) in [
        ("name: one", "name: one two", "\"one two\" is no name for a router"),
        ("name: one", "name: floor", "no router can be called floor"),
        ("ready: /ready", "ready: ready", "ready is a path, such as /health, and not \"ready\""),
        ("{supergraph}", "{schema}", "one: \"{schema}\": {schema} is none of {supergraph}, {port} and {folder}"),
        ("{supergraph}", "schema", "one: nothing tells it {supergraph}"),
        ("={port}", "=4000", "one: nothing tells it {port}"),
        ("program:", "programm:", "programm"),
        ("ready: /ready", "ready: /ready\n    shares: true", "one: the first router is compared with the others"),
        ("    ready:", "    files: {a/b: text}\n    ready:", "\"a/b\" is no name for a file"),
    ] {
        let found = error(&TABLE.replace(from, to));
        assert!(found.contains(what), "{found}");
    }
    assert!(error("routers: []").contains("the table of routers is empty"));
    let twice = format!("{TABLE}{}", TABLE.trim_start().trim_start_matches("routers:\n"));
    assert!(error(&twice).contains("two routers are called one"));
}

#[test]
fn a_missing_program_is_named_with_what_to_do() {
    let missing = routers::read(TABLE).unwrap().remove(0).find_program().unwrap_err().to_string();
    assert_eq!(missing, "no program at some/where; build it, or say where it is: --router one=PATH");
}

#[test]
fn ratios_are_taken_round_by_round() {
    let runs = |values: [f64; 3]| -> Vec<Run> {
        (0..).zip(values).map(|(round, value)| Run { round, ..run_with_cpu(value) }).collect()
    };
    let mut others = runs([2.0, 8.0, 2.0]);
    others.reverse();
    let spread = ratio(Figure::CpuPerRequest, &runs([1.0, 2.0, 3.0]), &others).unwrap();
    assert_eq!(spread, Spread { median: 0.5, least: 0.25, most: 1.5 });
    assert_eq!(spread.to_string(), "0.50 (0.25-1.50)");
    assert_eq!(Spread::of(vec![1.0, 4.0]).unwrap().median, 2.5);
    assert_eq!(ratio(Figure::CpuPerRequest, &[], &others), None);
}

#[test]
fn goals_are_met_or_missed_by_the_median() {
    let scenario = (OUTLINES[0].make)(Scale::Tiny).unwrap();
    let ratios = conclusions::ratios(&scenario, &outcome([1.0, 1.1, 0.9], [2.0, 2.0, 2.0]));
    let cpu: Vec<_> = ratios.iter().filter(|ratio| ratio.figure == Figure::CpuPerRequest).collect();
    let [peer, floor] = &cpu[..] else { panic!("{ratios:?}") };
    assert_eq!((peer.other.as_str(), peer.spread.to_string().as_str()), ("peer", "0.50 (0.45-0.55)"));
    assert_eq!(peer.verdict.as_ref().unwrap().to_string(), "goal 0.45 missed, stretch 0.32 missed");
    assert_eq!(floor.verdict.as_ref().unwrap().to_string(), "goal 2.50 met, stretch 1.80 met");
    let missed = conclusions::shortfalls(&scenario, &outcome([1.0, 1.1, 0.9], [2.0, 2.0, 2.0]));
    assert_eq!(missed, ["a: CPU per request 0.50 of peer, not 0.45"]);
}

#[test]
fn latency_goals_know_what_the_delays_add_up_to() {
    let scenario = (outline("e-slow").make)(Scale::Tiny).unwrap();
    assert_eq!(scenario.critical_path, Some(Duration::from_millis(62)));
    let mut outcome = outcome([1.0; 3], [2.0; 3]);
    for (contestant, latency) in outcome.contestants.iter_mut().zip([62.5, 124.0, 0.0]) {
        contestant.runs.iter_mut().for_each(|run| run.p50_ms = latency);
    }
    let ratios = conclusions::ratios(&scenario, &outcome);
    let p50 = ratios.iter().find(|ratio| ratio.figure == Figure::P50).unwrap();
    assert_eq!(
        p50.verdict.as_ref().unwrap().to_string(),
        "goal 0.90 met, stretch critical path + 1 ms met (the critical path alone: 0.50)"
    );
}

#[test]
fn the_plot_and_the_table_show_what_has_goals() {
    let scenario = (OUTLINES[0].make)(Scale::Tiny).unwrap();
    let ratios = conclusions::ratios(&scenario, &outcome([1.0, 1.1, 0.9], [2.0, 2.0, 2.0]));
    let svg = plot::draw(&ratios);
    assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"), "{svg}");
    // The background, and a bar of half a unit.
    assert_eq!(svg.matches("<rect").count(), 2);
    assert!(svg.contains(r##"width="160.0" height="16" rx="2" fill="#c2571a""##), "{svg}");
    assert!(svg.contains(">a  heavy: CPU per request<"), "{svg}");
    let document = json!({"machine": "a machine", "kernel": "1.2", "rounds": 3, "seconds": 2.0});
    let table = markdown::table(&ratios, &document);
    let row = "| a heavy | CPU per request | 1.000 ms | peer | 2.000 ms | 0.50 (0.45-0.55) | 0.45: **missed** | 0.32: missed |";
    assert!(table.starts_with("a machine, Linux 1.2; 3 rounds of 2.0 s;"), "{table}");
    assert!(table.lines().any(|line| line == row), "{table}");
    let page = markdown::insert("before\n<!-- peers -->\nold\n<!-- /peers -->\nafter\n", "new").unwrap();
    assert_eq!(page, "before\n<!-- peers -->\n\nnew\n<!-- /peers -->\nafter\n");
    let error = markdown::insert("a page\n", "new").unwrap_err().to_string();
    assert_eq!(error, "the file is there and has no line `<!-- peers -->`");
}

/// Three rounds of a router, a peer and the floor, by their CPU.
fn outcome(own: [f64; 3], others: [f64; 3]) -> Outcome {
    let contestant = |name: &str, values: [f64; 3]| Contestant {
        name: name.to_owned(),
        is_apart: false,
        runs: (0..).zip(values).map(|(round, value)| Run { round, ..run_with_cpu(value) }).collect(),
        failure: None,
    };
    let contestants =
        vec![contestant("subject", own), contestant("peer", others), contestant(FLOOR, own.map(|value| value / 1.5))];
    Outcome { connections: 1, contestants }
}

fn outline(key: &str) -> &'static Outline {
    OUTLINES.iter().find(|outline| outline.key == key).expect("a scenario")
}

fn run_with_cpu(cpu_per_request_ms: f64) -> Run {
    Run {
        round: 0,
        requests: 1,
        seconds: 1.0,
        requests_per_second: 1.0,
        cpu_per_request_ms,
        p50_ms: 1.0,
        p99_ms: 1.0,
        peak_memory_mib: 1.0,
        first_request_ms: 1.0,
        ready_after_ms: 1.0,
        response_bytes: 1,
        fetches_per_request: 1.0,
        router_core_percent: 1.0,
        load_core_percent: 1.0,
        interpreted: 0,
    }
}

async fn measure(scenario: &Scenario, routers: &[Router]) -> Outcome {
    let conditions = Conditions {
        rounds: 2,
        duration: Duration::from_millis(200),
        connections: None,
        router_core: None,
        own_program: PathBuf::from(env!("CARGO_BIN_EXE_hansa-benches")),
    };
    peers::measure(scenario, routers, &conditions).await.expect("stubs that can be started")
}

/// A stand-in for a router, which fetches nothing.
fn monolith(key: &str) -> Router {
    let program = env!("CARGO_BIN_EXE_hansa-benches");
    let arguments =
        format!("monolith, --scenario, {key}, --supergraph, \"{{supergraph}}\", --listen, \"127.0.0.1:{{port}}\"");
    let table = format!(
        "routers: [{{name: monolith, version: 1, program: '{program}', install: '', arguments: [{arguments}], ready: /}}]"
    );
    routers::read(&table).expect("a table").remove(0)
}

/// The table's first router, with the binary of the same profile.
fn hansa() -> Option<Router> {
    let program = built("router", "--supergraph")?;
    let mut hansa = routers::read(routers::OWN_TABLE).expect("a table").remove(0);
    hansa.program = program;
    Some(hansa)
}
