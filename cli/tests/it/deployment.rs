//! `compose.yaml` and `deploy/Dockerfile` name files, flags and variables that exist.

use crate::process::call;
use serde_json::Value;
use std::{fs, path::Path};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn compose() -> Value {
    serde_saphyr::from_str(&fs::read_to_string(repository().join("compose.yaml")).unwrap()).unwrap()
}

#[test]
fn compose_starts_hansa_with_settings_that_it_has() {
    let compose = compose();
    let hansa = &compose["services"]["hansa"];
    let help = call(&["up", "--help"]).stdout;
    let variables: Vec<&String> = hansa["environment"].as_object().unwrap().keys().collect();
    assert_eq!(variables.len(), 3);
    for variable in variables {
        assert!(help.contains(variable.as_str()), "`hansa up --help` says nothing of {variable}");
    }
    let command: Vec<&str> = hansa["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(command[0], "up");
    for flag in command.iter().filter(|word| word.starts_with("--")) {
        assert!(help.contains(flag), "`hansa up` has no {flag}");
    }
    let dockerfile = hansa["build"]["dockerfile"].as_str().unwrap();
    assert!(repository().join(dockerfile).is_file());
}

#[test]
fn hansa_waits_for_the_servers_that_it_is_given() {
    let compose = compose();
    let services = compose["services"].as_object().unwrap();
    let hansa = &services["hansa"];
    for (variable, url) in hansa["environment"].as_object().unwrap() {
        let url = url.as_str().unwrap();
        let host = url.rsplit_once('@').map_or_else(|| url.split("://").nth(1).unwrap(), |(_, host)| host);
        let service = host.split(':').next().unwrap();
        assert!(services.contains_key(service), "{variable} names {service}");
        assert!(services[service]["healthcheck"].is_object(), "{service} says when it is healthy");
        assert_eq!(hansa["depends_on"][service]["condition"], "service_healthy");
    }
}

#[test]
fn the_image_is_built_with_our_rust() {
    let dockerfile = fs::read_to_string(repository().join("deploy/Dockerfile")).unwrap();
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(dockerfile.contains(&format!("FROM rust:{version}-")), "{version}");
}
