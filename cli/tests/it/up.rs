//! `hansa up`: the demo in one process, with no files.

use crate::{
    http,
    process::Server,
    scratch::{demo_file, demo_text},
};
use expect_test::expect_file;
use serde_json::json;
use std::{fs, time::Duration};

#[test]
fn answers_the_prepared_operations() {
    let up = Server::start(&["up"]);
    let mut names: Vec<String> = fs::read_dir(demo_file("operations"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".graphql"))
        .collect();
    names.sort();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        let operation = demo_text(&format!("operations/{name}"));
        let response = http::post(&up.origin, "/graphql", &json!({ "query": operation }).to_string()).unwrap();
        assert_eq!(response.status, 200, "{name}: {}", response.text());
        let answer = without_trace(response.json());
        let expected = demo_file(&format!("operations/{}", name.replace(".graphql", ".response.json")));
        expect_file![expected].assert_eq(&format!("{answer:#}\n"));
    }
}

/// Each answer has another trace, so its id is no part of what is expected.
fn without_trace(mut answer: serde_json::Value) -> serde_json::Value {
    let errors = answer.get_mut("errors").and_then(|errors| errors.as_array_mut());
    for error in errors.into_iter().flatten() {
        if let Some(extensions) = error["extensions"].as_object_mut() {
            assert!(extensions.remove("traceId").is_some(), "every error names its trace: {error}");
        }
    }
    answer
}

#[test]
fn prints_where_the_playground_is_and_serves_it() {
    let up = Server::start(&["up"]);
    assert!(up.printed.contains(&up.origin), "{}", up.printed);
    let page = up.get("/");
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-type: text/html"), "{}", page.head);
    let answer = http::query(&up.origin, "{ __schema { queryType { name } } }");
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
}

#[test]
fn says_which_flag_helps_when_the_port_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let called = crate::process::call(&["up", "--listen", &address]);
    assert_eq!(called.status, 2, "{}", called.stderr);
    assert!(called.stderr.contains(&address) && called.stderr.contains("--listen"), "{}", called.stderr);
    assert!(called.stderr.contains("the port is in use"), "{}", called.stderr);
}

#[test]
fn stops_on_ctrl_c() {
    let mut up = Server::start(&["up"]);
    up.signal("INT");
    assert!(up.end_within(Duration::from_secs(10)).success(), "{}", up.log());
}
