//! The programs of the servers: PostgreSQL as the system has it, the others built from their Go modules, whose versions and
//! checksums are in `tests/servers`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};

use super::shown;
use crate::repository::{root, run, target_dir};

/// The folder with `initdb` and `postgres`.
pub(super) fn postgres() -> Result<PathBuf> {
    if let Some(folder) = installed_postgres() {
        return Ok(folder);
    }
    if is_ci() && is_root() && answers("apt-get") {
        run("apt-get", &["update", "-qq"])?;
        run("apt-get", &["install", "-y", "-qq", "--no-install-recommends", "postgresql"])?;
    }
    installed_postgres().context(
        "these tests need PostgreSQL 13 or newer (`initdb` and `postgres`): install it, or name a server in \
         HANSA_TEST_POSTGRES_URL",
    )
}

/// The newest below `/usr/lib/postgresql`, where Debian puts it, or the one on PATH.
fn installed_postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/initdb").is_file())
        .max_by_key(|path| version(path));
    let on_path = || env::split_paths(&env::var_os("PATH")?).find(|folder| folder.join("initdb").is_file());
    newest.map(|path| path.join("bin")).or_else(on_path)
}

/// A program of PostgreSQL, which refuses to run as root.
pub(super) fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    // It replaces itself by the program, so that signals reach it.
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    command
}

pub(super) fn nats() -> Result<PathBuf> {
    built("nats", "github.com/nats-io/nats-server/v2", "HANSA_NATS_SERVER")
}

pub(super) fn mongo() -> Result<PathBuf> {
    built("mongo", ".", "HANSA_MONGO_SERVER")
}

/// Builds what a folder of `tests/servers` names, unless the variable names a program.
fn built(folder: &str, package: &str, variable: &str) -> Result<PathBuf> {
    if let Some(program) = env::var_os(variable) {
        return Ok(program.into());
    }
    let source = root().join("tests/servers").join(folder);
    let program = target_dir().join("servers").join(format!("{folder}-test-server"));
    if !answers("go") {
        bail!(
            "{} is built with Go 1.26 or newer, which is not on PATH; or name a program in {variable}",
            shown(&source)
        );
    }
    let mut build = Command::new("go");
    build.args(["build", "-buildvcs=false", "-o"]).arg(&program).arg(package).current_dir(&source);
    println!("$ go build {package} (in {})", shown(&source));
    if !build.status().context("could not start `go`")?.success() {
        bail!("`go build` failed in {}", shown(&source));
    }
    Ok(program)
}

fn answers(program: &str) -> bool {
    let argument = if program == "go" { "version" } else { "--version" };
    let status = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn is_ci() -> bool {
    env::var("CI").is_ok_and(|ci| ci == "true")
}

pub(super) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}
