//! The audits as tests. They need programs that are no part of the project, so they run only when asked for.

use std::path::{Path, PathBuf};

use hansa_audit::{
    Outcome,
    federation::{self, Settings, Supergraphs},
    graphql_over_http,
};

#[tokio::test]
#[ignore = "needs a release build of hansa and the public federation audit's server in HANSA_AUDIT_URL"]
async fn federation_audit_has_no_new_gap() {
    let audit_url = std::env::var(federation::AUDIT_URL_VARIABLE).ok();
    assert!(audit_url.is_some(), "set {}", federation::AUDIT_URL_VARIABLE);
    assert_eq!(federation::run(settings(audit_url)).await.unwrap(), Outcome::AsExpected);
}

#[tokio::test]
#[ignore = "needs a release build of hansa and the public federation audit's server in HANSA_AUDIT_URL"]
async fn the_suites_of_this_folder_have_no_gap() {
    let audit_url = std::env::var(federation::AUDIT_URL_VARIABLE).ok();
    assert!(audit_url.is_some(), "set {}", federation::AUDIT_URL_VARIABLE);
    let settings = Settings { suites_folder: Some(folder().join("suites")), ..settings(audit_url) };
    assert_eq!(federation::run(settings).await.unwrap(), Outcome::AsExpected);
}

#[tokio::test]
#[ignore = "needs a release build of hansa, node and npm"]
async fn graphql_over_http_audit_passes_whole() {
    let outcome = graphql_over_http::run(&hansa(), &folder().join("http")).await.unwrap();
    assert_eq!(outcome, Outcome::AsExpected);
}

#[tokio::test]
async fn a_run_without_an_audit_server_says_what_to_start() {
    let settings = settings(Some("http://127.0.0.1:9".to_owned()));
    let Outcome::Missing(what) = federation::run(settings).await.unwrap() else {
        panic!("nothing listens on the discard port");
    };
    assert!(what.contains("federation-gateway-audit"), "{what}");
}

fn settings(audit_url: Option<String>) -> Settings {
    Settings {
        audit_url,
        hansa: hansa(),
        suites: Vec::new(),
        suites_folder: None,
        supergraphs: vec![Supergraphs::Reference, Supergraphs::Composed],
        known_gaps: folder().join("known-gaps.txt"),
        verbose: false,
    }
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn hansa() -> PathBuf {
    folder().join("../../target/release/hansa")
}
