//! The states of a walk: those to be looked at, and those that make others needless.
//!
//! A state that has at least the positions of an earlier one, under at least its labels, can do whatever that can.

use super::{Placed, Step};
use crate::satisfiability::{
    labels::{self, Labels},
    moves::Moves,
};
use hansa_federation::TypeId;
use hashbrown::HashMap;
use std::{cmp::Reverse, collections::BinaryHeap};

/// A type of the API schema and where its objects may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::satisfiability) struct Standpoint {
    pub(in crate::satisfiability) ty: TypeId,
    /// Sorted.
    pub(in crate::satisfiability) positions: Placed,
    pub(in crate::satisfiability) labels: Labels,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    #[default]
    BreadthFirst,
    FewestFirst,
    /// States that are at least as good as others, instead of at most: there the most subgraphs meet.
    Widest,
    /// One state for each type: the positions that all visits share. What fails then may still be had.
    Merged,
}

#[derive(Debug)]
struct State {
    standpoint: Standpoint,
    parent: Option<usize>,
    step: Step,
}

#[derive(Debug, Default)]
pub(super) struct States {
    order: Order,
    states_max: usize,
    states: Vec<State>,
    /// Of each type, the states that have to be compared with.
    of_type: HashMap<TypeId, Vec<usize>>,
    pending: BinaryHeap<Reverse<(usize, usize)>>,
    is_cut: bool,
}

impl Standpoint {
    pub(super) fn new(ty: TypeId, mut positions: Placed, labels: Labels) -> Self {
        positions.sort();
        positions.dedup();
        Standpoint { ty, positions, labels }
    }

    /// Whether whatever can be had from `worse` can be had from here.
    fn is_as_good_as(&self, worse: &Standpoint, moves: &Moves) -> bool {
        labels::is_subset(&worse.labels, &self.labels) && self.is_at_least(worse, moves)
    }

    /// Whether the positions are at least those of another.
    fn is_at_least(&self, less: &Standpoint, moves: &Moves) -> bool {
        less.positions.iter().all(|(position, context)| {
            let start = self.positions.partition_point(|(known, _)| known < position);
            let mut same = self.positions[start..].iter().take_while(|(known, _)| known == position);
            same.any(|(_, known)| moves.contexts.is_subset(*context, *known))
        })
    }
}

impl States {
    pub(super) fn new(order: Order, states_max: usize) -> Self {
        States { order, states_max, ..States::default() }
    }

    /// Whether everything was looked at.
    pub(super) fn is_complete(&self) -> bool {
        !self.is_cut
    }

    pub(super) fn is_widest(&self) -> bool {
        self.order == Order::Widest
    }

    pub(super) fn push(
        &mut self,
        parent: Option<usize>,
        step: Step,
        standpoint: Standpoint,
        (moves, proven): (&mut Moves, &States),
    ) {
        if self.order == Order::Merged {
            return self.merge(parent, step, standpoint, moves);
        }
        if self.covers(&standpoint, moves) || proven.covers(&standpoint, moves) {
            return;
        }
        if self.states.len() >= self.states_max {
            self.is_cut = true;
            return;
        }
        let index = self.states.len();
        let known = self.of_type.entry(standpoint.ty).or_default();
        // What is no worse than the new one need not be compared with any more.
        if self.order != Order::Widest {
            known.retain(|known| !self.states[*known].standpoint.is_as_good_as(&standpoint, moves));
        }
        known.push(index);
        let rank = match self.order {
            Order::BreadthFirst | Order::Widest => 0,
            _ => standpoint.positions.len(),
        };
        self.pending.push(Reverse((rank, index)));
        self.states.push(State { standpoint, parent, step });
    }

    fn merge(&mut self, parent: Option<usize>, step: Step, standpoint: Standpoint, moves: &mut Moves) {
        let standpoint = Standpoint { labels: Labels::new(), ..standpoint };
        let index = self.states.len();
        match self.of_type.get(&standpoint.ty).and_then(|known| known.first()).copied() {
            Some(known) => {
                let common = common(&self.states[known].standpoint.positions, &standpoint.positions, moves);
                if common != self.states[known].standpoint.positions {
                    self.states[known].standpoint.positions = common;
                    self.pending.push(Reverse((0, known)));
                }
            }
            None => {
                self.of_type.insert(standpoint.ty, vec![index]);
                self.pending.push(Reverse((0, index)));
                self.states.push(State { standpoint, parent, step });
            }
        }
    }

    pub(super) fn next(&mut self) -> Option<usize> {
        if self.is_cut && self.order == Order::BreadthFirst {
            return None;
        }
        Some(self.pending.pop()?.0.1)
    }

    pub(super) fn standpoint(&self, state: usize) -> &Standpoint {
        &self.states[state].standpoint
    }

    pub(super) fn is_root(&self, state: usize) -> bool {
        self.states[state].parent.is_none()
    }

    /// From the root to the state, and on.
    pub(super) fn steps_to(&self, state: usize, last: Step) -> Vec<Step> {
        let mut steps = vec![last];
        let mut at = Some(state);
        while let Some(state) = at {
            steps.push(self.states[state].step.clone());
            at = self.states[state].parent;
        }
        steps.reverse();
        steps
    }

    /// Takes over the states of a walk that found everything to be in order.
    pub(super) fn adopt(&mut self, mut walked: States) {
        let offset = self.states.len();
        for (ty, states) in walked.of_type.drain() {
            self.of_type.entry(ty).or_default().extend(states.into_iter().map(|state| state + offset));
        }
        self.states.append(&mut walked.states);
    }

    fn covers(&self, standpoint: &Standpoint, moves: &Moves) -> bool {
        let known = self.of_type.get(&standpoint.ty).map(Vec::as_slice).unwrap_or_default();
        known.iter().map(|known| &self.states[*known].standpoint).any(|known| match self.order {
            Order::Widest => {
                labels::is_subset(&known.labels, &standpoint.labels) && known.is_at_least(standpoint, moves)
            }
            _ => standpoint.is_as_good_as(known, moves),
        })
    }
}

fn common(a: &Placed, b: &Placed, moves: &mut Moves) -> Placed {
    let mut common = Placed::new();
    for (position, context) in a {
        for (_, other) in b.iter().filter(|(other, _)| other == position) {
            common.push((*position, moves.contexts.intersection(*context, *other)));
        }
    }
    common.sort();
    common.dedup();
    common
}
