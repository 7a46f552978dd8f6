//! Equal fetches at the same time are one where settings say so, and whatever is not quite equal never is.

use crate::{
    issuer::{self, Folder, Key, claims, header, key_set},
    puppet_subgraph::PuppetSubgraph,
    running::{Answer, Running, settings},
};
use futures_util::future::join_all;
use hansa_passport::{LIFETIME, SigningKeys};
use hansa_server::{Algorithm, ByteSize, Config, HeaderRule, InsertRule, PropagateRule, Router, Span};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const QUERY: &str = "{ users { name } }";
const SHARED: &str = "hansa_shared_fetches_total{subgraph=\"accounts\"}";

fn sharing() -> Config {
    let mut config = settings();
    config.subgraph_defaults.share_fetches = true;
    config.headers.all = vec![
        propagate(PropagateRule { named: Some("authorization".to_owned()), ..PropagateRule::default() }),
        propagate(PropagateRule { matching: Some("x-*".to_owned()), ..PropagateRule::default() }),
        HeaderRule::Insert(InsertRule { name: "from".to_owned(), value: "router".to_owned() }),
    ];
    config
}

fn propagate(rule: PropagateRule) -> HeaderRule {
    HeaderRule::Propagate(rule)
}

/// With a puppet for `accounts`.
async fn start(mut config: Config) -> (Running, PuppetSubgraph) {
    let puppet = PuppetSubgraph::start().await;
    config.subgraphs.entry("accounts".to_owned()).or_default().url = Some(puppet.url.clone());
    (Running::start(config).await, puppet)
}

async fn ask(router: &Running, query: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = router.post();
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router.send(request, json!({ "query": query }).to_string()).await
}

fn users(name: &str) -> String {
    json!({ "data": { "users": [{ "name": name }] } }).to_string()
}

fn name(answer: &Answer) -> Value {
    answer.json()["data"]["users"][0]["name"].clone()
}

