//! Makes a failing world and operation smaller while they keep failing in the same way. Greedy, with a bounded number
//! of tries.

mod operation_cuts;
mod world_cuts;

use crate::{
    counters::Counters,
    operation::Operation,
    random::Random,
    trial::{Difference, Stage},
    world::World,
};

const TRIES_MAX: usize = 1500;

#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub world: World,
    pub operation: Operation,
    pub difference: Difference,
}

struct Shrinker {
    failure: Failure,
    /// Answers come in this order, so that failures repeat.
    random: Random,
    counters: Counters,
    tries_left: usize,
}

pub(crate) fn shrink(failure: Failure, random: Random) -> Failure {
    let mut shrinker = Shrinker { failure, random, counters: Counters::default(), tries_left: TRIES_MAX };
    loop {
        let is_smaller = shrinker.cut_operation() | shrinker.cut_world();
        if !is_smaller || shrinker.tries_left == 0 {
            return shrinker.failure;
        }
    }
}

impl Shrinker {
    fn cut_operation(&mut self) -> bool {
        let world = self.failure.world.clone();
        let Ok(stage) = Stage::new(&world, &Counters::default()) else { return false };
        let mut is_smaller = false;
        let mut position = 0;
        loop {
            let Some(candidates) = operation_cuts::cuts_at(&self.failure.operation, position) else { break };
            let found = candidates.into_iter().find_map(|operation| {
                let difference = self.still_fails(&stage, &operation)?;
                Some((operation, difference))
            });
            match found {
                Some((operation, difference)) => {
                    self.failure.operation = operation;
                    self.failure.difference = difference;
                    is_smaller = true;
                }
                None => position += 1,
            }
        }
        is_smaller
    }

    fn cut_world(&mut self) -> bool {
        let mut is_smaller = false;
        let mut position = 0;
        while let Some(cut) = world_cuts::cut_at(&self.failure.world, position) {
            let kept = cut.and_then(|world| {
                let stage = Stage::new(&world, &Counters::default()).ok()?;
                let difference = self.still_fails(&stage, &self.failure.operation.clone())?;
                drop(stage);
                Some((world, difference))
            });
            match kept {
                Some((world, difference)) => {
                    self.failure.world = world;
                    self.failure.difference = difference;
                    is_smaller = true;
                }
                None => position += 1,
            }
            if self.tries_left == 0 {
                break;
            }
        }
        is_smaller
    }

    fn still_fails(&mut self, stage: &Stage<'_>, operation: &Operation) -> Option<Difference> {
        self.tries_left = self.tries_left.checked_sub(1)?;
        let difference = stage.run(operation, self.random.clone(), &self.counters)?.err()?;
        (difference.kind == self.failure.difference.kind).then_some(*difference)
    }
}
