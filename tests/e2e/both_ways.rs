//! The checks, against `hansa up` and against a process for each part; and those of the journey, on servers.

use crate::{
    checks::{CHECKS, Check, JOURNEY},
    servers::Servers,
    system::System,
};
use std::panic::{self, AssertUnwindSafe};

#[test]
fn everything_in_one_process() {
    all_hold_of(&System::in_one_process(), &[JOURNEY, CHECKS]);
}

#[test]
fn every_part_in_its_own_process() {
    all_hold_of(&System::in_processes(), &[JOURNEY, CHECKS]);
}

#[test]
fn the_journey_on_servers() {
    let Some(servers) = Servers::start() else { return };
    all_hold_of(&System::on_servers(servers), &[JOURNEY]);
}

/// Runs every check, and fails with the names of all that do not hold.
fn all_hold_of(system: &System, checks: &[&[Check]]) {
    let failed: Vec<&str> = checks
        .iter()
        .copied()
        .flatten()
        .filter(|(name, check)| {
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| check(system)));
            println!("{} {name}", if outcome.is_ok() { "ok    " } else { "FAILED" });
            outcome.is_err()
        })
        .map(|(name, _)| *name)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}\nthe log:\n{}", system.log());
}
