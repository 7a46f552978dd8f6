//! Each target on its seeds, on what was found once, and on some mutations of them.

use hansa_fuzz_targets::{Mutator, TARGETS, Target};

const MUTATIONS: usize = 400;

fn run(name: &str) {
    let target: &Target = TARGETS.iter().find(|target| target.name == name).expect("a target of that name");
    let mut inputs = target.seeds().expect("the seeds can be read");
    assert!(inputs.len() > 10);
    inputs.extend(target.found().expect("what was found can be read"));
    let mut mutator = Mutator::new(0x5eed, target.dictionary().expect("the dictionary can be read"));
    let mutations: Vec<Vec<u8>> = (0..MUTATIONS).map(|_| mutator.mutate(&inputs)).collect();
    for input in inputs.iter().chain(&mutations) {
        let survived = std::panic::catch_unwind(|| (target.run)(input));
        assert!(survived.is_ok(), "{name}, as text: {}\nas bytes: {input:?}", String::from_utf8_lossy(input));
    }
}

#[test]
fn any_bytes_are_a_supergraph_or_refused() {
    run("supergraph_reader");
}

#[test]
fn any_bytes_are_a_request_or_refused() {
    run("operation_pipeline");
}

#[test]
fn any_bytes_are_answers_or_errors() {
    run("response_decoder");
}
