//! Top-level mutation fields that several subgraphs resolve: only one of them is called, so one of them alone has to
//! lead to everything below.

use super::{Found, Placed, Standpoint, States, Step, Walk};
use crate::satisfiability::moves::Moves;
use hansa_federation::SubgraphId;

/// Whether the positions below a field are in more than one subgraph.
pub(super) fn is_shared(moves: &Moves, below: &Standpoint) -> bool {
    by_subgraph(moves, below).len() > 1
}

impl Walk<'_> {
    pub(super) fn check_shared_mutations(
        &mut self,
        shared: Vec<(Vec<Step>, Standpoint)>,
        proven: &mut States,
        found: &mut Found,
    ) {
        for (steps, below) in shared {
            let mut failures = Vec::new();
            let mut is_answered = false;
            for (_, positions) in by_subgraph(&self.moves, &below) {
                let start = Standpoint::new(&mut self.moves, below.ty, positions, below.labels.clone());
                let alone = self.explore_or_hurry(vec![(Step::Start, start)], proven);
                if alone.failures.is_empty() {
                    is_answered = true;
                    break;
                }
                failures.extend(alone.failures);
            }
            let shortest = failures.into_iter().min_by_key(|failure| failure.steps.len());
            if let (false, Some(mut failure)) = (is_answered, shortest) {
                let below = failure.steps.into_iter().filter(|step| *step != Step::Start);
                failure.steps = steps.iter().cloned().chain(below).collect();
                failure.is_below_shared_mutation = true;
                found.failures.push(failure);
            }
        }
    }
}

fn by_subgraph(moves: &Moves, below: &Standpoint) -> Vec<(SubgraphId, Placed)> {
    let mut parts: Vec<(SubgraphId, Placed)> = Vec::new();
    for placed in &below.starts {
        let subgraph = moves.positions.get(placed.0).subgraph;
        match parts.iter_mut().find(|(known, _)| *known == subgraph) {
            Some((_, part)) => part.push(*placed),
            None => parts.push((subgraph, vec![*placed])),
        }
    }
    parts.sort_by_key(|(subgraph, _)| *subgraph);
    parts
}
