//! What stubs answer and refuse, and what the load makes of answers.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use hansa_benches::{
    graph::Graph,
    interpreter::Interpreter,
    load::{self, Load, Pace, Phases, Question, Tokens},
    scenarios::{OUTLINES, Scale, Scenario},
    stub_delay::{Clock, Delay},
    stub_subgraph::{Source, StubSubgraph},
    trading_house::{self, Size},
};
use serde_json::{Value, json};

#[test]
fn the_full_responses_have_their_sizes() {
    for (key, sizes) in [("a", 89_500..90_500), ("b", 950..1_100), ("d", 8_300_000..8_500_000)] {
        let bytes = scenario(key, Scale::Full).questions[0].expected.len();
        assert!(sizes.contains(&bytes), "{key}: {bytes} bytes");
    }
}

#[test]
fn entities_come_in_the_order_of_their_representations() {
    let query = "query($r: [_Any!]!) { a: _entities(representations: $r) { __typename ... on Ware { sku freight } } }";
    let ware = |sku: &str, price: u32, weight: u32| json!({"__typename": "Ware", "price": price, "weight": weight, "sku": sku});
    let graph = tiny();
    let (first, second) = (ware("ware-0", 450, 80), ware("ware-1", 587, 125));
    let forwards = ask(&graph, "warehouse", query, json!([first, second]));
    let backwards = ask(&graph, "warehouse", query, json!([second, first]));
    assert_eq!(forwards["data"]["a"][0], json!({"__typename": "Ware", "sku": "ware-0", "freight": 44}));
    assert_eq!(forwards["data"]["a"][0], backwards["data"]["a"][1]);
    assert_eq!(forwards["data"]["a"][1], backwards["data"]["a"][0]);
}

#[test]
fn work_that_a_correct_router_would_not_ask_for_is_refused() {
    let graph = tiny();
    let refused = |subgraph: &str, query: &str, representations: Value| {
        let body = json!({"query": query, "variables": {"r": representations}}).to_string();
        Interpreter::of_subgraph(&graph, graph.subgraph(subgraph).unwrap())
            .answer(body.as_bytes())
            .unwrap_err()
            .to_string()
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
    let scenario = scenario("a", Scale::Tiny);
    let server = monolith(scenario.graph.clone()).await;
    let closed = Pace::Closed(Phases { warm_up: Duration::from_millis(50), duration: Duration::from_millis(200) });
    let measured = load::run(short_load(server.address, closed), scenario.questions.clone()).await.unwrap();
    assert!(measured.requests > 0 && measured.sent > measured.requests);
    assert_eq!(measured.latencies.len(), usize::try_from(measured.requests).unwrap());
    assert_eq!(measured.first_answer, scenario.questions[0].expected);
    let mut wrong = scenario.questions.to_vec();
    wrong[0].expected = r#"{"data":{}}"#.into();
    let error = load::run(short_load(server.address, closed), wrong.into()).await.unwrap_err();
    assert!(format!("{error:#}").contains("the first answer is wrong (status 200 OK)"), "{error:#}");
}

#[tokio::test]
async fn requests_at_a_rate_come_at_that_rate() {
    let scenario = scenario("a", Scale::Tiny);
    let server = monolith(scenario.graph.clone()).await;
    let phases = Phases { warm_up: Duration::from_millis(100), duration: Duration::from_millis(400) };
    let load = short_load(server.address, Pace::PerSecond(50, phases));
    let measured = load::run(load, scenario.questions.clone()).await.unwrap();
    assert!((15..=22).contains(&measured.requests), "{}", measured.requests);
    assert_eq!(measured.sent, 26);
}

#[tokio::test]
async fn each_of_many_questions_is_asked_once_and_checked() {
    let graph = Arc::new(tiny());
    let question = |count: usize| {
        let mut question = Question::new("query($n: Int) { wares(first: $n) { sku } }", &json!({"n": count}));
        question.expected = Interpreter::merged(&graph).answer(&question.body).unwrap().into();
        question
    };
    let mut questions: Vec<Question> = [0, 1, 2, 0, 1, 2].map(question).into();
    let server = monolith(graph.clone()).await;
    let load = short_load(server.address, Pace::Once { warm_up: 2 });
    let measured = load::run(load.clone(), questions.clone().into()).await.unwrap();
    assert_eq!((measured.requests, measured.sent, measured.latencies.len()), (3, 6, 3));
    questions[4].expected = questions[0].expected.clone();
    let error = load::run(load, questions.into()).await.unwrap_err();
    assert!(format!("{error:#}").contains("the answer to question 4 is wrong"), "{error:#}");
}

#[tokio::test]
async fn delays_are_what_they_should_be() {
    let clock = Clock::start().unwrap();
    let begin = Instant::now();
    let delays = [3, 1, 2].map(|delay| Delay::new(clock.clone(), Duration::from_millis(delay)));
    let mut order = Vec::new();
    let mut waiting = tokio::task::JoinSet::new();
    for (number, delay) in delays.into_iter().enumerate() {
        waiting.spawn(async move {
            delay.wait().await;
            number
        });
    }
    while let Some(number) = waiting.join_next().await {
        order.push(number.unwrap());
    }
    assert_eq!(order, [1, 2, 0]);
    assert!(begin.elapsed() >= Duration::from_millis(3));
}

fn scenario(key: &str, scale: Scale) -> Scenario {
    let outline = OUTLINES.iter().find(|outline| outline.key == key).expect("a scenario");
    (outline.make)(scale).expect("a scenario that can be made")
}

fn tiny() -> Graph {
    Graph::new(trading_house::SUPERGRAPH, trading_house::records(Size::TINY)).expect("a graph")
}

fn ask(graph: &Graph, subgraph: &str, query: &str, representations: Value) -> Value {
    let body = json!({"query": query, "variables": {"r": representations}}).to_string();
    let subgraph = graph.subgraph(subgraph).expect("a subgraph of the graph");
    let answer = Interpreter::of_subgraph(graph, subgraph)
        .answer(body.as_bytes())
        .expect("a request that the subgraph can answer");
    serde_json::from_slice(&answer).expect("the stub answers JSON")
}

/// A server that answers everything, as a router with nothing behind it would.
async fn monolith(graph: Arc<Graph>) -> StubSubgraph {
    StubSubgraph::start(Source::everything(graph)).await.expect("a free port")
}

fn short_load(address: SocketAddr, pace: Pace) -> Load {
    Load { address, connections: 4, pace, tokens: Tokens::Unique, watched_process: None }
}
