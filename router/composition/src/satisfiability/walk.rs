//! The walk over the API schema.

mod mutations;
mod states;

use super::{
    contexts::ContextSetId,
    explain,
    labels::Labels,
    moves::{Advance, Moves},
    operation::Step,
    positions::PositionId,
    runtime_types::{self, SharedTypes},
};
use crate::Diagnostic;
use hansa_federation::{Field, TypeId, TypeKind};
use hansa_query_graph::QueryGraph;
use hashbrown::HashMap;
use states::{Order, Standpoint, States};

/// What is given to a walk for each type, besides some for each subgraph: value types are met with as many different
/// positions as there are subgraphs.
const STATES_OF_TYPE_MAX: [usize; 2] = [100, 300];

/// The same for each subgraph.
const STATES_OF_SUBGRAPH_MAX: usize = 2;

/// What all types together may have, besides a few for each.
const STATES_MAX: usize = 20_000;

pub(super) struct Walk<'g> {
    pub(super) moves: Moves<'g>,
}

/// What cannot be had.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// The operation down to the failing step, that included.
    pub(super) steps: Vec<Step>,
    /// Where the failing step starts.
    pub(super) from: Standpoint,
    /// The top-level mutation field is shared, and no subgraph alone gives everything below it.
    pub(super) is_below_shared_mutation: bool,
}

/// What came of walking.
#[derive(Default)]
pub(super) struct Found {
    pub(super) failures: Vec<Failure>,
    pub(super) shared_types: Vec<(Vec<Step>, SharedTypes)>,
    /// Top-level mutation fields that several subgraphs resolve, with the positions by subgraph.
    shared_mutations: Vec<(Vec<Step>, Standpoint)>,
    is_complete: bool,
}

impl<'g> Walk<'g> {
    pub(super) fn new(graph: &'g QueryGraph) -> Self {
        Walk { moves: Moves::new(graph) }
    }

    pub(super) fn run(mut self) -> Vec<Diagnostic> {
        let found = self.find();
        explain::diagnostics(&mut self.moves, found)
    }

    pub(super) fn find(&mut self) -> Found {
        let mut proven = States::default();
        let roots = self.roots();
        let mut found = self.explore_or_hurry(roots, &mut proven);
        let shared = std::mem::take(&mut found.shared_mutations);
        self.check_shared_mutations(shared, &mut proven, &mut found);
        if runtime_types::may_differ(self.moves.supergraph()) {
            let roots = self.roots();
            let mut states = States::new(Order::Widest, self.limits(STATES_OF_TYPE_MAX[0]));
            found.shared_types = self.explore(roots, &mut states, &States::default()).shared_types;
        }
        found
    }

    fn roots(&mut self) -> Vec<(Step, Standpoint)> {
        let supergraph = self.moves.supergraph();
        let kinds = [
            (Step::Query, Some(supergraph.query)),
            (Step::Mutation, supergraph.mutation),
            (Step::Subscription, supergraph.subscription),
        ];
        let mut roots = Vec::new();
        for (step, ty) in kinds {
            let Some(ty) = ty.filter(|ty| !supergraph.ty(*ty).is_inaccessible) else { continue };
            let subgraphs = supergraph.ty(ty).in_subgraphs.iter().map(|known| known.subgraph);
            let positions = subgraphs.map(|subgraph| (self.moves.plain(ty, subgraph), ContextSetId::EMPTY)).collect();
            roots.push((step, Standpoint::new(&mut self.moves, ty, positions, Labels::new())));
        }
        roots
    }

    /// Explores breadth first, which finds the shortest operations; when that gets too long, what has the fewest
    /// positions left first, which finds failures soonest; when even that does not end, with what is common to all
    /// visits of a type.
    fn explore_or_hurry(&mut self, starts: Vec<(Step, Standpoint)>, proven: &mut States) -> Found {
        let mut found = Found::default();
        for (order, of_type_max) in [Order::BreadthFirst, Order::FewestFirst].into_iter().zip(STATES_OF_TYPE_MAX) {
            let mut states = States::new(order, self.limits(of_type_max));
            let mut explored = self.explore(starts.clone(), &mut states, proven);
            explored.is_complete = states.is_complete();
            if explored.is_complete {
                if explored.failures.is_empty() {
                    proven.adopt(states);
                }
                return explored;
            }
            if !explored.failures.is_empty() {
                return explored;
            }
            found = explored;
        }
        let mut states = States::new(Order::Merged, (usize::MAX, usize::MAX));
        let merged = self.explore(starts, &mut states, proven);
        found.failures = merged.failures;
        found
    }

