//! Long-running processes over several contexts: steps that are done, and undone in reverse when one of them fails.
//!
//! A process is an aggregate whose state is its events. What happens to it is an answer of a participant, a notice, or the
//! time: [`react`] says what follows, and is pure. [`Processes`] runs it: it hears answers, keeps one timer for each process,
//! and commits what follows together with the checkpoint, or the timer, that it follows from.

mod ledger;
mod process;
mod reaction;
mod runner;
mod step;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use ledger::{Answered, Asked, Ledger, Outcome, Requested};
pub use process::{Answer, Happening, Phase, Process, What};
pub use reaction::{react, wake_at};
pub use runner::{Correlated, Host, NoticeFuture, ProcessError, ProcessTimers, Processes};
pub use step::{Kind, Retry, Step, command_id};
