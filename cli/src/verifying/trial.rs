//! One operation: asked by two plans, compared, asked again where the answers differ, and made small where they go on
//! to differ.

use super::{
    Choice, Exchange, TwoPlans, Verification,
    findings::{DifferingPlace, Finding, FindingKey},
    pace::Pace,
    parts,
};
use hansa_federation::SubgraphId;
use hansa_server::RefusedOperation;
use hansa_verification::{Answer, Difference, Operation, PathStep, cuts};
use serde_json::Value;
use std::{collections::BTreeSet, sync::PoisonError};
use tokio::time::{Instant, timeout_at};

/// Differences that are looked at in one pair of answers.
const DIFFERENCES_MAX: usize = 20;
/// Smaller operations that are tried for one finding.
const CUTS_TRIED_MAX: usize = 80;

/// An operation to be tried.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) operation: Operation,
    /// Where it is from, for people.
    pub(crate) origin: String,
    /// Whether it is the user's own.
    pub(crate) is_given: bool,
    pub(crate) seed: u64,
}

/// What came of one operation.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) candidate: Candidate,
    pub(crate) verdict: Verdict,
    /// The `data` of the usual plan's answer.
    pub(crate) data: Value,
    pub(crate) answers: u64,
    pub(crate) asked: Vec<SubgraphId>,
    pub(crate) failed: Vec<(SubgraphId, &'static str)>,
    /// Texts of the plans that were compared.
    pub(crate) plans: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Verdict {
    /// The router does not plan it.
    Refused(RefusedOperation),
    /// There is one plan only, which was asked for what its answer teaches.
    OnePlan,
    Agreed,
    /// Answers differ, and so do those of one plan among themselves: at these fields.
    Unstable(Vec<String>),
    /// A subgraph gave no usable answer.
    Undecided,
    /// The same as was found before.
    FoundBefore,
    Differs(Box<Finding>),
}

/// The differences between answers that are there each time.
struct Differences {
    lasting: Vec<DifferingPlace>,
    unstable: Vec<String>,
}

impl Trial {
    fn new(candidate: Candidate) -> Trial {
        Trial {
            candidate,
            verdict: Verdict::OnePlan,
            data: Value::Null,
            answers: 0,
            asked: Vec::new(),
            failed: Vec::new(),
            plans: Vec::new(),
        }
    }

    /// The answer, where it can be compared.
    fn keep(&mut self, exchange: Exchange) -> Option<Answer> {
        self.answers += 1;
        self.asked.extend(&exchange.answer.asked);
        self.failed.extend(&exchange.answer.failed);
        exchange.parsed.filter(|_| exchange.answer.failed.is_empty())
    }
}

impl Verification<'_> {
    /// Tries one operation.
    pub(crate) async fn trial(&self, candidate: Candidate, pace: &Pace) -> Trial {
        let mut trial = Trial::new(candidate);
        trial.verdict = self.verdict(&mut trial, pace).await;
        trial
    }

    async fn verdict(&self, trial: &mut Trial, pace: &Pace) -> Verdict {
        let Candidate { operation, seed, .. } = trial.candidate.clone();
        let usual = match self.plan(&operation, &Choice::usual()) {
            Ok(usual) => usual,
            Err(refused) => return Verdict::Refused(refused),
        };
        let other = self.other_plan(&operation, (&usual, seed));
        let first = trial.keep(self.ask(&usual, pace).await);
        if let Some(first) = &first {
            trial.data = first.data.clone();
        }
        let Some((other, choice)) = other else {
            return if first.is_some() { Verdict::OnePlan } else { Verdict::Undecided };
        };
        let second = trial.keep(self.ask(&other, pace).await);
        let (Some(first), Some(second)) = (first, second) else { return Verdict::Undecided };
        trial.plans = vec![self.plan_text(&usual), self.plan_text(&other)];
        let differences = first.differences(&second, DIFFERENCES_MAX);
        if differences.is_empty() {
            return Verdict::Agreed;
        }
        let plans = TwoPlans { usual, other, choice };
        let Some(found) = self.lasting(trial, &plans, ((first, second), differences), pace).await else {
            return Verdict::Undecided;
        };
        if found.lasting.is_empty() {
            return Verdict::Unstable(found.unstable);
        }
        let new = self.unknown(&found.lasting);
        if new.is_empty() {
            return Verdict::FoundBefore;
        }
        let finding = self.shrunk(trial, plans, (found.lasting, &new), pace).await;
        // Another trial may have found it meanwhile.
        let is_new = self.remember(&finding.places, &new);
        if is_new { Verdict::Differs(Box::new(finding)) } else { Verdict::FoundBefore }
    }

    /// Asks again: the second plan once, the first twice. What differs between answers of one plan is no difference
    /// between plans. `None`: a subgraph failed meanwhile.
    async fn lasting(
        &self,
        trial: &mut Trial,
        plans: &TwoPlans,
        ((first, second), differences): ((Answer, Answer), Vec<Difference>),
        pace: &Pace,
    ) -> Option<Differences> {
        let second_again = trial.keep(self.ask(&plans.other, pace).await)?;
        let first_again = trial.keep(self.ask(&plans.usual, pace).await)?;
        let third = trial.keep(self.ask(&plans.usual, pace).await)?;
        let changes = [(&first, &first_again), (&first, &third), (&second, &second_again)];
        let changed: Vec<Vec<PathStep>> = changes
            .into_iter()
            .flat_map(|(before, after)| before.differences(after, usize::MAX))
            .map(|change| change.path)
            .collect();
        let mut found = Differences { lasting: Vec::new(), unstable: Vec::new() };
        for difference in differences {
            // A change above it or below it may be its cause.
            let is_changed =
                changed.iter().any(|path| path.starts_with(&difference.path) || difference.path.starts_with(path));
            let place = self.place(&trial.candidate.operation, plans, difference);
            match is_changed {
                true => found.unstable.push(place.key.coordinate),
                false => found.lasting.push(place),
            }
        }
        Some(found)
    }

    /// Fields with a difference that nothing was said about yet.
    fn unknown(&self, places: &[DifferingPlace]) -> BTreeSet<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let new = causes(places).filter(|place| !known.contains(&place.key));
        new.map(|place| place.key.coordinate.clone()).collect()
    }

    /// Whether any of it is news.
    fn remember(&self, places: &[DifferingPlace], new: &BTreeSet<String>) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |place: &&DifferingPlace| new.contains(&place.key.coordinate);
        let keys: Vec<FindingKey> = causes(places).filter(is_meant).map(|place| place.key.clone()).collect();
        // All of them are kept, whether or not the first is new.
        keys.into_iter().filter(|key| known.insert(key.clone())).count() > 0
    }

    /// Leaves out of the operation what the difference does not need, until the run is over.
    async fn shrunk(
        &self,
        trial: &mut Trial,
        plans: TwoPlans,
        (places, new): (Vec<DifferingPlace>, &BTreeSet<String>),
        pace: &Pace,
    ) -> Finding {
        let mut finding = self.finding(trial, &trial.candidate.operation, (&plans, places));
        let mut tried = 0;
        'smaller: loop {
            for cut in cuts(&finding.operation) {
                if tried == CUTS_TRIED_MAX {
                    break 'smaller;
                }
                tried += 1;
                let attempt = self.still_differs(trial, (&cut, &plans.choice), new, pace);
                match in_time(attempt, pace.deadline).await {
                    Some(Some(smaller)) => {
                        finding = smaller;
                        continue 'smaller;
                    }
                    Some(None) => {}
                    None => break 'smaller,
                }
            }
            break;
        }
        finding
    }

    async fn still_differs(
        &self,
        trial: &mut Trial,
        (operation, choice): (&Operation, &Choice),
        new: &BTreeSet<String>,
        pace: &Pace,
    ) -> Option<Finding> {
        let usual = self.plan(operation, &Choice::usual()).ok()?;
        let other = self.plan(operation, choice).ok()?;
        if parts(&self.plan_text(&usual)) == parts(&self.plan_text(&other)) {
            return None;
        }
        let first = trial.keep(self.ask(&usual, pace).await)?;
        let second = trial.keep(self.ask(&other, pace).await)?;
        let plans = TwoPlans { usual, other, choice: choice.clone() };
        let differences = first.differences(&second, DIFFERENCES_MAX);
        let places: Vec<DifferingPlace> =
            differences.into_iter().map(|difference| self.place(operation, &plans, difference)).collect();
        let shows_it = places.iter().any(|place| new.contains(&place.key.coordinate));
        shows_it.then(|| self.finding(trial, operation, (&plans, places)))
    }

    fn finding(
        &self,
        trial: &Trial,
        operation: &Operation,
        (plans, places): (&TwoPlans, Vec<DifferingPlace>),
    ) -> Finding {
        Finding {
            operation: operation.clone(),
            first_plan: self.plan_text(&plans.usual),
            second_plan: self.plan_text(&plans.other),
            places,
            origin: trial.candidate.origin.clone(),
        }
    }
}

/// `None`: the deadline came first.
async fn in_time<T>(work: impl Future<Output = T>, deadline: Option<Instant>) -> Option<T> {
    match deadline {
        Some(deadline) => timeout_at(deadline, work).await.ok(),
        None => Some(work.await),
    }
}

/// The places without those that only follow from others: data that is null because of an error below it.
fn causes(places: &[DifferingPlace]) -> impl Iterator<Item = &DifferingPlace> {
    let follows = |place: &DifferingPlace| {
        let path = &place.difference.path;
        let has_error_below = |other: &DifferingPlace| other.key.is_error && other.difference.path.starts_with(path);
        !place.key.is_error && places.iter().any(has_error_below)
    };
    places.iter().filter(move |place| !follows(place))
}
