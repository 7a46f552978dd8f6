//! The front door: one planner per supergraph.

use crate::{
    assemble::Assembly,
    plan::{OperationKind, QueryPlan},
    selections::{Collector, Item, SelectionId, Selections, condition_variables, wanted_labels, wanted_requirements},
    solve::{Preference, ProvisionId, Site, Solver, Source, TypePlan},
};
use apollo_compiler::{
    ExecutableDocument, Name,
    executable::{Operation, OperationType},
    validation::Valid,
};
use hansa_federation::{LabelId, RequirementId, SubgraphId, Supergraph, TypeId};
use hansa_query_graph::{ContextSetId, QueryGraph};
use std::{collections::BTreeSet, sync::Arc};

/// Plans operations over one supergraph.
#[derive(Debug)]
pub struct QueryPlanner {
    graph: Arc<QueryGraph>,
    limits: PlanningLimits,
    preference: Preference,
}

/// How much work and memory planning one operation may cost.
#[derive(Debug, Clone, Copy)]
pub struct PlanningLimits {
    /// Past this many moves tried, alternatives are no longer compared; past three times as many there is no plan.
    pub moves_max: u32,
    /// A plan of more fetches is refused.
    pub fetches_max: u32,
}

impl Default for PlanningLimits {
    fn default() -> Self {
        PlanningLimits { moves_max: 20_000, fetches_max: 2_000 }
    }
}

/// Truth values of the variables that decide about `@skip`, `@include`, `@defer` and `@stream` in an operation, in the order
/// of [`QueryPlanner::condition_variables`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Conditions(pub Vec<(Name, bool)>);

/// What one plan of an operation is made for. Requests that differ in it need plans of their own.
#[derive(Debug, Clone, Copy)]
pub struct Specialisation<'a> {
    pub conditions: &'a Conditions,
    /// What the caller lacks: fields that require it are refused, and nothing is fetched for them.
    pub unmet: &'a [RequirementId],
    /// Labels of progressive overrides that are active, ascending. The others are not.
    pub active_labels: &'a [LabelId],
    /// The client takes the response in parts. Otherwise `@defer` and `@stream` mean nothing.
    pub is_incremental: bool,
}

impl Specialisation<'static> {
    /// An operation without conditions, a caller who may read everything, and no field handed over yet.
    pub const NONE: Specialisation<'static> =
        Specialisation { conditions: &Conditions(Vec::new()), unmet: &[], active_labels: &[], is_incremental: false };
}

/// Why an operation cannot be planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// No sequence of fetches gives the field. A well composed supergraph has no such field.
    #[error("no subgraph can give `{position}`: {reason}")]
    Unreachable { position: String, reason: String },
    /// `__schema` or `__type` below a field of the query's root type.
    #[error("`{position}` cannot be answered: __schema and __type are answered at the root of a query only")]
    IntrospectionBelow { position: String },
    #[error("the operation needs more than {fetches_max} fetches")]
    TooManyFetches { fetches_max: u32 },
    #[error("planning the operation takes more than the allowed work")]
    TooMuchWork,
}

/// Where work on one plan ends without a plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkMax {
    /// Collected fields: a document whose fragments multiply has many.
    pub(crate) items: usize,
    /// What is looked at to collect them: each type looks at the fragments of all others.
    pub(crate) visits: usize,
    /// The layout of the response: fields of all positions, once for each concrete type.
    extent: u64,
    moves: u32,
}

impl WorkMax {
    fn whole(limits: PlanningLimits) -> WorkMax {
        let moves = limits.moves_max.saturating_mul(3);
        WorkMax { items: 50_000, visits: 200_000, extent: 50_000, moves }
    }

    /// Half a millisecond, about.
    fn quick(limits: PlanningLimits) -> WorkMax {
        let moves = WorkMax::whole(limits).moves.min(250);
        WorkMax { items: 500, visits: 1_000, extent: 500, moves }
    }
}

impl QueryPlanner {
    pub fn new(supergraph: Arc<Supergraph>, limits: PlanningLimits) -> Self {
        QueryPlanner { graph: Arc::new(QueryGraph::new(supergraph)), limits, preference: Preference::Cheapest }
    }

    /// A planner for the same supergraph that chooses in another way. Costs nothing: they share what they know.
    pub fn with_preference(&self, preference: Preference) -> Self {
        QueryPlanner { graph: self.graph.clone(), limits: self.limits, preference }
    }

    pub fn supergraph(&self) -> &Arc<Supergraph> {
        self.graph.supergraph()
    }

    /// The variables whose truth values select the plan, sorted by name, each once.
    pub fn condition_variables(document: &ExecutableDocument, operation: &Operation) -> Vec<Name> {
        condition_variables(document, operation)
    }

    /// What the operation's fields need of a caller. A caller for whom none of it is unmet gets the whole plan.
    pub fn requirements(&self, document: &ExecutableDocument, operation: &Operation) -> Vec<RequirementId> {
        wanted_requirements(self.supergraph(), document, operation)
    }

    /// Labels of progressive overrides that may change the operation's plan, ascending.
    pub fn override_labels(&self, document: &ExecutableDocument, operation: &Operation) -> Vec<LabelId> {
        wanted_labels(&self.graph, document, operation)
    }

    /// Plans `operation`, which is one of `document`'s and valid against the API schema.
    pub fn plan(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        specialisation: Specialisation<'_>,
    ) -> Result<QueryPlan, PlanError> {
        self.plan_within(document, operation, specialisation, WorkMax::whole(self.limits))
    }

