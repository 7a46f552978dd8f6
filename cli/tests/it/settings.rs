//! Settings and files that are wrong: each refused at start, with its name, its place and what would be right.

use crate::{
    process::{Called, call, call_with_environment},
    scratch::{Scratch, demo_argument, demo_text},
};

#[track_caller]
fn refuses(called: &Called, status: i32, parts: &[&str]) {
    assert_eq!(called.status, status, "{}", called.stderr);
    for part in parts {
        assert!(called.stderr.contains(part), "no {part:?} in: {}", called.stderr);
    }
    assert!(!called.stderr.contains("panicked"), "{}", called.stderr);
    assert_eq!(called.stdout, "", "nothing was served");
}

fn router_with_settings(settings: &str) -> Called {
    let scratch = Scratch::new();
    let config = scratch.file("router.yaml", settings);
    let supergraph = demo_argument("supergraph.graphql");
    call(&["router", "--supergraph", &supergraph, "--config", &config, "--listen", "127.0.0.1:0"])
}

#[test]
fn a_misspelt_setting_in_the_file() {
    let called = router_with_settings("mode: production\nlimits:\n  depth_mx: 3\n");
    refuses(&called, 2, &["router.yaml:3", "limits.depth_mx", "limits.depth_max"]);
}

#[test]
fn a_value_of_the_wrong_kind() {
    refuses(&router_with_settings("request_timeout: soon\n"), 2, &["router.yaml:1", "request_timeout", "500ms"]);
    refuses(&router_with_settings("mode: develpment\n"), 2, &["router.yaml:1", "mode", "development"]);
}

#[test]
fn contradictory_settings() {
    let settings = "playground: \"on\"\nintrospection: \"off\"\n";
    refuses(&router_with_settings(settings), 2, &["playground", "introspection"]);
}

#[test]
fn a_file_that_is_no_yaml() {
    refuses(&router_with_settings("limits: [\n"), 2, &["router.yaml:"]);
}

#[test]
fn a_misspelt_variable() {
    let supergraph = demo_argument("supergraph.graphql");
    let called = call_with_environment(
        &["router", "--supergraph", &supergraph, "--listen", "127.0.0.1:0"],
        &[("HANSA_LIMITS__DEPTH_MX", "3")],
    );
    refuses(&called, 2, &["HANSA_LIMITS__DEPTH_MX", "limits.depth_max"]);
}

/// Whoever runs all parts with one environment names servers there that the router does not use.
#[test]
fn variables_of_contexts_are_none_of_the_routers() {
    let called = call_with_environment(
        &["router", "--supergraph", "nowhere.graphql", "--listen", "127.0.0.1:0"],
        &[("HANSA_POSTGRES_URL", "postgres://nobody@127.0.0.1:1/none"), ("HANSA_PAYMENTS_CALLS_MAX", "3")],
    );
    refuses(&called, 2, &["nowhere.graphql"]);
    assert!(!called.stderr.contains("HANSA_"), "{}", called.stderr);
}

#[test]
fn a_misspelt_log_level() {
    let supergraph = demo_argument("supergraph.graphql");
    let called = call(&["router", "--supergraph", &supergraph, "--log", "inof", "--listen", "127.0.0.1:0"]);
    refuses(&called, 2, &["inof", "did you mean `info`?"]);
}

#[test]
fn a_subgraph_that_the_supergraph_does_not_have() {
    let scratch = Scratch::new();
    let config = scratch.file("router.yaml", "subgraphs:\n  acounts: { timeout: 1s }\n");
    let supergraph = demo_argument("supergraph.graphql");
    let called = call(&["router", "--supergraph", &supergraph, "--config", &config, "--listen", "127.0.0.1:0"]);
    refuses(&called, 2, &["acounts", "did you mean `accounts`?"]);
}

#[test]
fn a_missing_configuration_file() {
    let called =
        call(&["router", "--config", "no-such-file.yaml", "--supergraph", &demo_argument("supergraph.graphql")]);
    refuses(&called, 2, &["no-such-file.yaml"]);
}

#[test]
fn no_supergraph_at_all() {
    refuses(&call(&["router"]), 2, &["--supergraph"]);
    refuses(&call(&["router", "--supergraph", "no-such-file.graphql"]), 2, &["no-such-file.graphql"]);
}

#[test]
fn a_file_that_is_no_supergraph() {
    let scratch = Scratch::new();
    for (text, reason) in [
        ("type Query { me: String }", "not a supergraph"),
        ("this is no GraphQL", "supergraph.graphql"),
        ("", "supergraph.graphql"),
    ] {
        let supergraph = scratch.file("supergraph.graphql", text);
        let called = call(&["router", "--supergraph", &supergraph, "--listen", "127.0.0.1:0"]);
        refuses(&called, 1, &[reason]);
    }
}

#[test]
fn a_supergraph_with_security_directives_that_nobody_would_enforce() {
    let scratch = Scratch::new();
    let links = r#"@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)"#;
    let definition = "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n";
    let sdl = demo_text("supergraph.graphql").replacen("\n{\n", &format!("\n  {links}\n{{\n"), 1).replacen(
        "city: String @join__field",
        "city: String @authenticated @join__field",
        1,
    );
    let supergraph = scratch.file("supergraph.graphql", &format!("{sdl}\n{definition}"));
    let called = call(&["router", "--supergraph", &supergraph, "--listen", "127.0.0.1:0"]);
    refuses(&called, 1, &["authenticated"]);
}
