//! The benchmarks on tiny inputs: stubs answer what a router may ask, the load finds wrong answers, every scenario is answered
//! correctly, and composing is held to its verdicts.

mod commands;
mod composing;
mod peers;
mod platform;
mod soak;
mod stubs;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The binary of the same profile, if it is built and has this command with these words in its help.
fn built(command: &str, words: &str) -> Option<PathBuf> {
    let tests = std::env::current_exe().ok()?;
    let hansa = tests.parent().and_then(Path::parent)?.join("hansa");
    let help = Command::new(&hansa).args([command, "--help"]).output().ok();
    let is_built = help.is_some_and(|help| String::from_utf8_lossy(&help.stdout).contains(words));
    if !is_built {
        println!("ignored: no built hansa beside the tests; `cargo build` first to run it too");
    }
    is_built.then_some(hansa)
}
