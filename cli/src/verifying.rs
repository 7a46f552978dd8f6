//! Asking one operation by two plans, and what is done about answers that differ.

pub(crate) mod conclusion;
pub(crate) mod findings;
pub(crate) mod given_operations;
mod outcome;
mod pace;
pub(crate) mod report;
pub(crate) mod session;
mod trial;

use crate::verifying::{findings::FindingKey, pace::Pace};
use hansa_federation::{LabelId, Supergraph};
use hansa_query_planner::Preference;
use hansa_server::{AskedOperation, GraphAnswer, GraphClient, PlannedOperation, RefusedOperation};
use hansa_verification::{Answer, Operation, Random};
use std::{collections::BTreeSet, sync::Mutex};

/// Other preferences that are tried until the plan is another one.
const PREFERENCES_TRIED: u64 = 6;

/// What trials share.
#[derive(Debug)]
pub(crate) struct Verification<'a> {
    client: &'a GraphClient,
    seed: u64,
    /// What has been reported: the same again is only counted.
    known: Mutex<BTreeSet<FindingKey>>,
}

/// A choice of plan: by what the planner prefers, and which progressive overrides are active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    preference: Preference,
    labels: Vec<LabelId>,
}

impl Choice {
    fn usual() -> Choice {
        Choice { preference: Preference::Cheapest, labels: Vec::new() }
    }

    fn other(seed: u64, supergraph: &Supergraph) -> Choice {
        let mut random = Random::part(seed, 1);
        let labels = 0..supergraph.override_labels.len() as u32;
        let active = labels.filter(|_| random.draw().is_multiple_of(2)).map(LabelId);
        Choice { labels: active.collect(), preference: Preference::Alternative(seed) }
    }
}

/// An operation with the two plans by which it is asked.
#[derive(Debug)]
pub(crate) struct TwoPlans {
    usual: PlannedOperation,
    other: PlannedOperation,
    choice: Choice,
}

/// Two answers to one operation, and how they were come by.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) answer: GraphAnswer,
    /// `None`: the response is no response.
    pub(crate) parsed: Option<Answer>,
}

impl<'a> Verification<'a> {
    pub(crate) fn new(client: &'a GraphClient, seed: u64) -> Verification<'a> {
        Verification { client, seed, known: Mutex::default() }
    }

    fn supergraph(&self) -> &'a Supergraph {
        self.client.supergraph()
    }

    fn plan(&self, operation: &Operation, choice: &Choice) -> Result<PlannedOperation, RefusedOperation> {
        self.client.plan(AskedOperation {
            document: &operation.to_string(),
            operation_name: None,
            variables: &operation.variable_values().to_string(),
            preference: choice.preference,
            active_labels: &choice.labels,
        })
    }

    fn plan_text(&self, planned: &PlannedOperation) -> String {
        planned.plan().to_text(self.supergraph())
    }

    /// Another plan than `usual`, where the graph has one.
    fn other_plan(
        &self,
        operation: &Operation,
        (usual, seed): (&PlannedOperation, u64),
    ) -> Option<(PlannedOperation, Choice)> {
        let usual_text = self.plan_text(usual);
        let usual_parts = parts(&usual_text);
        (0..PREFERENCES_TRIED).find_map(|attempt| {
            let choice = Choice::other(seed.wrapping_add(attempt), self.supergraph());
            let planned = self.plan(operation, &choice).ok()?;
            (parts(&self.plan_text(&planned)) != usual_parts).then_some((planned, choice))
        })
    }

    async fn ask(&self, planned: &PlannedOperation, pace: &Pace) -> Exchange {
        pace.wait().await;
        let answer = self.client.ask(planned).await;
        let parsed = Answer::parse(&answer.body).ok();
        Exchange { answer, parsed }
    }
}

/// What a plan's text has in each line, without the order, in which the same fetches may ask for the same fields.
fn parts(plan: &str) -> Vec<Vec<&str>> {
    let is_between = |c: char| !c.is_alphanumeric() && c != '_';
    let lines = plan.lines().map(|line| {
        let mut words: Vec<&str> = line.split(is_between).collect();
        words.sort_unstable();
        words
    });
    lines.collect()
}
