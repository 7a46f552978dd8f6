//! `hansa up` without a configuration: how it starts and ends. What it serves is tested in `tests/e2e`.

use crate::{
    http,
    process::{Server, call, call_with_environment},
    scratch::Scratch,
};
use std::time::Duration;

/// An empty marketplace; the folder must outlive the server.
fn up(scratch: &Scratch) -> Server {
    let data = scratch.path("data").display().to_string();
    Server::start(&["up", "--no-demo", "--data", &data])
}

#[test]
fn prints_where_the_playground_is_and_serves_it() {
    let scratch = Scratch::new();
    let up = up(&scratch);
    assert!(up.printed.contains(&up.origin), "{}", up.printed);
    assert_eq!(up.get("/ready").status, 200, "what is announced is ready");
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
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let called = call(&["up", "--listen", &address, "--data", data.to_str().unwrap()]);
    assert_eq!(called.status, 2, "{}", called.stderr);
    assert!(called.stderr.contains(&address) && called.stderr.contains("--listen"), "{}", called.stderr);
    assert!(!data.exists(), "nothing is made for nothing");
}

#[test]
fn refuses_what_belongs_to_the_other_way_of_being_up() {
    for more in [&["--data", "data"][..], &["--no-demo"]] {
        let called = call(&[&["up", "--config", "supergraph.yaml"], more].concat());
        assert_eq!(called.status, 2, "{}", called.stderr);
        assert!(called.stderr.contains("--config") && called.stderr.contains(more[0]), "{}", called.stderr);
    }
}

#[test]
fn the_environment_names_the_directory_and_a_flag_is_stronger() {
    let scratch = Scratch::new();
    scratch.file("data", "");
    let file = scratch.path("data").display().to_string();
    let elsewhere = scratch.path("nowhere/else").display().to_string();
    let called = call_with_environment(&["up", "--listen", "127.0.0.1:0"], &[("HANSA_DATA", &file)]);
    assert_eq!(called.status, 2, "{}", called.stderr);
    assert!(called.stderr.contains(&file) && called.stderr.contains("it is a file"), "{}", called.stderr);
    let called =
        call_with_environment(&["up", "--listen", "127.0.0.1:0", "--data", &file], &[("HANSA_DATA", &elsewhere)]);
    assert!(called.stderr.contains(&file) && !called.stderr.contains(&elsewhere), "{}", called.stderr);
    let called = call_with_environment(&["up", "--config", &elsewhere], &[("HANSA_DATA", &file)]);
    assert!(called.stderr.contains("there is no such file"), "no contradiction: {}", called.stderr);
}

#[test]
fn stops_on_ctrl_c() {
    let scratch = Scratch::new();
    let mut up = up(&scratch);
    up.signal("INT");
    assert!(up.end_within(Duration::from_secs(10)).success(), "{}", up.log());
}
