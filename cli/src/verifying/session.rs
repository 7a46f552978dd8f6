//! The run: operations in batches, each made with what the answers of the earlier ones taught. So equal seeds and
//! answers give equal operations, however many are under way together.

use super::{
    Verification,
    given_operations::GivenOperation,
    outcome::Outcome,
    pace::Pace,
    trial::{Candidate, Trial},
};
use crate::{failure::Failure, output};
use futures_util::future::join_all;
use hansa_verification::{Generator, GeneratorLimits, Random};
use std::{collections::VecDeque, future::Future, pin::Pin, time::Duration};
use tokio::time::Instant;

/// Seeds that give no operation, one after another, until it is clear that none will.
const MISSES_MAX: u64 = 200;
/// Operations of which none could be decided, until it is clear that none will.
const HOPELESS_OPERATIONS: u64 = 40;
/// The run ends after so many different findings: whoever has them to read has enough.
const FINDINGS_MAX: usize = 25;
/// Other plans by which each operation of the user's is tried.
const TRIES_OF_GIVEN: u64 = 4;

/// When the run ends, and how hard it asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) count: Option<u64>,
    pub(crate) duration: Option<Duration>,
    pub(crate) concurrency: usize,
    pub(crate) rate: u32,
}

type Stopped = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs until a bound is reached or `stopped` ends. Findings are printed as they come, where that is wanted.
pub(crate) async fn run_session(
    verification: Verification<'_>,
    given: Vec<GivenOperation>,
    bounds: Bounds,
    (mut stopped, prints_findings): (Stopped, bool),
) -> Result<Outcome<'_>, Failure> {
    let schema = &verification.supergraph().api_schema;
    let generator = Generator::new(schema, GeneratorLimits::default());
    let mut outcome = Outcome::new(verification);
    let mut source = Source { given: sorted(given, &mut outcome), made: 0, next: 0 };
    let began = Instant::now();
    // One that no clock reaches is none.
    let deadline = bounds.duration.and_then(|duration| began.checked_add(duration));
    let pace = Pace::new(bounds.rate, deadline);
    loop {
        let is_over = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let is_hopeless = outcome.operations >= HOPELESS_OPERATIONS && outcome.is_hopeless();
        if is_over || is_hopeless || outcome.findings.len() >= FINDINGS_MAX {
            break;
        }
        let batch = source.batch(&generator, &outcome, &bounds);
        if batch.is_empty() {
            break;
        }
        let trials = join_all(batch.into_iter().map(|candidate| outcome.verification.trial(candidate, &pace)));
        let trials: Vec<Trial> = tokio::select! {
            trials = trials => trials,
            () = &mut stopped => {
                outcome.is_stopped = true;
                break;
            }
        };
        for trial in trials {
            if outcome.add(trial) && prints_findings {
                let number = outcome.findings.len();
                let finding = outcome.findings.last().map(|finding| outcome.verification.finding_text(number, finding));
                output::print(&finding.unwrap_or_default())?;
            }
        }
    }
    outcome.elapsed = began.elapsed();
    outcome.without_values = generator.without_values(&outcome.harvest);
    Ok(outcome)
}

/// The queries; what is left out is noted.
fn sorted(given: Vec<GivenOperation>, outcome: &mut Outcome<'_>) -> VecDeque<Candidate> {
    let mut queries = Vec::new();
    for operation in given {
        match operation {
            GivenOperation::Query(candidate) => queries.push(candidate),
            GivenOperation::LeftOut { origin, kind } => outcome.left_out.push(format!("{origin} (a {kind})")),
        }
    }
    let again = |attempt: u64| {
        queries.iter().map(move |candidate| Candidate { seed: candidate.seed + attempt, ..candidate.clone() })
    };
    (0..TRIES_OF_GIVEN).flat_map(again).collect()
}

/// The user's operations, then random ones.
struct Source {
    given: VecDeque<Candidate>,
    /// Random operations so far.
    made: u64,
    /// Of seeds.
    next: u64,
}

impl Source {
    fn batch(&mut self, generator: &Generator<'_>, outcome: &Outcome<'_>, bounds: &Bounds) -> Vec<Candidate> {
        let mut batch = Vec::with_capacity(bounds.concurrency);
        while batch.len() < bounds.concurrency
            && let Some(candidate) = self.given.pop_front()
        {
            batch.push(candidate);
        }
        let mut misses = 0;
        while batch.len() < bounds.concurrency && bounds.count.is_none_or(|count| self.made < count) {
            if misses == MISSES_MAX {
                break;
            }
            let number = self.next;
            self.next += 1;
            let seed = outcome.verification.seed;
            match generator.operation(Random::part(seed, number), &outcome.harvest, &outcome.coverage) {
                Some(operation) => {
                    self.made += 1;
                    let origin = format!("seed {seed}, operation {number}");
                    let seed = Random::part(seed, !number).draw();
                    batch.push(Candidate { operation, origin, is_given: false, seed });
                }
                None => misses += 1,
            }
        }
        batch
    }
}
