//! The checks, against `hansa up` and against a process for each part.

use crate::{checks::CHECKS, system::System};
use std::panic::{self, AssertUnwindSafe};

#[test]
fn everything_in_one_process() {
    all_hold_of(&System::in_one_process());
}

#[test]
fn every_part_in_its_own_process() {
    all_hold_of(&System::in_processes());
}

/// Runs every check, and fails with the names of all that do not hold.
fn all_hold_of(system: &System) {
    let failed: Vec<&str> = CHECKS
        .iter()
        .filter(|(name, check)| {
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| check(system)));
            println!("{} {name}", if outcome.is_ok() { "ok    " } else { "FAILED" });
            outcome.is_err()
        })
        .map(|(name, _)| *name)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}\nthe log:\n{}", system.log());
}