#[tokio::test]
async fn equal_fetches_are_one() {
    let (router, mut puppet) = start(sharing()).await;
    let headers = |traceparent| {
        [("authorization", "Bearer a"), ("x-shop", "1"), ("traceparent", traceparent), ("hansa-query-plan", "1")]
    };
    let first = headers("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let mut second = headers("00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    second.reverse();
    let (first, second, asked) = tokio::join!(ask(&router, QUERY, &first), ask(&router, QUERY, &second), async {
        let asked = puppet.asked().await;
        router.until_metric(SHARED, "1").await;
        let headers = asked.headers.clone();
        asked.answer(&users("Ada"));
        headers
    });
    assert_eq!((name(&first), name(&second)), (json!("Ada"), json!("Ada")));
    assert_eq!(asked["authorization"], "Bearer a");
    assert!(asked.contains_key("traceparent"));
    assert!(!puppet.is_asked());
    let mut requests = [&first, &second].map(|answer| {
        let fetch = answer.json()["extensions"]["queryPlan"]["fetches"][0].clone();
        (fetch["requests"].clone(), fetch["shared"].clone())
    });
    requests.sort_by_key(|(requests, _)| requests.as_u64());
    assert_eq!(requests, [(json!(0), json!(true)), (json!(1), Value::Null)]);
    let count = "hansa_fetch_duration_seconds_count{subgraph=\"accounts\"}";
    assert_eq!(router.metric(count).await, "1");
}

#[tokio::test]
async fn a_fetch_that_has_ended_is_not_joined() {
    let (router, mut puppet) = start(sharing()).await;
    for expected in ["Ada", "Grace"] {
        let answered = users(expected);
        let (answer, ()) = tokio::join!(ask(&router, QUERY, &[]), puppet.answer(&answered));
        assert_eq!(name(&answer), expected);
    }
    assert_eq!(router.metric(SHARED).await, "0");
}

#[tokio::test]
async fn clients_with_other_headers_never_get_each_others_answer() {
    let (router, mut puppet) = start(sharing()).await;
    let clients: [&[(&str, &str)]; 8] = [
        &[],
        &[("authorization", "Bearer a")],
        &[("authorization", "Bearer b")],
        &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
        &[("authorization", "Bearer b"), ("authorization", "Bearer a")],
        &[("authorization", "Bearer a"), ("x-shop", "1")],
        &[("authorization", "Bearer a"), ("x-shop", "2")],
        &[("authorization", "Bearer a"), ("x-shop", "1"), ("x-shop", "2")],
    ];
    let seen = |headers: &http::HeaderMap| {
        let mut seen: Vec<String> = Vec::new();
        for name in ["authorization", "x-shop"] {
            seen.extend(headers.get_all(name).iter().map(|value| format!("{name}={}", value.to_str().unwrap())));
        }
        seen.join(";")
    };
    let answers = join_all(clients.iter().map(|headers| ask(&router, QUERY, headers)));
    let (answers, ()) = tokio::join!(answers, async {
        let mut asked = Vec::new();
        // All are in flight before the first has its answer.
        for _ in 0..clients.len() {
            asked.push(puppet.asked().await);
        }
        for puppet in asked.into_iter().rev() {
            let answer = users(&seen(&puppet.headers));
            puppet.answer(&answer);
        }
    });
    for (answer, headers) in answers.iter().zip(clients) {
        let own: Vec<String> = headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(name(answer), own.join(";"));
    }
    assert_eq!(router.metric(SHARED).await, "0");
}

#[tokio::test]
async fn other_questions_are_asked_on_their_own() {
    let (router, mut puppet) = start(sharing()).await;
    let by_variable = |id: u32| {
        let query = "query ($id: ID!) { user(id: $id) { name } }";
        router.ask_with(query, json!({ "id": id }))
    };
    let (first, second, ()) = tokio::join!(by_variable(1), by_variable(2), async {
        for asked in [puppet.asked().await, puppet.asked().await] {
            let name = format!("number {}", asked.body["variables"]["id"].as_str().unwrap());
            asked.answer(&json!({ "data": { "user": { "name": name } } }).to_string());
        }
    });
    assert_eq!(first.json()["data"]["user"]["name"], "number 1");
    assert_eq!(second.json()["data"]["user"]["name"], "number 2");
}

#[tokio::test]
async fn mutations_are_never_shared() {
    let (router, mut puppet) = start(sharing()).await;
    let mutation = "mutation { rename(id: 1, name: \"x\") { name } }";
    let (first, second, ()) = tokio::join!(ask(&router, mutation, &[]), ask(&router, mutation, &[]), async {
        for (asked, name) in [(puppet.asked().await, "first"), (puppet.asked().await, "second")] {
            asked.answer(&json!({ "data": { "rename": { "name": name } } }).to_string());
        }
    });
    assert_ne!(first.json()["data"], second.json()["data"]);
    assert_eq!((first.code().as_str(), second.code().as_str()), ("", ""));
}

#[tokio::test]
async fn what_a_mutation_reads_afterwards_is_never_shared() {
    let mut blog = PuppetSubgraph::start().await;
    let mut config = sharing();
    config.subgraphs.entry("blog".to_owned()).or_default().url = Some(blog.url.clone());
    let (router, mut accounts) = start(config).await;
    let posts = |title: &str| json!({ "data": { "_entities": [{ "posts": [{ "title": title }] }] } }).to_string();
    let title = |answer: &Answer, field: &str| answer.json()["data"][field]["posts"][0]["title"].clone();
    let query = ask(&router, "{ user(id: 1) { posts { title } } }", &[]);
    let (queried, ()) = tokio::join!(query, async {
        accounts.answer(&json!({ "data": { "user": { "__typename": "User", "id": "1" } } }).to_string()).await;
        let before = blog.asked().await;
        let mutation = ask(&router, "mutation { rename(id: 1, name: \"x\") { posts { title } } }", &[]);
        let (mutated, before) = tokio::join!(mutation, async {
            accounts.answer(&json!({ "data": { "rename": { "__typename": "User", "id": "1" } } }).to_string()).await;
            let after = blog.asked().await;
            assert_eq!(before.body["variables"], after.body["variables"]);
            after.answer(&posts("new"));
            before
        });
        assert_eq!(title(&mutated, "rename"), "new");
        before.answer(&posts("old"));
    });
    assert_eq!(title(&queried, "user"), "old");
}

#[tokio::test]
async fn whoever_is_refused_joins_nothing() {
    let (folder, key) = (Folder::new(), Key::ed());
    let mut config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("1")])));
    let own = sharing();
    (config.headers, config.subgraph_defaults) = (own.headers, own.subgraph_defaults);
    let (router, mut puppet) = start(config).await;
    let good = format!("Bearer {}", key.token(&header("EdDSA", "1"), &claims()));
    let forged = format!("Bearer {}", Key::ed().token(&header("EdDSA", "1"), &claims()));
    let (known_headers, forged_headers) = ([("authorization", good.as_str())], [("authorization", forged.as_str())]);
    let known = ask(&router, QUERY, &known_headers);
    let (known, ()) = tokio::join!(known, async {
        let of_known = puppet.asked().await;
        let refused = ask(&router, QUERY, &forged_headers).await;
        assert_eq!(refused.status, 401);
        assert!(!refused.text().contains("users"), "{}", refused.text());
        let (nobody, ()) = tokio::join!(ask(&router, QUERY, &[]), async {
            let of_nobody = puppet.asked().await;
            assert!(!of_nobody.headers.contains_key("authorization"));
            of_known.answer(&users("secret"));
            of_nobody.answer(&users("public"));
        });
        assert_eq!(name(&nobody), "public");
    });
    assert_eq!(name(&known), "secret");
}