    /// Of states in all, and of one type.
    fn limits(&self, of_type_max: usize) -> (usize, usize) {
        let supergraph = self.moves.supergraph();
        let of_subgraphs = STATES_OF_SUBGRAPH_MAX * supergraph.subgraphs.len();
        (STATES_MAX + 4 * supergraph.types.len(), of_type_max + of_subgraphs)
    }

    fn explore(&mut self, starts: Vec<(Step, Standpoint)>, states: &mut States, proven: &States) -> Found {
        let mut found = Found::default();
        let mut failed: HashMap<(TypeId, Step), ()> = HashMap::new();
        for (step, start) in starts {
            states.push(None, step, start, (&mut self.moves, proven));
        }
        while let Some(state) = states.next() {
            let from = states.standpoint(state).clone();
            for (step, advance) in self.steps(&from) {
                match advance {
                    Reached::Nothing => {
                        if failed.insert((from.ty, step.clone()), ()).is_none() {
                            let steps = states.steps_to(state, step);
                            let from = from.clone();
                            found.failures.push(Failure { steps, from, is_below_shared_mutation: false });
                        }
                    }
                    Reached::Shared(types) => {
                        found.shared_types.push((states.steps_to(state, step), types));
                    }
                    Reached::To(to) => {
                        if Some(from.ty) == self.moves.supergraph().mutation
                            && !states.is_widest()
                            && states.is_root(state)
                            && mutations::is_shared(&self.moves, &to)
                        {
                            found.shared_mutations.push((states.steps_to(state, step), to));
                            continue;
                        }
                        states.push(Some(state), step, to, (&mut self.moves, proven));
                    }
                }
            }
        }
        found
    }

    /// All steps that clients can take from a standpoint, and where each leads.
    fn steps(&mut self, from: &Standpoint) -> Vec<(Step, Reached)> {
        let supergraph = self.moves.supergraph();
        let definition = supergraph.ty(from.ty);
        let mut steps = Vec::new();
        // What an interface gives is asked for of each of its object types.
        if definition.kind == TypeKind::Object {
            for field in definition.fields.iter().filter(|field| !field.is_inaccessible) {
                let is_leaf = !supergraph.ty(field.ty.named).is_composite();
                for labels in self.moves.labels.choices(&from.labels, field) {
                    if is_leaf {
                        if !self.moves.has(&from.standings, &field.name, &labels) {
                            steps.push((Step::Field(from.ty, field.name.clone()), Reached::Nothing));
                        }
                        continue;
                    }
                    let advance = self.moves.along(&from.standings, &field.name, &labels);
                    self.reached(from.ty, field, (advance, labels), &mut steps);
                }
            }
        }
        if definition.is_abstract() {
            for object in definition.possible_types.iter().filter(|object| !supergraph.ty(**object).is_inaccessible) {
                let reached = match self.moves.narrow(from.ty, &from.starts, *object) {
                    Advance::Dead => Reached::Nothing,
                    Advance::Vacuous => continue,
                    Advance::To(positions) => {
                        let labels = self.moves.labels.relevant(&from.labels, *object);
                        Reached::To(Standpoint::new(&mut self.moves, *object, positions, labels))
                    }
                };
                steps.push((Step::Object(*object), reached));
            }
        }
        steps
    }

    fn reached(
        &mut self,
        ty: TypeId,
        field: &'g Field,
        (advance, labels): (Advance, Labels),
        steps: &mut Vec<(Step, Reached)>,
    ) {
        let step = Step::Field(ty, field.name.clone());
        let positions = match advance {
            Advance::Dead => return steps.push((step, Reached::Nothing)),
            Advance::Vacuous => return,
            Advance::To(positions) => positions,
        };
        let below = field.ty.named;
        if let Some(types) = runtime_types::compare(&self.moves, (ty, field), &positions) {
            let is_disjoint = types.is_disjoint;
            steps.push((step.clone(), Reached::Shared(types)));
            if is_disjoint {
                return;
            }
        }
        let labels = self.moves.labels.relevant(&labels, below);
        let standpoint = Standpoint::new(&mut self.moves, below, positions, labels);
        steps.push((step, Reached::To(standpoint)));
    }
}

enum Reached {
    Nothing,
    /// Subgraphs answer with different types.
    Shared(SharedTypes),
    To(Standpoint),
}

/// Positions with what is above them.
pub(super) type Placed = Vec<(PositionId, ContextSetId)>;
