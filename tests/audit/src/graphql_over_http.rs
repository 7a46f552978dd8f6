//! The server audit of npm's graphql-http: 61 checks of how requests, statuses and media types go together.

use std::{
    fs,
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::{Outcome, router_process::RouterProcess};

/// Starts a router on a supergraph whose subgraph is never asked, and lets the audit loose on it.
pub async fn run(hansa: &Path, folder: &Path) -> Result<Outcome> {
    if let Some(missing) = install(folder)? {
        return Ok(Outcome::Missing(missing));
    }
    let file = folder.join("supergraph.graphql");
    let supergraph = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let router = RouterProcess::start(hansa, "http", &supergraph, Some(&folder.join("router.yaml"))).await?;
    let status = Command::new("node")
        .arg("run.mjs")
        .arg(router.graphql_url())
        .current_dir(folder)
        .stdin(Stdio::null())
        .status()
        .context("cannot start node")?;
    Ok(if status.success() { Outcome::AsExpected } else { Outcome::Different })
}

/// Installs what the lock file pins, unless it is there already; says what is missing when that cannot be done.
fn install(folder: &Path) -> Result<Option<String>> {
    let wanted = fs::metadata(folder.join("package-lock.json"))
        .with_context(|| format!("no package-lock.json in {}", folder.display()))?
        .modified()?;
    let installed = fs::metadata(folder.join("node_modules/.package-lock.json"));
    if installed.and_then(|file| file.modified()).is_ok_and(|installed| installed >= wanted) {
        return Ok(None);
    }
    let npm = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    match npm {
        Ok(status) if status.success() => Ok(None),
        Ok(status) => Ok(Some(format!("`npm ci` failed in {} ({status})", folder.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok(Some("this audit needs node and npm; neither its code nor theirs is part of the project".to_owned()))
        }
        Err(error) => Err(error).context("cannot start npm"),
    }
}
