//! `cargo xtask`: the chores of this repository, in the language everyone here has. `cargo xtask` alone lists them.
//!
//! Everybody compiles this crate first, so it depends on nothing but `anyhow`.

mod audits;
mod ci;
mod clients;
mod demo;
mod new_subgraph;
mod node;
mod repository;
mod schema;
mod servers;
mod steps;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask ci                    form, lints, release build, generated files, audits: all that CI does but the tests
cargo xtask schema                write schema/ and docs/reference/ again from the code
cargo xtask new-subgraph NAME     make a bounded context of its own: a subgraph with a database, policies and tests
cargo xtask new-subgraph --check  fail if such a context does not compile, pass the tests and answer
cargo xtask with-servers COMMAND  run a command with PostgreSQL, NATS and MongoDB's protocol for the tests that want them
cargo xtask schema --check        fail if schema/ or docs/reference/ differ from what the code says";

fn main() -> ExitCode {
    match run_task() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_task() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["ci"] => ci::run(),
        ["new-subgraph", "--check"] => new_subgraph::check(),
        ["new-subgraph", name] => new_subgraph::run(name),
        ["new-subgraph"] => bail!("new-subgraph wants one name, such as `cargo xtask new-subgraph wishlist`"),
        ["with-servers", command @ ..] => servers::with_servers(command),
        ["schema"] => schema::write(),
        ["schema", "--check"] => schema::check(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("`{}` is not a task; there are:\n{USAGE}", other.join(" ")),
    }
}