    /// The same plan as that of [`plan`](Self::plan), or the same error, if it is found with little work.
    pub fn plan_quickly(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        specialisation: Specialisation<'_>,
    ) -> Option<Result<QueryPlan, PlanError>> {
        match self.plan_within(document, operation, specialisation, WorkMax::quick(self.limits)) {
            Err(PlanError::TooMuchWork) => None,
            found => Some(found),
        }
    }

    fn plan_within(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        specialisation: Specialisation<'_>,
        work_max: WorkMax,
    ) -> Result<QueryPlan, PlanError> {
        let supergraph = self.supergraph();
        let (kind, root) = match operation.operation_type {
            OperationType::Query => (OperationKind::Query, Some(supergraph.query)),
            OperationType::Mutation => (OperationKind::Mutation, supergraph.mutation),
            OperationType::Subscription => (OperationKind::Subscription, supergraph.subscription),
        };
        let root = root.ok_or_else(|| PlanError::Unreachable {
            position: operation.operation_type.to_string(),
            reason: "the supergraph has no such root type".to_owned(),
        })?;
        let mut selections = Selections::new();
        let mut collector = Collector::new(supergraph, document, (specialisation, work_max), &mut selections);
        let selection = collector.operation(operation, root)?;
        if selections.extent(selection) > work_max.extent {
            return Err(PlanError::TooMuchWork);
        }
        let choice = (self.limits, self.preference, specialisation.active_labels, work_max.moves);
        let mut solver = Solver::new(&self.graph, &mut selections, choice);
        let agreed = solver.agreed_operation(selection, root)?;
        let plans = match kind {
            OperationKind::Query => vec![solve_together(&mut solver, agreed, root)?],
            // Of a subscription's only field there is one source.
            _ => solve_in_order(&mut solver, agreed, root)?,
        };
        let mut assembly = Assembly::new(&self.graph, &selections, self.limits.fetches_max);
        assembly.client_shape(selection)?;
        let mut before = BTreeSet::new();
        for plan in &plans {
            let fetches = assembly.root(plan, (kind, root), &before)?;
            // What is answered later holds up no mutation.
            before.extend(fetches.into_iter().filter(|fetch| assembly.is_at_once(*fetch)));
        }
        assembly.finish(kind, operation)
    }
}

fn solve_together(solver: &mut Solver<'_>, selection: SelectionId, root: TypeId) -> Result<TypePlan, PlanError> {
    let items = solver.selections.get(selection).items_for(root).unwrap_or_default().to_vec();
    solve_items(solver, root, items)
}

fn solve_items(solver: &mut Solver<'_>, root: TypeId, items: Vec<Item>) -> Result<TypePlan, PlanError> {
    let above = ContextSetId::EMPTY;
    let site = Site { ty: root, held: None, provision: ProvisionId::NONE, deferred: None, above, below: above };
    let (plan, missing) = solver.solve_type(site, items)?;
    match missing.first() {
        None => Ok(plan),
        Some(item) => Err(unreachable(solver, root, item)),
    }
}

/// Fields of a mutation one after another; neighbours that one subgraph answers without any further fetch are one
/// request, whose server keeps their order. No field is asked of two subgraphs: it would be carried out twice.
fn solve_in_order(solver: &mut Solver<'_>, selection: SelectionId, root: TypeId) -> Result<Vec<TypePlan>, PlanError> {
    let items = solver.selections.get(selection).items_for(root).unwrap_or_default().to_vec();
    let mut plans: Vec<TypePlan> = Vec::new();
    for item in items {
        let plan = solve_items(solver, root, vec![item.clone()])?;
        let Some(only) = sole_subgraph(&plan) else {
            if plan.hops.is_empty() {
                continue;
            }
            return Err(PlanError::Unreachable {
                position: item.name.to_string(),
                reason:
                    "a field of mutations or subscriptions is asked of one subgraph only, and none gives the whole \
                         selection"
                        .to_owned(),
            });
        };
        match plans.last_mut() {
            Some(last) if last.cost.fetches == 1 && sole_subgraph(last) == Some(only) => {
                for local in &plan.hops[0].locals {
                    last.push(Source::Hop(0), local.clone());
                }
            }
            _ => plans.push(plan),
        }
    }
    Ok(plans)
}

fn sole_subgraph(plan: &TypePlan) -> Option<SubgraphId> {
    match plan.hops.as_slice() {
        [hop] => Some(hop.subgraph),
        _ => None,
    }
}

/// Names the first leaf that cannot be had.
fn unreachable(solver: &Solver<'_>, root: TypeId, item: &Item) -> PlanError {
    let mut position = item.response_name.as_ref().unwrap_or(&item.name).to_string();
    let mut field = (root, item.name.clone());
    let mut child = item.child;
    while let Some(selection) = child {
        let groups = &solver.selections.get(selection).groups;
        let Some((group, item)) = groups.iter().find_map(|group| group.items.first().map(|item| (group, item))) else {
            break;
        };
        position.push_str(&format!(".{}", item.response_name.as_ref().unwrap_or(&item.name)));
        field = (group.types[0], item.name.clone());
        child = item.child;
    }
    let coordinate = format!("{}.{}", solver.supergraph().ty(field.0).name, field.1);
    let reason = match solver.context_argument(field.0, &field.1) {
        Some(argument) => format!(
            "{coordinate}({argument}:) is read from a context, which nothing above it gives, or no resolvable key leads back \
             to it"
        ),
        None => format!("{coordinate} is in no subgraph that can be reached from there by a resolvable key"),
    };
    PlanError::Unreachable { position, reason }
}