/// Sends the query on a connection of its own, whose end is the end of the request.
async fn leaving(router: &Running) -> TcpStream {
    let body = json!({ "query": QUERY }).to_string();
    let mut stream = TcpStream::connect(router.address).await.unwrap();
    let length = body.len();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn followers_get_their_answer_when_the_first_one_leaves() {
    let (router, mut puppet) = start(sharing()).await;
    let first = leaving(&router).await;
    let asked = puppet.asked().await;
    let followers = join_all((0..3).map(|_| ask(&router, QUERY, &[])));
    let (followers, ()) = tokio::join!(followers, async {
        router.until_metric(SHARED, "3").await;
        drop(first);
        router.until_metric("hansa_requests_total{status=\"cancelled\"", "1").await;
        asked.answer(&users("Ada"));
    });
    assert!(followers.iter().all(|answer| name(answer) == "Ada"));
    assert!(!puppet.is_asked());
}

#[tokio::test]
async fn a_fetch_that_nobody_waits_for_is_given_up() {
    let (router, mut puppet) = start(sharing()).await;
    let first = leaving(&router).await;
    let asked = puppet.asked().await;
    let second = leaving(&router).await;
    router.until_metric(SHARED, "1").await;
    drop((first, second));
    asked.until_dropped().await;
    let answered = users("Ada");
    let (answer, ()) = tokio::join!(ask(&router, QUERY, &[]), puppet.answer(&answered));
    assert_eq!(name(&answer), "Ada", "nothing of it is left");
}

#[tokio::test]
async fn failures_are_shared_and_a_hanging_fetch_is_not_joined_for_ever() {
    let mut config = sharing();
    config.subgraph_defaults.timeout = Span::from_millis(400);
    let (router, mut puppet) = start(config).await;
    let early = async {
        let answer = ask(&router, QUERY, &[]).await;
        assert_eq!(answer.code(), "TIMEOUT");
    };
    let later = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let answer = ask(&router, QUERY, &[]).await;
        assert_eq!(answer.code(), "TIMEOUT");
    };
    let latest = async {
        let hanging = puppet.asked().await;
        tokio::time::sleep(Duration::from_millis(450)).await;
        let answered = users("Ada");
        let (answer, ()) = tokio::join!(ask(&router, QUERY, &[]), puppet.answer(&answered));
        assert_eq!(name(&answer), "Ada", "the second one still waits, and yet this one asks anew");
        hanging
    };
    tokio::join!(early, later, latest).2.until_dropped().await;
    assert_eq!(router.metric(SHARED).await, "1");
    let errors = "hansa_fetch_errors_total{subgraph=\"accounts\",code=\"TIMEOUT\"}";
    assert_eq!(router.metric(errors).await, "2");
}

