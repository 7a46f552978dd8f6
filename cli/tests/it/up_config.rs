//! `hansa up --config`: calls and settings that are wrong, and what is waited for.

use crate::{
    process::{Running, call},
    scratch::Scratch,
};
use std::{net::TcpListener, time::Duration};

/// Nobody listens there.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn config_of(scratch: &Scratch, address: &str) -> String {
    let yaml = format!("subgraphs:\n  a: {{ schema: {{ subgraph_url: \"http://{address}/graphql\" }} }}\n");
    scratch.file("supergraph.yaml", &yaml)
}

#[test]
fn wrong_calls_end_at_once_whatever_may_be_waited_for() {
    let scratch = Scratch::new();
    let config = config_of(&scratch, &free_address());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let nowhere = scratch.path("nowhere.yaml").display().to_string();
    let settings = scratch.file("router.yaml", "limits: { depth_mx: 3 }\n");
    for (flags, part) in [
        (vec!["--config", &config, "--listen", &taken], "--listen"),
        (vec!["--config", &nowhere], "there is no such file"),
        (vec!["--config", "-"], "standard input"),
        (vec!["--config", &config, "--router-config", &settings], "limits.depth_max"),
        (vec!["--config", &config, "--include-tags", "1"], "no tag"),
    ] {
        let called =
            call(&[vec!["up", "--on-failure", "wait"], flags.clone(), vec!["--listen", "127.0.0.1:0"]].concat());
        assert_eq!(called.status, 2, "{flags:?}: {}", called.stderr);
        assert!(called.stderr.contains(part), "{flags:?}: {}", called.stderr);
        assert_eq!(called.stdout, "", "{flags:?}");
    }
    for flag in
        [["--router-config", &settings], ["--on-failure", "wait"], ["--color", "never"], ["--include-tags", "a"]]
    {
        let called = call(&[&["up"], &flag[..]].concat());
        assert_eq!(called.status, 2, "{flag:?} says nothing about the demo");
        assert!(called.stderr.contains("--config"), "{flag:?}: {}", called.stderr);
    }
}

#[test]
fn mistakes_in_the_settings_end_it_unless_somebody_is_there() {
    let scratch = Scratch::new();
    let config = scratch.file("supergraph.yaml", "subgraph: {}\n");
    let called = call(&["up", "--config", &config, "--listen", "127.0.0.1:0"]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("did you mean `subgraphs`?"), "{}", called.stderr);
    let mut up = Running::start(&["up", "--config", &config, "--listen", "127.0.0.1:0", "--on-failure", "wait"]);
    up.wait_for("word about it", || up.stderr().contains("waiting for a change"));
    up.signal("INT");
    assert_eq!(up.end_within(Duration::from_secs(5)).code(), Some(0), "{}", up.stderr());
}

#[test]
fn what_the_router_cannot_serve_is_named_as_what_it_is() {
    let scratch = Scratch::new();
    let yaml = "subgraphs: { a: { routing_url: \"\", schema: { sdl: \"type Query { a: Int }\" } } }\n";
    let config = scratch.file("supergraph.yaml", yaml);
    let called = call(&["up", "--config", &config, "--listen", "127.0.0.1:0"]);
    assert_eq!(called.status, 1);
    let expected = "error: cannot serve the supergraph: subgraphs cannot be asked: subgraph `a` has no usable URL (``); \
                    give one in the router's settings, `subgraphs.a.url`\n";
    assert_eq!(called.stderr, expected);
}

#[test]
fn json_logs_stay_json() {
    let scratch = Scratch::new();
    let config = scratch.file("supergraph.yaml", "subgraph: {}\n");
    let called = call(&["up", "--config", &config, "--listen", "127.0.0.1:0", "--log-format", "json"]);
    assert_eq!(called.status, 2);
    let line: serde_json::Value = serde_json::from_str(called.stderr.trim()).unwrap();
    assert_eq!((&line["code"], &line["target"]), (&"CONFIGURATION_INVALID".into(), &"hansa".into()), "{line}");
}

#[test]
fn a_subgraph_that_does_not_answer_is_named_once_and_waited_for() {
    let scratch = Scratch::new();
    let config = config_of(&scratch, &free_address());
    let mut up = Running::start(&["up", "--config", &config, "--listen", "127.0.0.1:0", "--interval", "20ms"]);
    up.wait_for("word about it", || up.stderr().contains("waiting for subgraphs"));
    scratch.file("supergraph.yaml", "subgraph: {}\n");
    up.wait_for("next word", || up.stderr().contains("did you mean `subgraphs`?"));
    assert_eq!(up.end_within(Duration::from_secs(5)).code(), Some(2), "now the settings are wrong");
    assert_eq!(up.stderr().matches("is the subgraph running?").count(), 1, "{}", up.stderr());
}
