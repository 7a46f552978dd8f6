//! The journeys of a visitor and of a member, walked by the clients that frontends use (`tests/clients`), through a fresh
//! `hansa up`.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::demo;
use crate::node;
use crate::repository::{release_binary, root, target_dir};

const FOLDER: &str = "tests/clients";

pub(crate) fn walk() -> Result<()> {
    node::ensure()?;
    install()?;
    let data = target_dir().join("clients-data");
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("could not remove {}", data.display()))?;
    }
    let hansa = release_binary("hansa");
    println!("$ {} up --listen 127.0.0.1:0", hansa.display());
    let mut platform = Command::new(&hansa)
        .args(["up", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", hansa.display()))?;
    demo::with_address(&mut platform, |address| in_folder("node", &["run.mjs", &format!("http://{address}/graphql")]))
}

/// What the lock file pins.
fn install() -> Result<()> {
    in_folder("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"])
}

fn in_folder(program: &str, arguments: &[&str]) -> Result<()> {
    println!("$ {program} {}  (in {FOLDER})", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .current_dir(root().join(FOLDER))
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("could not start {program}"))?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(())
}
