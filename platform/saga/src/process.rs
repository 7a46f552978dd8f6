//! What a process is, and what happens to it.

use crate::{Answered, Ledger, Outcome, Requested, Step};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::Aggregate;
use uuid::Uuid;

/// Where a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Phase {
    #[default]
    NotBegun,
    /// Asks for one step after the other.
    Forward,
    /// Takes back what was done, or may have been.
    Compensating,
    /// All steps are done.
    Completed,
    /// All that was done is undone.
    Compensated,
}

/// What happens to a process, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening<D, N> {
    pub at: DateTime<Utc>,
    pub what: What<D, N>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What<D, N> {
    /// A participant answers.
    Answer(Answer<D>),
    /// Anything else that the process wants to know: that it begins, that somebody wants it to end.
    Notice(N),
    /// Time has passed.
    Clock,
}

/// An answer to a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<D> {
    pub command_id: Uuid,
    pub outcome: Outcome,
    /// What the process keeps of it.
    pub detail: D,
}

/// An aggregate that gets things done by others. Its `decide` is [`crate::react`]; its events keep the ledger.
pub trait Process: Aggregate {
    /// What an answer tells beside its outcome.
    type Detail: Clone + Default + Send + Sync;
    type Notice: Clone + Send + Sync;

    /// The name space of the ids of its commands.
    fn uuid(&self) -> Uuid;

    fn ledger(&self) -> &Ledger;

    fn phase(&self) -> Phase;

    /// All steps from the first to the last, as far as is known now. A step may be added behind those that are done; it is
    /// asked for when all before it are done.
    fn route(&self) -> Vec<Step>;

    /// The steps that can be undone, in the order in which that happens: the reverse of the route.
    fn undoing(&self) -> Vec<Step>;

    /// Steps that were asked for and stand in neither list any more: their requests are sent again until somebody answers.
    fn beside(&self) -> Vec<Step> {
        Vec::new()
    }

    /// A step to ask for now that stands beside the route: nothing waits for it, and nothing fails with it.
    fn asks_beside(&self) -> Option<Step> {
        None
    }

    /// The event that is a request.
    fn request(&self, requested: Requested) -> Self::Event;

    /// The event that records an answer.
    fn answer(&self, answered: Answered, detail: Self::Detail) -> Self::Event;

    /// The event with which the process turns back, where it has to now. Asked before each step.
    fn turns_back(&self) -> Option<Self::Event>;

    fn complete(&self) -> Self::Event;

    fn compensate(&self) -> Self::Event;

    /// What a notice makes true before anything follows from it.
    fn notice(&self, notice: Self::Notice, at: DateTime<Utc>) -> Vec<Self::Event>;

    /// What has become true because it is so late: deadlines of the process itself.
    fn overdue(&self, at: DateTime<Utc>) -> Vec<Self::Event>;

    /// When [`Process::overdue`] has to be asked.
    fn alarms(&self) -> Vec<DateTime<Utc>>;
}
