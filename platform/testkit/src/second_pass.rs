//! All tests of a binary once more, with their databases on PostgreSQL.

use std::{env, process::Command};

use crate::{PostgresServer, given};

/// Set in the second pass.
const ENGINE: &str = "HANSA_TEST_ENGINE";

/// For the world of a test: a new database in the second pass, `None` in the first, which has files.
pub fn second_pass() -> Option<PostgresServer> {
    env::var_os(ENGINE).and_then(|_| given::postgres())
}

/// For one test of the binary, whose name it is given: runs all others again, with their databases on the server of
/// `HANSA_TEST_POSTGRES_URL`. Panics with their output where one fails.
pub fn run_second_pass(this_test: &str) {
    if env::var_os(ENGINE).is_some() || given::given("HANSA_TEST_POSTGRES_URL").is_none() {
        return;
    }
    let binary = env::current_exe().expect("a process has a program");
    let output = Command::new(binary).args(["--skip", this_test]).env(ENGINE, "postgres").output();
    let output = output.expect("a program that runs can be run again");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "on PostgreSQL:\n{told}{}", String::from_utf8_lossy(&output.stderr));
    // Of a binary without other tests nothing would be learnt.
    assert!(!told.contains("test result: ok. 0 passed"), "no test was run again:\n{told}");
}
