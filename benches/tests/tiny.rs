//! The benchmarks on tiny inputs: the stubs answer what a router may ask, the load finds wrong answers, and composing is
//! held to its verdicts.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use hansa_benches::{
    benchmark::Stubs,
    compose::{
        self, Input, Verdict, everyday_graph,
        measurement::{Conditions, measure},
        worst_inputs::SHAPES,
    },
    hansa_process::HansaProcess,
    interpreter::Interpreter,
    load::{self, Load},
    platform::{self, Pace},
    scenario::{self, SUBGRAPHS, Subgraph},
    stub_subgraph::StubSubgraph,
    world::{Size, World},
};
use serde_json::{Value, json};

#[test]
fn the_full_response_is_90_kilobytes() {
    let response = scenario::expected_response(&World::new(Size::FULL)).unwrap();
    assert!((89_500..90_500).contains(&response.len()), "{} bytes", response.len());
}

#[test]
fn entities_come_in_the_order_of_their_representations() {
    let query = "query($r: [_Any!]!) { a: _entities(representations: $r) { __typename ... on Ware { sku freight } } }";
    let ware = |sku: &str, price: u32, weight: u32| json!({"__typename": "Ware", "price": price, "weight": weight, "sku": sku});
    let world = World::new(Size::TINY);
    let (first, second) = (ware("ware-0", 450, 80), ware("ware-1", 587, 125));
    let forwards = ask(&world, "warehouse", query, json!([first, second]));
    let backwards = ask(&world, "warehouse", query, json!([second, first]));
    assert_eq!(forwards["data"]["a"][0], json!({"__typename": "Ware", "sku": "ware-0", "freight": 44}));
    assert_eq!(forwards["data"]["a"][0], backwards["data"]["a"][1]);
    assert_eq!(forwards["data"]["a"][1], backwards["data"]["a"][0]);
}

#[test]
fn work_that_a_correct_router_would_not_ask_for_is_refused() {
    let world = World::new(Size::TINY);
    let refused = |subgraph: &str, query: &str, representations: Value| {
        let body = json!({"query": query, "variables": {"r": representations}}).to_string();
        Interpreter::of_subgraph(&world, named(subgraph)).answer(body.as_bytes()).unwrap_err().to_string()
    };
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Ware { freight } } }";
    let ware = |price: u32| json!([{"__typename": "Ware", "sku": "ware-0", "price": price, "weight": 80}]);
    assert!(refused("warehouse", query, ware(1)).contains("not what its owner says"));
    let without = json!([{"__typename": "Ware", "sku": "ware-0"}]);
    assert!(refused("warehouse", query, without).contains("needs price in the representation"));
    assert!(refused("catalog", "{ wares { freight } }", json!([])).contains("no field Ware.freight"));
    assert!(refused("members", "{ wares { sku } }", json!([])).contains("no field Query.wares"));
}

#[tokio::test]
async fn the_load_holds_every_answer_against_the_expected_one() {
    let world = Arc::new(World::new(Size::TINY));
    let server = StubSubgraph::start(world.clone(), None).await.unwrap();
    let expected = scenario::expected_response(&world).unwrap();
    let measured = load::run(short_load(&server), &expected).await.unwrap();
    assert!(measured.requests > 0 && measured.sent > measured.requests);
    assert_eq!(measured.latencies.len(), usize::try_from(measured.requests).unwrap());
    assert_eq!(measured.response_bytes, expected.len());
    let wrong = scenario::expected_response(&World::new(Size { reviews: 2, ..Size::TINY })).unwrap();
    assert!(load::run(short_load(&server), &wrong).await.is_err());
}

