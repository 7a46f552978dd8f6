//! Given events, when a command, then events or a refusal: how aggregates are tested.
//!
//! ```
//! # use hansa_event_sourcing::testing::given;
//! // given::<StockItem>([received(5)]).when(reserve(2)).then([reserved(2)]);
//! // given::<StockItem>([]).when(reserve(2)).then_refused(Refusal::OutOfStock);
//! ```

use crate::{Aggregate, folded};
use std::fmt::Debug;

/// What has happened before.
#[derive(Debug)]
pub struct Given<A>(A);

/// What was decided.
#[derive(Debug)]
pub struct Decided<A: Aggregate> {
    state: A,
    decision: Result<Vec<A::Event>, A::Refusal>,
}

pub fn given<A: Aggregate>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let events: Vec<A::Event> = events.into_iter().collect();
    Given(folded(&events))
}

impl<A: Aggregate> Given<A> {
    pub fn when(self, command: A::Command) -> Decided<A> {
        let decision = self.0.decide(command);
        Decided { state: self.0, decision }
    }

    pub fn state(self) -> A {
        self.0
    }
}

impl<A: Aggregate> Decided<A>
where
    A::Event: Debug + PartialEq,
    A::Refusal: Debug + PartialEq,
{
    /// Exactly these events; gives the state after them.
    ///
    /// # Panics
    /// Where other events, or a refusal, were decided.
    pub fn then(mut self, expected: impl IntoIterator<Item = A::Event>) -> A {
        let expected: Vec<A::Event> = expected.into_iter().collect();
        assert_eq!(self.decision, Ok(expected));
        for event in self.decision.iter().flatten() {
            self.state.evolve(event);
        }
        self.state
    }

    /// # Panics
    /// Where it was not refused, or for another reason.
    pub fn then_refused(self, expected: A::Refusal) {
        assert_eq!(self.decision, Err(expected));
    }
}
