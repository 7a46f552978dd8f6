//! Node and npm, which only the audits need. CI's machine may be bare, so there they are installed; on a developer's
//! machine nothing is installed unasked.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::repository::run;

pub(crate) fn ensure() -> Result<()> {
    if answers("node") && answers("npm") {
        return Ok(());
    }
    if std::env::var("CI").is_ok_and(|ci| ci == "true") && is_root() && answers("apt-get") {
        run("apt-get", &["update", "-qq"])?;
        run("apt-get", &["install", "-y", "-qq", "--no-install-recommends", "nodejs", "npm"])?;
    }
    if answers("node") && answers("npm") {
        return Ok(());
    }
    bail!("this step needs node and npm (Node 18 or newer): install them and put them on PATH");
}

fn answers(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}
