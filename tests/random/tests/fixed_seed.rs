//! The random tester with a fixed seed, short enough for every test run.

use hansa_random::{Options, run};

#[test]
fn answers_equal_the_reference_interpreters() {
    let options = Options { operations: 400, seed: 20, out: None, failures_max: 5, only: Vec::new() };
    let report = run(&options).unwrap();
    assert_eq!(report.failures, Vec::<String>::new());
    assert_eq!(report.passed, 400);
}