#[tokio::test]
async fn a_router_answers_from_the_stubs() {
    let Some(hansa) = built("router", "--supergraph") else { return };
    let stubs = Stubs::start(Size::TINY).await.unwrap();
    let router = HansaProcess::router(&hansa, &stubs.supergraph(), None).await.unwrap();
    let load = Load { watched_process: Some(router.id()), ..short_load_at(router.address) };
    let measured = load::run(load, &stubs.expected).await.unwrap();
    stubs.check_tokens(&measured).unwrap();
    assert!(measured.watched.unwrap().peak_memory > 0);
}

#[tokio::test]
async fn a_platform_is_asked_for_pages_at_a_pace() {
    let Some(hansa) = built("up", "--data") else { return };
    let pace = Pace { per_second: 20, duration: Duration::from_secs(1), warm_up: Duration::from_millis(100) };
    let figures = platform::run(&hansa, pace).await.unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(figures.pages.latencies.len(), 20);
    assert_eq!(figures.products, 100);
    assert!(figures.page_bytes_mean > 1000 && figures.peak_memory > 0 && figures.pages.latencies.is_sorted());
}

#[test]
fn every_input_composes_or_fails_as_it_should() {
    let Some(hansa) = built("compose", "supergraph.yaml") else { return };
    let everyday = Input { subgraphs: everyday_graph::subgraphs(1), ..compose::everyday_graph() };
    for input in SHAPES.iter().map(|shape| shape.at(4)).chain([everyday]) {
        let measured = measure(&input, Conditions { hansa: &hansa, core: None, runs: 2 });
        let measured = measured.unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(measured.runs.len(), 2);
        assert_eq!(measured.supergraph_bytes > 0, input.verdict == Verdict::Composes, "{}", input.name);
    }
}

#[test]
fn a_wrong_verdict_is_no_figure() {
    let Some(hansa) = built("compose", "supergraph.yaml") else { return };
    for (verdict, what) in [(Verdict::Composes, "exit status"), (Verdict::Refused("NO_QUERIES"), "NO_QUERIES")] {
        let mut input = SHAPES[0].at(2);
        input.verdict = verdict;
        input.subgraphs.truncate(1);
        input.subgraphs[0].sdl += "type Query { again: Missing }";
        let error = measure(&input, Conditions { hansa: &hansa, core: None, runs: 1 }).unwrap_err();
        assert!(format!("{error:#}").contains(what), "{error:#}");
    }
}

#[test]
fn the_huge_graph_is_whole() {
    let graph = compose::huge_graph().unwrap();
    assert_eq!((graph.subgraphs.len(), graph.lines()), (191, 37_944));
}

fn ask(world: &World, subgraph: &str, query: &str, representations: Value) -> Value {
    let body = json!({"query": query, "variables": {"r": representations}}).to_string();
    let answer = Interpreter::of_subgraph(world, named(subgraph))
        .answer(body.as_bytes())
        .expect("a request that the subgraph can answer");
    serde_json::from_slice(&answer).expect("the stub answers JSON")
}

fn named(name: &str) -> &'static Subgraph {
    SUBGRAPHS.iter().find(|subgraph| subgraph.name == name).expect("a subgraph of the scenario")
}

fn short_load(server: &StubSubgraph) -> Load {
    short_load_at(server.address)
}

fn short_load_at(address: std::net::SocketAddr) -> Load {
    Load {
        address,
        connections: 4,
        warm_up: Duration::from_millis(50),
        duration: Duration::from_millis(200),
        watched_process: None,
    }
}

/// The binary of the same profile, if it is built and has this command with these words in its help.
fn built(command: &str, words: &str) -> Option<PathBuf> {
    let tests = std::env::current_exe().ok()?;
    let hansa = tests.parent().and_then(Path::parent)?.join("hansa");
    let help = Command::new(&hansa).args([command, "--help"]).output().ok();
    let is_built = help.is_some_and(|help| String::from_utf8_lossy(&help.stdout).contains(words));
    if !is_built {
        println!("ignored: no built hansa beside the tests; `cargo build` first to run it too");
    }
    is_built.then_some(hansa)
}
