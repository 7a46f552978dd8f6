//! `hansa-audit`: runs conformance audits that other people wrote against the `hansa` binary.
//!
//! Exit codes: 0 all as expected, 1 a difference, 2 wrong usage, 3 something the audit needs is missing.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use hansa_audit::{
    Outcome,
    federation::{self, Settings, Supergraphs},
    graphql_over_http,
};

#[derive(Debug, Parser)]
#[command(about = "Runs third-party conformance audits against the hansa binary")]
struct Arguments {
    #[command(subcommand)]
    audit: Audit,
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// The public federation gateway audit, served by its own subgraphs on this machine
    Federation {
        /// Where the audit's server listens, for example http://127.0.0.1:4200
        #[arg(long, env = federation::AUDIT_URL_VARIABLE)]
        audit_url: Option<String>,
        /// The binary under test
        #[arg(long, default_value = "target/release/hansa")]
        hansa: PathBuf,
        /// Only these suites (default: all that the audit's server lists)
        #[arg(long, value_delimiter = ',', num_args = 1..)]
        suites: Vec<String>,
        /// A folder of suites to run instead of those that the audit's server has; the server answers for the subgraphs
        #[arg(long)]
        suites_folder: Option<PathBuf>,
        /// On whose supergraphs the suites run, one after another
        #[arg(long, value_enum, value_delimiter = ',', num_args = 1.., default_values = ["reference", "composed"])]
        supergraphs: Vec<Supergraphs>,
        /// The tests that are known to fail, one a line: suite, test index, cause
        #[arg(long, default_value = "tests/audit/known-gaps.txt")]
        known_gaps: PathBuf,
        /// Print query, expected and received answer of every failed test
        #[arg(long)]
        verbose: bool,
    },
    /// The server audit of npm's graphql-http (needs node)
    Http {
        /// The binary under test
        #[arg(long, default_value = "target/release/hansa")]
        hansa: PathBuf,
        /// Folder with the script, its lock file and its supergraph
        #[arg(long, default_value = "tests/audit/http")]
        folder: PathBuf,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().audit {
        Audit::Federation { audit_url, hansa, suites, suites_folder, supergraphs, known_gaps, verbose } => {
            let settings = Settings { audit_url, hansa, suites, suites_folder, supergraphs, known_gaps, verbose };
            federation::run(settings).await
        }
        Audit::Http { hansa, folder } => graphql_over_http::run(&hansa, &folder).await,
    };
    match outcome {
        Ok(Outcome::AsExpected) => ExitCode::SUCCESS,
        Ok(Outcome::Different) => ExitCode::from(1),
        Ok(Outcome::Missing(what)) => {
            eprintln!("hansa-audit: {what}");
            ExitCode::from(3)
        }
        Err(error) => {
            eprintln!("hansa-audit: {error:#}");
            ExitCode::from(1)
        }
    }
}
