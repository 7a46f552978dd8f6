//! The call itself: help, version, wrong flags, and the generated reference.

use crate::{process::call, scratch::Scratch};
use std::fs;

#[test]
fn says_its_version() {
    let called = call(&["--version"]);
    assert_eq!((called.status, called.stdout), (0, format!("hansa {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn help_names_every_command_and_each_flag_its_unit_and_default() {
    let help = call(&["--help"]);
    assert_eq!(help.status, 0);
    for command in ["up", "router", "subgraph", "compose", "plan", "sdl", "mock"] {
        assert!(help.stdout.contains(&format!("  {command} ")), "{}", help.stdout);
        let help = call(&[command, "--help"]);
        assert_eq!(help.status, 0);
        for flag in help.stdout.split("\n      --").skip(1) {
            let takes_value = flag.lines().next().unwrap_or_default().contains('<');
            let is_required =
                ["sdl ", "supergraph ", "operation ", "passport-keys "].iter().any(|name| flag.starts_with(name));
            assert!(!takes_value || is_required || flag.contains("[default"), "{command}: --{flag}");
        }
    }
    assert!(!help.stdout.contains("reference"), "not for users: {}", help.stdout);
}

#[test]
fn a_wrong_flag_is_answered_with_the_nearest_right_one() {
    let called = call(&["router", "--supergaph", "x.graphql"]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("--supergraph"), "{}", called.stderr);
    let called = call(&["rooter"]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("router"), "{}", called.stderr);
    for command in ["up", "router"] {
        let called = call(&[command, "--listen", "localhost:4000"]);
        assert_eq!(called.status, 2);
        assert!(called.stderr.contains("127.0.0.1:4000"), "shows a right one: {}", called.stderr);
    }
    assert_eq!(call(&[]).status, 2);
}

#[test]
fn reference_is_written_and_does_not_depend_on_the_environment() {
    let scratch = Scratch::new();
    let folder = scratch.path("reference").display().to_string();
    let called = call(&["reference", "--output", &folder]);
    assert_eq!(called.status, 0, "{}", called.stderr);
    let page = fs::read_to_string(scratch.path("reference/docs/reference/cli.md")).unwrap();
    for command in
        ["hansa up", "hansa router", "hansa subgraph", "hansa compose", "hansa plan", "hansa sdl", "hansa mock"]
    {
        assert!(page.contains(&format!("\n## {command}\n")), "{page}");
    }
    assert!(scratch.path("reference/docs/reference/configuration.md").exists());
    assert!(scratch.path("reference/schema/config.schema.json").exists());
    let page = fs::read_to_string(scratch.path("reference/docs/reference/supergraph-yaml.md")).unwrap();
    for setting in ["federation_version", "subgraphs.NAME.routing_url", "subgraphs.NAME.schema.subgraph_url"] {
        assert!(page.contains(&format!("\n| `{setting}` |")), "{page}");
    }
    assert!(scratch.path("reference/schema/supergraph-config.schema.json").exists());
}

#[test]
fn the_committed_sdls_are_what_the_subgraphs_say() {
    for name in ["node", "identity", "catalog", "social"] {
        let called = call(&["sdl", name]);
        assert_eq!(called.status, 0, "{}", called.stderr);
        let committed = format!("{}/../schema/subgraphs/{name}.graphql", env!("CARGO_MANIFEST_DIR"));
        let committed = fs::read_to_string(committed).unwrap();
        assert_eq!(called.stdout, committed, "{name}: `cargo xtask schema` writes it anew");
    }
}
