//! What subgraphs do to their connections: forms of answers that HTTP/1 allows, answers that are none, and connections that
//! are closed at a bad moment.

use crate::{
    raw_subgraph::{RawSubgraph, Seen, Step},
    running::{Answer, Running, settings},
};
use hansa_server::{ByteSize, Config, Span};
use serde_json::json;
use tokio::net::TcpListener;

const QUERY: &str = "{ user(id: 3) { id } }";
const MUTATION: &str = "mutation { rename(id: 3, name: \"x\") { id } }";
const BODY: &str = "{\"data\":{\"user\":{\"id\":\"3\"},\"rename\":{\"id\":\"3\"}}}";
const DATA: &str = "{\"data\":{\"user\":{\"id\":\"3\"}}}";

fn say(text: &str) -> Step {
    Step::Say(text.as_bytes().to_vec())
}

/// With its length, on a connection that may be kept.
fn answer() -> Step {
    say(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{BODY}", BODY.len()))
}

fn chunked() -> String {
    let (one, other) = BODY.split_at(17);
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
    format!("{head}11;name=\"value\"\r\n{one}\r\n{:X} \r\n{other}\r\n000\r\nx-sum: 1\r\ny: z\r\n\r\n", other.len())
}

async fn start(scripts: Vec<Vec<Step>>, config: Config) -> (RawSubgraph, Running) {
    let subgraph = RawSubgraph::start(scripts).await;
    let router = Running::start(subgraph.behind(config)).await;
    (subgraph, router)
}

#[tokio::test]
async fn answers_come_in_many_forms() {
    let length = BODY.len();
    let forms = [
        chunked(),
        format!("HTTP/1.1 200 OK\r\nCONTENT-LENGTH:{length}\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 \r\nconnection: keep-alive\r\ncontent-length: {length}, {length}\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{BODY}"),
        format!("HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{BODY}"),
        format!("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: {length}\r\n\r\n{BODY}"),
        format!(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\
             content-length: {length}\r\n\r\n{BODY}"
        ),
        format!("HTTP/1.1 200 OK\ncontent-length: {length}\n\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ncontent-encoding: identity\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{BODY}HTTP/1.1 200 OK\r\n"),
        chunked().replace("\r\n\r\n11", "\r\ncontent-length: 5\r\n\r\n11"),
    ];
    for form in forms {
        for step in [say(&form), Step::Trickle(form.clone().into_bytes())] {
            let (subgraph, router) = start(vec![vec![Step::Asked, step]], settings()).await;
            assert_eq!(router.ask(QUERY).await.text(), DATA, "{form}");
            assert_eq!(subgraph.seen().requests, 1);
        }
    }
}

#[tokio::test]
async fn a_request_is_complete_and_says_its_length() {
    let (subgraph, router) = start(vec![vec![Step::Asked, answer(), Step::HungUp]], settings()).await;
    assert_eq!(router.ask(QUERY).await.text(), DATA);
    let request = subgraph.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let lines: Vec<&str> = head.split("\r\n").collect();
    assert_eq!(lines[0], "POST /graphql HTTP/1.1");
    let host = subgraph.url.strip_prefix("http://").unwrap().strip_suffix("/graphql").unwrap();
    for line in
        [format!("host: {host}"), format!("content-length: {}", body.len()), "content-type: application/json".into()]
    {
        assert_eq!(lines.iter().filter(|known| **known == line).count(), 1, "{line}: {head}");
    }
    assert!(body.starts_with("{\"query\":"), "{body}");
}

async fn check_refused(text: &str, code: &str) {
    let mut config = settings();
    config.subgraph_defaults.body_bytes_max = ByteSize::from_kib(1);
    let (_subgraph, router) = start(vec![vec![Step::Asked, say(text)]], config).await;
    let answer = router.ask(QUERY).await;
    assert_eq!(answer.code(), code, "{text:.100}: {}", answer.text());
}

#[tokio::test]
async fn answers_that_are_no_http_are_invalid() {
    let length = BODY.len();
    let many = "x: y\r\n".repeat(101);
    let large = format!("x: {}\r\n", "y".repeat(65 << 10));
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(65 << 10));
    let texts = [
        "SSH-2.0-OpenSSH_9.7\r\n".to_owned(),
        "HTTP/2 200\r\n\r\n".to_owned(),
        "\r\nHTTP/1.1 200 OK\r\n\r\n".to_owned(),
        format!("HTTP/1.1 two hundred\r\ncontent-length: {length}\r\n\r\n{BODY}"),
        format!("HTTP/1.1 099 No\r\ncontent-length: {length}\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\ncontent length: {length}\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ncontent-length: 3\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: +{length}\r\n\r\n{BODY}"),
        "HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551616\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: \r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n{BODY}"),
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\n{many}content-length: {length}\r\n\r\n{BODY}"),
        format!("HTTP/1.1 200 OK\r\n{large}content-length: {length}\r\n\r\n{BODY}"),
        endless,
        chunked().replace("\r\n11;", "\r\n1x;"),
        chunked().replace("\r\n11;", "\r\n;"),
        chunked().replace("\r\n11;", "\r\n10;"),
        chunked().replace("\r\n11;", "\n11;\n"),
        chunked().replace("x-sum", &"x: y\r\n".repeat(101)),
    ];
    for text in texts {
        check_refused(&text, "DOWNSTREAM_INVALID_RESPONSE").await;
    }
}

