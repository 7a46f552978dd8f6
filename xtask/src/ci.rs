//! `cargo xtask ci`: what must hold of a change besides its tests, cheapest first.
//!
//! The tests are not here: `.ci/run` calls this and then the README's own test command, so that what the README
//! says is what is checked, and nothing is tested twice.

use anyhow::Result;

use crate::audits;
use crate::clients;
use crate::demo;
use crate::new_subgraph;
use crate::repository::{cargo, has_package};
use crate::schema;
use crate::servers;
use crate::steps::{self, Step};

const STEPS: &[Step] = &[
    ("format", format),
    ("lints", lints),
    ("release build", release_build),
    ("generated files", schema::check_with_release_binary),
    ("demo", demo::answers),
    ("clients", clients::walk),
    ("new subgraph", new_subgraph::check),
    ("GraphQL over HTTP audit", audits::graphql_over_http),
    ("faults", servers::faults),
];

pub(crate) fn run() -> Result<()> {
    steps::run_all(STEPS)
}

fn format() -> Result<()> {
    cargo(&["fmt", "--all", "--check"])
}

fn lints() -> Result<()> {
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
}

/// One call for all release binaries: built one by one, they would build shared dependencies again for other features.
fn release_build() -> Result<()> {
    let mut arguments = vec!["build", "--release", "--locked", "-p", "hansa-cli", "-p", "hansa-chaos"];
    if has_package(audits::FOLDER) {
        arguments.extend(["-p", audits::PACKAGE]);
    }
    cargo(&arguments)
}
