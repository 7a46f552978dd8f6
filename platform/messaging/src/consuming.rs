//! What runs a consumer: one task that takes events of all lanes of all its sources, handles them, and moves its
//! checkpoints in the commits that have their effects.
//!
//! A lane is either level with the bus, and takes what comes live, or behind: then what comes live only says how far there
//! is to go, and the lane is read from the bus, or asked for from the owner of the log. Whatever goes wrong ends in a lane
//! that is behind.

mod applying;
mod effects;
mod lanes;
mod letters;
mod one_by_one;
mod reading;
mod relational;
mod retrying;
mod runner;

pub(crate) use effects::{
    Beginning, EffectFuture, Effects, KeepError, Move, Outlook, Step, StepError, Stream, guarded,
};
pub(crate) use letters::{find as find_letter, halted, listed, update as update_letter};
pub(crate) use relational::RelationalEffects;
pub(crate) use runner::ConsumerRunner;

use crate::{BusError, bus::BusMessage, bus::Place};

/// A message of one of the sources.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) source: &'static str,
    pub(crate) place: Place,
    pub(crate) message: BusMessage,
}

/// Why a consumer begins anew from what is committed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error(transparent)]
    Store(#[from] KeepError),
}