#[tokio::test]
async fn answers_that_break_off_are_told_from_those_that_are_too_large() {
    let half = &BODY[..20];
    let texts = [
        String::new(),
        "HTTP".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-len".to_owned(),
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{half}", BODY.len()),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{half}", BODY.len()),
        chunked().replace("000\r\nx-sum: 1\r\ny: z\r\n\r\n", ""),
        chunked().replace("y: z\r\n\r\n", ""),
    ];
    for text in texts {
        check_refused(&text, "DOWNSTREAM_UNAVAILABLE").await;
    }
    let texts = [
        "HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551615\r\n\r\n{".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 1025\r\n\r\n{".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffff\r\n{".to_owned(),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3ff\r\n{:1023}\r\n2\r\n", " "),
        format!("HTTP/1.1 200 OK\r\n\r\n{:1025}", " "),
    ];
    for text in texts {
        check_refused(&text, "RESPONSE_TOO_LARGE").await;
    }
}

#[tokio::test]
async fn large_answers_come_whole() {
    let padding = " ".repeat(5 << 20);
    let body = format!("{padding}{BODY}");
    let forms = [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len()),
        format!("HTTP/1.1 200 OK\r\n\r\n{body}"),
    ];
    for form in forms {
        let (_subgraph, router) = start(vec![vec![Step::Asked, say(&form)]], settings()).await;
        assert_eq!(router.ask(QUERY).await.text(), DATA);
    }
}

async fn ask_twice(scripts: Vec<Vec<Step>>, config: Config) -> Seen {
    let (subgraph, router) = start(scripts, config).await;
    for _ in 0..2 {
        assert_eq!(router.ask(QUERY).await.text(), DATA);
    }
    subgraph.seen()
}

#[tokio::test]
async fn connections_are_used_again() {
    let kept = [
        answer(),
        say(&chunked()),
        Step::Trickle(chunked().into_bytes()),
        say(&format!("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: {}\r\n\r\n{BODY}", BODY.len())),
    ];
    for step in kept {
        let script = vec![Step::Asked, step.clone(), Step::Asked, step.clone(), Step::HungUp];
        let seen = ask_twice(vec![script], settings()).await;
        assert_eq!((seen.connections, seen.requests), (1, 2), "{step:?}");
    }
}

