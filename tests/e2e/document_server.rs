//! The server of documents goes away in the middle, and comes back: what was acknowledged is there, and nothing twice.

use crate::{
    client::{Client, sign_in},
    demo_data, http,
    process::{Running, call},
    scratch::Scratch,
    servers::runtime,
};
use hansa_testkit::{MongoProcess, or_skip};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Until the platform finds the server again.
const BACK_WITHIN: Duration = Duration::from_secs(60);
const PUBLISH: &str =
    "mutation P($input: PostPublishInput!) { postPublish(input: $input) { post { id } replayed userErrors { code } } }";

#[test]
fn posts_outlive_a_killed_server_of_documents() {
    let scratch = Scratch::new();
    let runtime = runtime();
    let Some(mut mongo) = or_skip(runtime.block_on(MongoProcess::start(&scratch.path("")))) else { return };
    let (data, url) = (scratch.path("data"), mongo.url());
    let arguments = ["--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0", "--mongo-url", &url];
    let up = Running::start(&[&["up", "--no-demo"], &arguments[..]].concat());
    demo_data::wait_until_up(&up);
    let origin = up.origin();
    let input = json!({ "username": "writer", "email": "writer@example.org", "password": "what is written stays" });
    Client::visitor(&origin).done("userRegister", "user { id }", &input);
    let writer = Client::with_token(&origin, &sign_in(&origin, "writer", "what is written stays"));
    let before: Vec<String> = (0..5).map(|number| publish(&writer, number).unwrap()).collect();

    mongo.kill_9();
    let refused = publish(&writer, 5).unwrap_err();
    assert!(refused.contains("DOWNSTREAM_UNAVAILABLE") || refused.contains("TIMEOUT"), "{refused}");
    let address = url.trim_start_matches("mongodb://");
    assert!(!refused.contains(address), "clients are not told where it is: {refused}");
    let viewer = writer.data("{ viewer { username } }", &json!({}));
    assert_eq!(viewer["viewer"]["username"], "writer", "what others have is answered");

    runtime.block_on(mongo.restart()).unwrap();
    let deadline = Instant::now() + BACK_WITHIN;
    let again = loop {
        match publish(&writer, 5) {
            Ok(id) => break id,
            Err(refused) => assert!(Instant::now() < deadline, "{refused}"),
        }
        thread::sleep(Duration::from_millis(100));
    };
    let written: Vec<String> = before.into_iter().chain([again]).collect();
    let posts = writer.data("{ viewer { posts(first: 50) { nodes { id } } } }", &json!({}));
    let mut found: Vec<&str> =
        posts["viewer"]["posts"]["nodes"].as_array().unwrap().iter().map(|post| post["id"].as_str().unwrap()).collect();
    found.sort_unstable();
    let mut expected: Vec<&str> = written.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!(found, expected, "each is there, once");
    for (number, id) in written.iter().enumerate() {
        assert_eq!(publish(&writer, number).as_ref(), Ok(id), "a repetition is the same post");
    }
}

#[test]
fn a_server_of_documents_that_cannot_be_used_is_named_and_its_password_is_not() {
    // Bound and not listened to: nobody else has the port, and nobody answers.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = socket.local_addr().unwrap();
    drop(socket);
    let refused = up_with(&format!("mongodb://hansa:secretword@{nobody}/?serverSelectionTimeoutMS=500"));
    assert!(refused.contains("no server answers") && refused.contains(&nobody.to_string()), "{refused}");
    assert!(!refused.contains("Topology"), "it is no dump: {refused}");
    let refused = up_with("mongodb//hansa:secretword@127.0.0.1");
    assert!(refused.contains("mongodb://"), "{refused}");

    let Some(server) = hansa_testkit::mongo() else { return };
    let refused = up_with(&server.url().replace("mongodb://", "mongodb://hansa:secretword@"));
    assert!(refused.contains("`hansa`") && refused.contains("password"), "{refused}");
}

fn up_with(url: &str) -> String {
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let arguments =
        ["up", "--no-demo", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0", "--mongo-url", url];
    let called = call(&arguments);
    assert!(called.status > 0, "{}{}", called.stdout, called.stderr);
    let complaint = called.stderr.lines().find(|line| line.starts_with("error: ")).unwrap_or_default().to_owned();
    assert!(!called.stderr.contains("secretword"), "{}", called.stderr);
    complaint
}

/// The post's id, or what was said instead.
fn publish(writer: &Client, number: usize) -> Result<String, String> {
    let input = json!({ "body": format!("Post {number}"), "idempotencyKey": format!("post-of-writer-{number:04}") });
    let body = json!({ "query": PUBLISH, "variables": { "input": input } }).to_string();
    let headers = format!("authorization: Bearer {}\r\n", writer.token.as_deref().unwrap());
    let answer =
        http::post_with_headers(&writer.origin, "/graphql", &headers, &body).map_err(|error| error.to_string())?;
    let answer: Value = answer.json();
    let id = answer["data"]["postPublish"]["post"]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| answer.to_string())
}
