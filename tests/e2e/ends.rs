//! How the system ends: when it is asked to, and when it is killed in the middle of something.

use crate::{
    client::{Client, sign_in},
    demo_data,
    process::Running,
    scratch::Scratch,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

const WRITERS: usize = 4;
/// Acknowledged writes before the process is killed.
const WRITES: usize = 40;

fn start(folder: &Path, more: &[&str]) -> Running {
    let arguments = ["up", "--data", folder.to_str().unwrap(), "--listen", "127.0.0.1:0"];
    Running::start(&[&arguments[..], more].concat())
}

#[test]
fn whatever_was_acknowledged_outlives_a_kill() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    let up = start(&folder, &["--no-demo"]);
    demo_data::wait_until_up(&up);
    let origin = up.origin();
    let input = json!({ "username": "writer", "email": "writer@example.org", "password": "what is written stays" });
    Client::visitor(&origin).done("userRegister", "user { id }", &input);
    let token = sign_in(&origin, "writer", "what is written stays");
    // Body, and id once it is known.
    let acknowledged: Mutex<Vec<(String, String)>> = Mutex::default();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let client = Client::with_token(&origin, &token);
            let (acknowledged, is_over) = (&acknowledged, &is_over);
            scope.spawn(move || {
                for number in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let body = format!("Post {number} of writer {writer}");
                    match publish(&client, &body) {
                        Some(id) => acknowledged.lock().unwrap().push((body, id)),
                        None => return,
                    }
                }
            });
        }
        while acknowledged.lock().unwrap().len() < WRITES {
            thread::sleep(Duration::from_millis(5));
        }
        up.signal("KILL");
        is_over.store(true, Ordering::Relaxed);
    });
    drop(up);
    let acknowledged = acknowledged.into_inner().unwrap();
    let up = start(&folder, &["--no-demo"]);
    demo_data::wait_until_up(&up);
    let client = Client::with_token(&up.origin(), &sign_in(&up.origin(), "writer", "what is written stays"));
    for (body, id) in &acknowledged {
        let post =
            client.data("query P($id: ID!) { post(id: $id) { id body author { username } } }", &json!({ "id": id }));
        assert_eq!(post["post"]["body"], *body);
        let again = client.done("postPublish", "post { id } replayed", &input_of(body));
        assert_eq!((&again["post"]["id"], &again["replayed"]), (&json!(id), &json!(true)), "{body}");
    }
    // What was not acknowledged is there as a whole, or not at all.
    let all = posts_of(&client);
    let written: BTreeSet<&String> = acknowledged.iter().map(|(body, _)| body).collect();
    let surplus = all.iter().filter(|body| !written.contains(body)).count();
    assert!(surplus <= WRITERS, "{surplus} posts that nobody was told of");
    assert_eq!(all.len() - surplus, written.len());
}

fn input_of(body: &str) -> serde_json::Value {
    json!({ "body": body, "idempotencyKey": format!("writer-{}", body.replace(' ', "-")) })
}

/// The id, once it is acknowledged; `None` when nobody answers any more.
fn publish(client: &Client, body: &str) -> Option<String> {
    let text =
        "mutation P($input: PostPublishInput!) { postPublish(input: $input) { post { id } userErrors { code } } }";
    let body = json!({ "query": text, "variables": { "input": input_of(body) } }).to_string();
    let headers = format!("authorization: Bearer {}\r\n", client.token.as_deref().unwrap());
    let answer = crate::http::post_with_headers(&client.origin, "/graphql", &headers, &body).ok()?;
    let answer: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    answer["data"]["postPublish"]["post"]["id"].as_str().map(str::to_owned)
}

fn posts_of(client: &Client) -> Vec<String> {
    let query = "query All($after: String) {
      viewer { posts(first: 100, after: $after) { nodes { body author { username } } pageInfo { hasNextPage endCursor } } }
    }";
    let (mut bodies, mut after) = (Vec::new(), json!(null));
    loop {
        let page = client.data(query, &json!({ "after": after }))["viewer"]["posts"].take();
        for post in page["nodes"].as_array().unwrap() {
            assert_eq!(post["author"]["username"], "writer");
            bodies.push(post["body"].as_str().unwrap().to_owned());
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            return bodies;
        }
    }
}

#[test]
fn a_load_that_was_killed_is_completed() {
    let scratch = Scratch::new();
    let (folder, whole) = (scratch.path("data"), scratch.path("whole"));
    let up = start(&folder, &[]);
    // Identity is loaded by then, and the others have begun.
    up.wait_for("part of the demo", || bytes_in(&folder.join("social")) > 1_000_000);
    up.signal("KILL");
    drop(up);
    let marker = fs::read_to_string(folder.join("hansa-data.json")).unwrap();
    assert!(marker.contains("loading"), "killed too late to see anything: {marker}");
    demo_data::copy_to(&whole);
    let shops = [&folder, &whole].map(|folder| {
        let mut up = start(folder, &[]);
        demo_data::wait_until_up(&up);
        fill_a_cart(&up.origin());
        let shop = Client::visitor(&up.origin()).data(
            "{
              products(first: 100) { nodes { id handle reviews(first: 20) { nodes { id } } } }
              discoveryFeed(first: 100) { nodes { id reactionCounts { kind count } comments(first: 20) { nodes { id } } } }
            }",
            &json!({}),
        );
        up.signal("TERM");
        assert!(up.end_within(Duration::from_secs(10)).success());
        shop
    });
    assert_eq!(shops[0], shops[1], "the same shop, down to the ids");
}

/// What is up knows the products at once.
fn fill_a_cart(origin: &str) {
    let ada = Client::with_token(origin, &sign_in(origin, "ada", "ada-demo-login"));
    let input = json!({ "lines": [{ "variantId": "variant_01k9qgft3efbtvg8xqwaymj001", "quantity": 1 }] });
    ada.done("cartLinesAdd", "", &input);
}

fn bytes_in(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    demo_data::copy_to(&folder);
    let mut up = start(&folder, &[]);
    demo_data::wait_until_up(&up);
    assert!(!up.stderr().contains("Loading the demo"), "the demo is loaded once");
    let ada = Client::with_token(&up.origin(), &sign_in(&up.origin(), "ada", "ada-demo-login"));
    let id = publish(&ada, "Before the restart").unwrap();
    let feed = "{ homeFeed(first: 5) { nodes { id } pageInfo { endCursor } } }";
    let first = ada.data(feed, &json!({}));
    up.signal("INT");
    assert!(up.end_within(Duration::from_secs(10)).success(), "{}", up.stderr());
    let up = start(&folder, &[]);
    demo_data::wait_until_up(&up);
    // Token and cursor are good beyond the process that gave them.
    let ada = Client::with_token(&up.origin(), ada.token.as_deref().unwrap());
    assert_eq!(ada.data(feed, &json!({})), first);
    let post = ada.data("query P($id: ID!) { post(id: $id) { body } }", &json!({ "id": id }));
    assert_eq!(post["post"]["body"], "Before the restart");
    let next = "query Next($after: String) { homeFeed(first: 5, after: $after) { nodes { id } } }";
    ada.data(next, &json!({ "after": first["homeFeed"]["pageInfo"]["endCursor"] }));
}
