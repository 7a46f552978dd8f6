//! Plans made ahead: what the old supergraph's cache was asked for most is read and planned for the new one before it
//! serves, so that the first request after a change finds its plan.
//!
//! One thread does it, at most half of the time, and it waits while requests wait for plans of their own. It ends with the
//! limits of the settings, when a newer supergraph comes, and when the router stops.

use crate::{
    config::Span,
    graph::Graph,
    pipeline::{
        PipelineSettings,
        cached_document::{CachedDocument, UsedPlan},
        document::OperationFacts,
        override_labels::{LabelRule, OverrideLabelsConfig},
        plan,
        plan_cache::PlanKey,
    },
};
use hansa_federation::{LabelId, RequirementId, Supergraph};
use hansa_query_planner::Conditions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How much is planned ahead when the supergraph changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WarmUpConfig {
    /// Plans that are made ahead, those used most first. 0 switches it off: the new supergraph serves at once.
    pub operations_max: u32,
    /// After that the new supergraph serves, whatever is planned by then.
    pub duration_max: Span,
}

impl Default for WarmUpConfig {
    fn default() -> Self {
        WarmUpConfig { operations_max: 1_000, duration_max: Span::from_secs(10) }
    }
}

/// What became of the plans that were to be made ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WarmUp {
    pub(crate) planned: u32,
    /// Of operations that are not valid any more, or cannot be planned.
    pub(crate) dropped: u32,
    /// For which there was no time.
    pub(crate) left: u32,
    pub(crate) duration: Duration,
}

/// As long as it works in one go, and as long as it waits for requests that plan.
const STEP: Duration = Duration::from_millis(1);

/// More labels of one operation that only a request decides about are left as they were: each doubles the plans.
const UNDECIDED_LABELS_MAX: usize = 3;

/// The plans of one graph that are to be made ahead for another, and what that is bound to.
pub(crate) struct WarmUpWork<'a> {
    pub(crate) settings: &'a PipelineSettings,
    pub(crate) config: &'a WarmUpConfig,
    /// From then on the time counts: a change that overtakes another has what is left, so that no storm of them keeps the
    /// newest from serving.
    pub(crate) since: Instant,
    /// Whether it is still wanted.
    pub(crate) is_wanted: &'a dyn Fn() -> bool,
}

impl WarmUpWork<'_> {
    /// For another supergraph that does not serve yet.
    pub(crate) fn carry_over(&self, old: &Graph, new: &Graph) -> WarmUp {
        self.run(new, old.plan_cache().most_used(self.plans_max()), |used| {
            let document = self.document(new, used)?;
            let key = carried_key(old.supergraph(), new.supergraph(), (used, &document))?;
            self.plan(new, &document, (key, used.uses / 2)).then_some(())
        })
    }

    /// For the same supergraph, when the rules have changed that say which labels are active.
    pub(crate) fn follow_labels(&self, graph: &Graph, rules: &OverrideLabelsConfig) -> WarmUp {
        let mut plans = graph.plan_cache().most_used(usize::MAX);
        let labels = |used: &UsedPlan| used.document.operations[used.key.operation].override_labels.clone();
        plans.retain(|used| !labels(used).is_empty());
        plans.truncate(self.plans_max());
        self.run(graph, plans, |used| {
            let sets = label_sets(rules, graph.supergraph(), &labels(used), &used.key.active_labels);
            let mut keys = sets.into_iter().map(|active_labels| PlanKey { active_labels, ..used.key.clone() });
            keys.all(|key| self.plan(graph, &used.document, (key, 0))).then_some(())
        })
    }

    fn plans_max(&self) -> usize {
        self.config.operations_max as usize
    }

    fn run(&self, graph: &Graph, plans: Vec<UsedPlan>, make: impl Fn(&UsedPlan) -> Option<()>) -> WarmUp {
        let start = Instant::now();
        let time_left = || self.config.duration_max.0.saturating_sub(self.since.elapsed());
        let is_over = || time_left().is_zero() || !(self.is_wanted)();
        let mut warm_up = WarmUp { left: plans.len() as u32, ..WarmUp::default() };
        let mut worked = Duration::ZERO;
        for used in &plans {
            while !graph.plan_cache().is_maker_free() && !is_over() {
                std::thread::sleep(STEP);
            }
            if is_over() {
                break;
            }
            let began = Instant::now();
            match make(used) {
                Some(()) => warm_up.planned += 1,
                None => warm_up.dropped += 1,
            }
            warm_up.left -= 1;
            worked += began.elapsed();
            // As long as it has worked: on a machine of one core, requests have the other half.
            if worked >= STEP {
                std::thread::sleep(worked.min(time_left()));
                worked = Duration::ZERO;
            }
        }
        warm_up.duration = start.elapsed();
        warm_up
    }

    fn document(&self, graph: &Graph, used: &UsedPlan) -> Option<Arc<CachedDocument>> {
        graph.plan_cache().document_ahead(&used.document.text, |text| self.settings.read(graph, text)).ok()
    }

    /// Whether the plan is there in the end.
    fn plan(&self, graph: &Graph, document: &Arc<CachedDocument>, (key, uses): (PlanKey, u32)) -> bool {
        let facts = &document.operations[key.operation];
        let conditions = facts.condition_variables.iter().cloned().zip(key.conditions.iter().copied());
        let conditions = Conditions(conditions.collect());
        let make = || {
            let executable = self.settings.executable(graph, document)?;
            plan::prepare(graph.planner(), (&executable, key.operation), key.specialisation(&conditions))
        };
        graph.plan_cache().make_ahead(document, (key.clone(), uses), make)
    }
}

