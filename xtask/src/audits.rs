//! Conformance suites that other people wrote, run against the release binary.

use anyhow::Result;

use crate::node;
use crate::repository::{has_package, release_binary, run};

pub(crate) const FOLDER: &str = "tests/audit";
pub(crate) const PACKAGE: &str = "hansa-audit";

/// The server audit of the npm package `graphql-http`: every check it has must pass.
pub(crate) fn graphql_over_http() -> Result<()> {
    if !has_package(FOLDER) {
        println!("left out: {FOLDER} does not exist");
        return Ok(());
    }
    node::ensure()?;
    run(release_binary(PACKAGE), &["http"])
}
