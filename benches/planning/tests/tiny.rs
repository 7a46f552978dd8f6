//! The benchmark on tiny inputs, and the memory that the bad operations may take at their full size.

use std::time::Duration;

use hansa_planning::{
    everyday_operations,
    input::Input,
    large_operation,
    measurement::{Measured, Outcome, Repetition, measure},
    phases, repository_operations, worst_operations,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const ONCE: Repetition = Repetition { runs_max: 1, duration: Duration::from_secs(1) };

/// One test for all: another one beside it would be counted, too.
#[test]
fn plans_are_measured_and_memory_is_kept() {
    let large = large_operation::input(large_operation::Size::TINY).unwrap_or_else(|error| panic!("{error:#}"));
    assert!((40..60).contains(&large.field_count()), "{} fields", large.field_count());
    assert!(matches!(run(&large).outcome, Outcome::Planned { fetches: 4.., .. }));
    for shape in worst_operations::SHAPES {
        let input = shape.at(worst_operations::Size::TINY).unwrap_or_else(|error| panic!("{error:#}"));
        if let Outcome::Refused(error) = run(&input).outcome {
            panic!("{}: {error}", input.name);
        }
        let input = shape.at(worst_operations::Size::FULL).unwrap_or_else(|error| panic!("{error:#}"));
        let measured = run(&input);
        let goal = input.goal.map_or(usize::MAX, |goal| goal.peak_memory);
        assert!(measured.peak_memory < goal, "{}: {} bytes", input.name, measured.peak_memory);
        if let Outcome::Refused(error) = measured.outcome {
            assert!(error.contains("takes more than the allowed work"), "{}: {error}", input.name);
        }
    }
    let all = [repository_operations::cases(), repository_operations::audit()];
    let counts = all.map(|inputs| inputs.unwrap_or_else(|error| panic!("{error:#}")).len());
    assert!(counts[0] > 150 && counts[1] > 100, "{counts:?}");
    for (name, workload) in everyday_operations::WORKLOADS {
        let workload = workload(20).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let phases = phases::measure(&workload).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        assert!(phases.operations == 20 && phases.fetches > 20, "{name}: {phases:?}");
        // What plans say that they hold is about what they hold.
        let (said, held) = (phases.plan_weight, phases.plan_bytes);
        assert!(said > held * 4 / 5 && said < held * 5 / 4, "{name}: {said} bytes said, {held} held");
    }
}

fn run(input: &Input) -> Measured {
    let measured = measure(input, ONCE);
    assert!(measured.peak_memory > 0 && measured.times.len() == 1);
    measured
}