/// What a plan was made for, said in the new supergraph's ids.
fn carried_key(old: &Supergraph, new: &Supergraph, (used, document): (&UsedPlan, &CachedDocument)) -> Option<PlanKey> {
    let UsedPlan { document: old_document, key, .. } = used;
    let old_facts = &old_document.operations[key.operation];
    let operation = document.operations.iter().position(|facts| facts.name == old_facts.name)?;
    let facts = &document.operations[operation];
    if facts.condition_variables != old_facts.condition_variables {
        return None;
    }
    let active = |label: &LabelId| {
        let name = new.override_label(*label);
        key.active_labels.iter().any(|old_label| old.override_label(*old_label) == name)
    };
    Some(PlanKey {
        operation,
        conditions: key.conditions.clone(),
        unmet: carried_unmet(old, new, (&key.unmet, old_facts), facts),
        active_labels: facts.override_labels.iter().copied().filter(active).collect(),
        is_incremental: key.is_incremental && facts.incremental.is_there,
    })
}

/// The same callers: they lack what they lacked. Of what is demanded for the first time, those are taken to have it who met
/// everything before, if there was anything.
fn carried_unmet(
    old: &Supergraph,
    new: &Supergraph,
    (old_unmet, old_facts): (&[RequirementId], &OperationFacts),
    facts: &OperationFacts,
) -> Vec<RequirementId> {
    let has_everything = old_unmet.is_empty() && !old_facts.requirements.is_empty();
    let is_unmet = |id: &RequirementId| {
        let requirement = new.requirement(*id);
        let is_it = |old_id: &&RequirementId| old.requirement(**old_id) == requirement;
        match old_facts.requirements.iter().find(is_it) {
            Some(old_id) => old_unmet.contains(old_id),
            None => !has_everything,
        }
    };
    facts.requirements.iter().copied().filter(is_unmet).collect()
}

/// The sets of active labels that requests may have by the rules, of the labels that an operation depends on.
fn label_sets(
    rules: &OverrideLabelsConfig,
    supergraph: &Supergraph,
    labels: &[LabelId],
    active: &[LabelId],
) -> Vec<Vec<LabelId>> {
    let mut sets = vec![Vec::new()];
    let mut undecided = 0;
    for label in labels {
        match rules.get(supergraph.override_label(*label)) {
            Some(LabelRule::On) => sets.iter_mut().for_each(|set: &mut Vec<LabelId>| set.push(*label)),
            Some(LabelRule::Off) => {}
            Some(_) if undecided < UNDECIDED_LABELS_MAX => {
                undecided += 1;
                let without = sets.clone();
                sets.iter_mut().for_each(|set| set.push(*label));
                sets.extend(without);
            }
            _ if active.contains(label) => sets.iter_mut().for_each(|set| set.push(*label)),
            _ => {}
        }
    }
    sets
}