/// One with a long request begins, and one with a short one joins.
async fn long_and_short(config: Config, name_bytes: usize) -> (Answer, Answer) {
    let (router, mut puppet) = start(config).await;
    let long = json!({ "query": QUERY, "variables": { "unused": "x".repeat(250_000) } }).to_string();
    let (long, short) = tokio::join!(router.send(router.post(), long), async {
        let asked = puppet.asked().await;
        let (short, ()) = tokio::join!(ask(&router, QUERY, &[]), async {
            router.until_metric(SHARED, "1").await;
            asked.answer(&users(&"x".repeat(name_bytes)));
        });
        short
    });
    router.until_metric("hansa_request_memory_bytes", "0").await;
    (long, short)
}

#[tokio::test]
async fn each_fails_on_its_own_memory_only() {
    let mut config = sharing();
    config.memory.request_bytes_max = ByteSize::from_kib(384);
    let (long, short) = long_and_short(config, 150_000).await;
    assert_eq!((long.code().as_str(), short.code().as_str()), ("RESPONSE_TOO_LARGE", ""));
    assert_eq!(name(&short).as_str().unwrap().len(), 150_000);
}

#[tokio::test]
async fn all_are_refused_where_the_process_has_no_memory() {
    let mut config = sharing();
    config.memory.bytes_max = Some(ByteSize::from_mib(1));
    let (long, short) = long_and_short(config, 2 << 20).await;
    for answer in [long, short] {
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "OVERLOADED"));
    }
}

async fn are_shared(config: Config) -> bool {
    let puppet = PuppetSubgraph::start().await;
    let (mut router, mut config) = Running::subgraphs(config, Default::default()).await;
    config.subgraphs.get_mut("accounts").unwrap().url = Some(puppet.url.clone());
    let keys = SigningKeys::in_memory(LIFETIME, chrono::Utc::now()).unwrap();
    router.run(Router::new(config).supergraph_sdl(crate::running::SUPERGRAPH).passport_keys(keys)).await;
    let mut puppet = puppet;
    let (.., is_shared) = tokio::join!(ask(&router, QUERY, &[]), ask(&router, QUERY, &[]), async {
        let first = puppet.asked().await;
        let is_shared = tokio::select! {
            second = puppet.asked() => {
                second.answer(&users("Ada"));
                false
            }
            () = router.until_metric(SHARED, "1") => true,
        };
        first.answer(&users("Ada"));
        is_shared
    });
    is_shared
}

#[tokio::test]
async fn settings_say_whose_fetches_are_shared() {
    assert!(!are_shared(settings()).await, "off by default");
    assert!(are_shared(sharing()).await);
    let mut config = settings();
    config.subgraphs.entry("accounts".to_owned()).or_default().share_fetches = Some(true);
    assert!(are_shared(config).await);
    let mut config = sharing();
    config.subgraphs.entry("accounts".to_owned()).or_default().share_fetches = Some(false);
    assert!(!are_shared(config).await);
    let mut config = sharing();
    config.subgraphs.entry("accounts".to_owned()).or_default().passport = true;
    assert!(!are_shared(config).await, "each has a passport of its own");
}
