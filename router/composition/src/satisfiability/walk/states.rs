//! The states of a walk: those to be looked at, and those that make others needless.
//!
//! A state that has at least the positions of an earlier one, under at least its labels, can do whatever that can.

use super::{Placed, Step};
use crate::satisfiability::{
    labels::{self, Labels},
    moves::{Moves, Standing},
};
use hansa_federation::{TypeId, TypeKind};
use hashbrown::HashMap;
use std::{cmp::Reverse, collections::BinaryHeap};

/// A type of the API schema and where its objects may be.
#[derive(Debug, Clone)]
pub(in crate::satisfiability) struct Standpoint {
    pub(in crate::satisfiability) ty: TypeId,
    pub(in crate::satisfiability) starts: Placed,
    /// All that can be reached from there, by position. For interfaces and unions the starts only: no field is asked of
    /// them, and what their object types are is asked where they are.
    pub(in crate::satisfiability) standings: Vec<Standing>,
    pub(in crate::satisfiability) labels: Labels,
    /// Different positions among the standings.
    size: usize,
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
    /// States of one type, needless ones included.
    of_type_max: usize,
    numbers: HashMap<TypeId, usize>,
    states: Vec<State>,
    /// Of each type, the states that have to be compared with.
    of_type: HashMap<TypeId, Vec<usize>>,
    pending: BinaryHeap<Reverse<(usize, usize)>>,
    is_cut: bool,
}

impl Standpoint {
    pub(super) fn new(moves: &mut Moves, ty: TypeId, starts: Placed, labels: Labels) -> Self {
        let is_object = moves.supergraph().ty(ty).kind == TypeKind::Object;
        let mut standings = match is_object {
            true => moves.standings(ty, &starts),
            false => starts.iter().map(|(position, context)| Standing::at(*position, *context)).collect(),
        };
        standings.sort_by_key(|standing| standing.position);
        let size = distinct_positions(&standings);
        Standpoint { ty, starts, standings, labels, size }
    }

    /// Whether whatever can be had from `worse` can be had from here.
    fn is_as_good_as(&self, worse: &Standpoint, moves: &Moves) -> bool {
        labels::is_subset(&worse.labels, &self.labels) && self.is_at_least(worse, moves)
    }

    /// Whether the positions are at least those of another.
    fn is_at_least(&self, less: &Standpoint, moves: &Moves) -> bool {
        if less.size > self.size {
            return false;
        }
        let mut own = self.standings.as_slice();
        less.standings.iter().all(|wanted| {
            while own.first().is_some_and(|known| known.position < wanted.position) {
                own = &own[1..];
            }
            let mut same = own.iter().take_while(|known| known.position == wanted.position);
            same.any(|known| {
                known.can_return >= wanted.can_return
                    && moves.contexts.is_subset(wanted.context, known.context)
                    && moves.contexts.is_subset(wanted.context_below, known.context_below)
            })
        })
    }

    /// What both have.
    fn common(&self, other: &Standpoint, moves: &mut Moves) -> Standpoint {
        let mut standings: Vec<Standing> = Vec::new();
        for own in &self.standings {
            for other in other.standings.iter().filter(|other| other.position == own.position) {
                let context = moves.contexts.intersection(own.context, other.context);
                let context_below = moves.contexts.intersection(own.context_below, other.context_below);
                let can_return = own.can_return && other.can_return;
                let standing = Standing { position: own.position, can_return, context, context_below };
                if !standings.contains(&standing) {
                    standings.push(standing);
                }
            }
        }
        let starts = standings.iter().map(|standing| (standing.position, standing.context)).collect();
        let size = distinct_positions(&standings);
        Standpoint { ty: self.ty, starts, standings, labels: Labels::new(), size }
    }
}

fn distinct_positions(standings: &[Standing]) -> usize {
    standings.chunk_by(|a, b| a.position == b.position).count()
}

impl States {
    pub(super) fn new(order: Order, (states_max, of_type_max): (usize, usize)) -> Self {
        States { order, states_max, of_type_max, ..States::default() }
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
        let index = self.states.len();
        let known = self.of_type.entry(standpoint.ty).or_default();
        let number = self.numbers.entry(standpoint.ty).or_default();
        if index >= self.states_max || *number >= self.of_type_max {
            self.is_cut = true;
            return;
        }
        *number += 1;
        // What is no worse than the new one need not be compared with any more.
        if self.order != Order::Widest {
            known.retain(|known| !self.states[*known].standpoint.is_as_good_as(&standpoint, moves));
        }
        known.push(index);
        let rank = match self.order {
            Order::BreadthFirst | Order::Widest => 0,
            _ => standpoint.standings.len(),
        };
        self.pending.push(Reverse((rank, index)));
        self.states.push(State { standpoint, parent, step });
    }

    fn merge(&mut self, parent: Option<usize>, step: Step, standpoint: Standpoint, moves: &mut Moves) {
        let standpoint = Standpoint { labels: Labels::new(), ..standpoint };
        let index = self.states.len();
        match self.of_type.get(&standpoint.ty).and_then(|known| known.first()).copied() {
            Some(known) => {
                let common = self.states[known].standpoint.common(&standpoint, moves);
                if common.standings != self.states[known].standpoint.standings {
                    self.states[known].standpoint = common;
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
        loop {
            let Reverse((_, state)) = self.pending.pop()?;
            match self.order {
                Order::BreadthFirst if self.is_cut => return None,
                // A state that was found to be needless meanwhile.
                Order::FewestFirst if !self.of_type[&self.states[state].standpoint.ty].contains(&state) => {}
                _ => return Some(state),
            }
        }
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
