//! What all trials together say.

use super::{
    Verification,
    findings::Finding,
    trial::{Candidate, Trial, Verdict},
};
use hansa_server::RefusedOperation;
use hansa_verification::{Coverage, Harvest, learn};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// How one subgraph did.
#[derive(Debug, Default)]
pub(crate) struct SubgraphRecord {
    pub(crate) requests: u64,
    /// Requests without a usable answer, by the code of the error.
    pub(crate) failed: BTreeMap<&'static str, u64>,
}

impl SubgraphRecord {
    pub(crate) fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    fn never_answered(&self) -> bool {
        self.requests > 0 && self.failures() == self.requests
    }
}

/// Operations that the router does not plan: random ones of one code, or one of the user's.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) count: u64,
    /// The first one's.
    pub(crate) description: String,
    pub(crate) operation: String,
}

/// The state of a run, and in the end its outcome.
#[derive(Debug)]
pub(crate) struct Outcome<'a> {
    pub(crate) verification: Verification<'a>,
    pub(crate) harvest: Harvest,
    pub(crate) coverage: Coverage,
    pub(crate) operations: u64,
    pub(crate) agreed: u64,
    pub(crate) one_plan: u64,
    pub(crate) undecided: u64,
    pub(crate) unstable: u64,
    pub(crate) found_before: u64,
    pub(crate) answers: u64,
    pub(crate) unstable_fields: BTreeMap<String, u64>,
    /// Random operations, by code.
    pub(crate) refused: BTreeMap<&'static str, Refusal>,
    /// Operations of the user's, by where they are from.
    pub(crate) refused_given: BTreeMap<String, Refusal>,
    /// In the supergraph's order.
    pub(crate) subgraphs: Vec<SubgraphRecord>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) left_out: Vec<String>,
    /// Fields whose required arguments never had a value.
    pub(crate) without_values: Vec<String>,
    pub(crate) elapsed: Duration,
    pub(crate) is_stopped: bool,
    /// Operations for which a subgraph was asked, and answered.
    decided: u64,
    plans: BTreeSet<u64>,
}

impl<'a> Outcome<'a> {
    pub(crate) fn new(verification: Verification<'a>) -> Outcome<'a> {
        let supergraph = verification.supergraph();
        Outcome {
            harvest: Harvest::default(),
            coverage: Coverage::new(&supergraph.api_schema),
            operations: 0,
            agreed: 0,
            one_plan: 0,
            undecided: 0,
            unstable: 0,
            found_before: 0,
            answers: 0,
            unstable_fields: BTreeMap::new(),
            refused: BTreeMap::new(),
            refused_given: BTreeMap::new(),
            subgraphs: supergraph.subgraphs.iter().map(|_| SubgraphRecord::default()).collect(),
            findings: Vec::new(),
            left_out: Vec::new(),
            without_values: Vec::new(),
            elapsed: Duration::ZERO,
            is_stopped: false,
            decided: 0,
            plans: BTreeSet::new(),
            verification,
        }
    }

    /// Counts a trial and learns from its answer. Returns whether there is a new finding, which is the last one.
    pub(crate) fn add(&mut self, trial: Trial) -> bool {
        self.operations += 1;
        self.answers += trial.answers;
        for id in &trial.asked {
            self.subgraphs[usize::from(id.0)].requests += 1;
        }
        for (id, code) in &trial.failed {
            *self.subgraphs[usize::from(id.0)].failed.entry(code).or_default() += 1;
        }
        self.plans.extend(trial.plans.iter().map(|plan| hash_of(plan)));
        let api_schema = &self.verification.supergraph().api_schema;
        learn(api_schema, &trial.candidate.operation, &trial.data, (&mut self.harvest, &mut self.coverage));
        let is_decided = !matches!(trial.verdict, Verdict::Undecided | Verdict::Refused(_));
        self.decided += u64::from(is_decided && !trial.asked.is_empty());
        match trial.verdict {
            Verdict::Agreed => self.agreed += 1,
            Verdict::OnePlan => self.one_plan += 1,
            Verdict::Undecided => self.undecided += 1,
            Verdict::FoundBefore => self.found_before += 1,
            Verdict::Unstable(fields) => {
                self.unstable += 1;
                for field in fields {
                    *self.unstable_fields.entry(field).or_default() += 1;
                }
            }
            Verdict::Refused(refused) => self.add_refused(trial.candidate, &refused),
            Verdict::Differs(finding) => {
                self.findings.push(*finding);
                return true;
            }
        }
        false
    }

    fn add_refused(&mut self, Candidate { operation, origin, is_given, .. }: Candidate, refused: &RefusedOperation) {
        let new = || Refusal {
            code: refused.code,
            count: 0,
            description: refused.to_string(),
            operation: operation.to_string(),
        };
        let refusal = match is_given {
            true => self.refused_given.entry(origin).or_insert_with(new),
            false => self.refused.entry(refused.code).or_insert_with(new),
        };
        refusal.count += 1;
    }

    /// Operations whose answers were compared.
    pub(crate) fn compared(&self) -> u64 {
        self.agreed + self.found_before + self.findings.len() as u64
    }

    pub(crate) fn distinct_plans(&self) -> usize {
        self.plans.len()
    }

    pub(crate) fn requests(&self) -> u64 {
        self.subgraphs.iter().map(|subgraph| subgraph.requests).sum()
    }

    /// Per second of the run.
    pub(crate) fn rate(&self, count: u64) -> f64 {
        count as f64 / self.elapsed.as_secs_f64().max(0.001)
    }

    /// Subgraphs that never gave a usable answer.
    pub(crate) fn silent_subgraphs(&self) -> Vec<&str> {
        let subgraphs = self.verification.supergraph().subgraphs.iter().zip(&self.subgraphs);
        subgraphs.filter(|(_, record)| record.never_answered()).map(|(subgraph, _)| subgraph.name.as_str()).collect()
    }

    /// Nothing was asked that could be compared or learned from.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.decided == 0 && self.operations > 0
    }
}

fn hash_of(plan: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    plan.hash(&mut hasher);
    hasher.finish()
}