#[tokio::test]
async fn connections_that_cannot_be_used_again_are_closed() {
    let length = BODY.len();
    let not_kept = [
        say(&format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{BODY}")),
        say(&format!("HTTP/1.1 200 OK\r\nConnection: x, Close\r\ncontent-length: {length}\r\n\r\n{BODY}")),
        say(&format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\nconnection: keep-alive\r\ncontent-length: {length}\r\n\r\n{BODY}"
        )),
        say(&format!("HTTP/1.0 200 OK\r\ncontent-length: {length}\r\n\r\n{BODY}")),
        say(&format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{BODY}HTTP/1.1 200 OK\r\n")),
        say(&chunked().replace("\r\n\r\n11", "\r\ncontent-length: 5\r\n\r\n11")),
    ];
    for step in not_kept {
        let script = vec![Step::Asked, step.clone(), Step::HungUp];
        let seen = ask_twice(vec![script.clone(), script], settings()).await;
        assert_eq!((seen.connections, seen.requests), (2, 2), "{step:?}");
    }
}

#[tokio::test]
async fn settings_bound_what_is_kept() {
    let script = vec![Step::Asked, answer(), Step::HungUp];
    let scripts = vec![script.clone(), script];
    let mut config = settings();
    config.subgraph_defaults.idle_connections_max = 0;
    assert_eq!(ask_twice(scripts.clone(), config).await.connections, 2);
    let mut config = settings();
    config.subgraph_defaults.idle_timeout = Span::from_millis(0);
    assert_eq!(ask_twice(scripts, config).await.connections, 2);
}

/// The second request comes when the first one's connection is closed.
async fn ask_after_close(operation: &str) -> Answer {
    let script = vec![Step::Asked, answer()];
    let (subgraph, router) = start(vec![script.clone(), script], settings()).await;
    assert_eq!(router.ask(operation).await.code(), "");
    subgraph.until(|seen| seen.ended == 1).await;
    let answer = router.ask(operation).await;
    assert_eq!(subgraph.seen().connections, 2);
    answer
}

#[tokio::test]
async fn connections_that_were_closed_while_idle_are_not_used() {
    assert_eq!(ask_after_close(QUERY).await.text(), DATA);
    assert_eq!(ask_after_close(MUTATION).await.text(), "{\"data\":{\"rename\":{\"id\":\"3\"}}}");
}

/// The second request reaches the first one's connection, and gets no answer there.
async fn ask_without_answer(operation: &str, second: Step) -> (Answer, Seen) {
    let first = vec![Step::Asked, answer(), Step::Asked, second];
    let (subgraph, router) = start(vec![first, vec![Step::Asked, answer(), Step::HungUp]], settings()).await;
    assert_eq!(router.ask(operation).await.code(), "");
    let answer = router.ask(operation).await;
    (answer, subgraph.seen())
}

#[tokio::test]
async fn queries_are_repeated_when_a_kept_connection_dies() {
    let (answer, seen) = ask_without_answer(QUERY, say("")).await;
    assert_eq!(answer.text(), DATA);
    assert_eq!((seen.connections, seen.requests), (2, 3));
}

#[tokio::test]
async fn mutations_that_may_have_arrived_are_not_repeated() {
    let (answer, seen) = ask_without_answer(MUTATION, say("")).await;
    assert_eq!(answer.code(), "DOWNSTREAM_UNAVAILABLE");
    assert_eq!((seen.connections, seen.requests), (1, 2));
}

#[tokio::test]
async fn nothing_is_repeated_once_an_answer_began() {
    let (answer, seen) = ask_without_answer(QUERY, say("HTTP/1.1 200 OK\r\n")).await;
    assert_eq!(answer.code(), "DOWNSTREAM_UNAVAILABLE");
    assert_eq!(seen.connections, 1);
}

#[tokio::test]
async fn a_new_connection_that_dies_is_an_error() {
    let (subgraph, router) = start(vec![vec![Step::Asked], vec![Step::Asked, answer()]], settings()).await;
    assert_eq!(router.ask(QUERY).await.code(), "DOWNSTREAM_UNAVAILABLE");
    assert_eq!(subgraph.seen().connections, 1);
}

#[tokio::test]
async fn a_subgraph_that_comes_back_is_asked_again() {
    let (subgraph, router) = start(vec![vec![Step::Asked, answer()]], settings()).await;
    assert_eq!(router.ask(QUERY).await.text(), DATA);
    subgraph.until(|seen| seen.ended == 1).await;
    assert_eq!(router.ask(QUERY).await.code(), "DOWNSTREAM_UNAVAILABLE");
    let address = subgraph.url.strip_prefix("http://").unwrap().strip_suffix("/graphql").unwrap();
    let listener = TcpListener::bind(address).await.unwrap();
    let _back = RawSubgraph::on(listener, vec![vec![Step::Asked, answer(), Step::HungUp]]);
    assert_eq!(router.ask(QUERY).await.text(), DATA);
}

#[tokio::test]
async fn requests_that_are_given_up_close_their_connection() {
    let mut config = settings();
    config.subgraph_defaults.timeout = Span::from_millis(100);
    let half = say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
    let scripts = vec![vec![Step::Asked, Step::HungUp], vec![Step::Asked, half, Step::HungUp]];
    let (subgraph, router) = start(scripts, config).await;
    for ended in 1..=2 {
        assert_eq!(router.ask(QUERY).await.code(), "TIMEOUT");
        subgraph.until(|seen| seen.ended == ended).await;
    }
}

/// The subgraph says something, and only then reads a request that is larger than what waits in the system.
async fn ask_with_much(early: &str, script: Vec<Step>) -> (Answer, RawSubgraph) {
    let mut config = settings();
    config.limits.body_bytes_max = ByteSize::from_mib(64);
    config.limits.variables_bytes_max = ByteSize::from_mib(64);
    let script = [say(early)].into_iter().chain(script).collect();
    let (subgraph, router) = start(vec![script], config).await;
    let mutation = "mutation ($name: String!) { rename(id: 3, name: $name) { id } }";
    let answer = router.ask_with(mutation, json!({ "name": "x".repeat(16 << 20) })).await;
    subgraph.until(|seen| seen.ended == 1).await;
    (answer, subgraph)
}

#[tokio::test]
async fn an_answer_may_come_before_the_request_is_complete() {
    let refusal = "HTTP/1.1 413 Too Large\r\ncontent-length: 55\r\n\r\n{\"data\":null,\"errors\":[{\"message\":\"that is too much\"}]}";
    let (answer, _) = ask_with_much(refusal, vec![Step::HungUp]).await;
    assert!(answer.text().contains("that is too much"), "{:.300}", answer.text());
}

#[tokio::test]
async fn a_request_is_sent_on_while_the_answer_begins() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", BODY.len());
    for (early, rest) in [
        ("HTTP/1.1 100 Continue\r\n\r\n", answer()),
        ("HTTP/1.1 103 Early Hints\r\nli", say(&format!("nk: </x>\r\n\r\n{head}{BODY}"))),
        (&head, say(BODY)),
    ] {
        let (answer, subgraph) = ask_with_much(early, vec![Step::Asked, rest]).await;
        assert_eq!(answer.text(), "{\"data\":{\"rename\":{\"id\":\"3\"}}}", "{early}");
        assert_eq!(subgraph.seen().requests, 1);
    }
}
