//! The reservation of an order: what was asked for once, and what became of it. Its id is that of the request that asked,
//! so a repetition meets the answer, and an undo that comes first leaves a mark that the late request meets.

use super::{
    ReservationId,
    reservation_event::{
        CommitRefusal, CommitRefused, Ended, Extended, ExtensionRefusal, ExtensionRefused, Made, RefusalReason,
        Refused, RefusedLine, ReservationEvent, ReservedLine,
    },
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::Aggregate;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use uuid::Uuid;

/// How often a hold is made longer.
const EXTENSIONS_MAX: usize = 2;

/// Where a reservation stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    /// Nobody has asked for it yet.
    #[default]
    New,
    Held,
    Refused,
    Released,
    Expired,
    Committed,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    standing: Standing,
    made: Option<Made>,
    refused: Option<Refused>,
    released: Option<Ended>,
    /// How often it was made longer, and when it ends by itself now.
    extensions: Vec<Extended>,
}

/// A request of an order's saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) reservation: ReservationId,
    pub(crate) order: String,
    pub(crate) command: Uuid,
}

/// Given the state, all commands have an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReservationCommand {
    Make { asked: Asked, lines: Vec<ReservedLine>, expires_at: DateTime<Utc> },
    Refuse { asked: Asked, reason: RefusalReason, lines: Vec<RefusedLine> },
    Release { asked: Asked },
    Expire,
    Commit { asked: Asked },
    Extend { asked: Asked, until: DateTime<Utc> },
}

impl Reservation {
    pub(crate) fn standing(&self) -> &Standing {
        &self.standing
    }

    pub(crate) fn made(&self) -> Option<&Made> {
        self.made.as_ref()
    }

    /// What is held or sold by it.
    pub(crate) fn lines(&self) -> &[ReservedLine] {
        match (&self.standing, &self.made) {
            (Standing::Held | Standing::Committed, Some(made)) => &made.lines,
            _ => &[],
        }
    }

    /// The answer that a request for it was given already; `None` where it is still to be decided.
    pub(crate) fn answer(&self, asked: &Asked) -> Option<ReservationEvent> {
        let made = self.made.clone();
        match self.standing {
            Standing::New => None,
            Standing::Held | Standing::Committed => made.map(ReservationEvent::Made),
            Standing::Expired => made.map(|made| ReservationEvent::Expired(ended(&made))),
            Standing::Refused => self.refused.clone().map(ReservationEvent::Refused),
            Standing::Released => Some(refused(asked.clone(), RefusalReason::Undone, Vec::new())),
        }
    }

    /// Gives back what is held or sold; a repetition names the same lines again.
    fn release(&self, asked: Asked) -> ReservationEvent {
        let lines = self.released.as_ref().map_or(self.lines(), |released| released.lines.as_slice());
        ReservationEvent::Released(Ended {
            order_id: asked.order,
            command_id: asked.command,
            reservation_id: asked.reservation,
            lines: lines.to_vec(),
        })
    }

    fn commit(&self, asked: Asked) -> ReservationEvent {
        let reason = match self.standing {
            Standing::Held | Standing::Committed => {
                return ReservationEvent::Committed(Ended {
                    order_id: asked.order,
                    command_id: asked.command,
                    reservation_id: asked.reservation,
                    lines: self.lines().to_vec(),
                });
            }
            Standing::Expired => CommitRefusal::Expired,
            Standing::Released => CommitRefusal::Released,
            Standing::New | Standing::Refused => CommitRefusal::Unknown,
        };
        let (order_id, command_id) = (asked.order, asked.command);
        ReservationEvent::CommitRefused(CommitRefused { order_id, command_id, reason })
    }
}

impl Reservation {
    /// When the hold ends by itself; `None` where nothing is held.
    pub(crate) fn expires_at(&self) -> Option<DateTime<Utc>> {
        let made = self.made.as_ref().filter(|_| self.standing == Standing::Held)?;
        Some(self.extensions.last().map_or(made.expires_at, |extended| extended.expires_at))
    }

    fn extend(&self, asked: Asked, until: DateTime<Utc>) -> ReservationEvent {
        if let Some(again) = self.extensions.iter().find(|extended| extended.command_id == asked.command) {
            return ReservationEvent::Extended(again.clone());
        }
        let (order_id, command_id, reservation_id) = (asked.order, asked.command, asked.reservation);
        let reason = match (&self.standing, self.expires_at()) {
            (Standing::Held, Some(_)) if self.extensions.len() >= EXTENSIONS_MAX => ExtensionRefusal::TooOften,
            (Standing::Held, Some(now)) => {
                let expires_at = now.max(until);
                return ReservationEvent::Extended(Extended { order_id, command_id, reservation_id, expires_at });
            }
            (Standing::Expired, _) => ExtensionRefusal::Expired,
            (Standing::Released, _) => ExtensionRefusal::Released,
            (Standing::Committed, _) => ExtensionRefusal::Committed,
            (Standing::New | Standing::Refused | Standing::Held, _) => ExtensionRefusal::Unknown,
        };
        ReservationEvent::ExtensionRefused(ExtensionRefused { order_id, command_id, reason })
    }
}

impl Aggregate for Reservation {
    const NAME: &'static str = "reservation";
    const FOLD_VERSION: u32 = 2;

    type Event = ReservationEvent;
    type Command = ReservationCommand;
    type Refusal = Infallible;

    fn decide(&self, command: ReservationCommand) -> Result<Vec<ReservationEvent>, Infallible> {
        let event = match command {
            ReservationCommand::Make { asked, lines, expires_at } => {
                let again = self.answer(&asked);
                let made = Made {
                    order_id: asked.order,
                    command_id: asked.command,
                    reservation_id: asked.reservation,
                    lines,
                    expires_at,
                };
                again.unwrap_or(ReservationEvent::Made(made))
            }
            ReservationCommand::Refuse { asked, reason, lines } => {
                self.answer(&asked).unwrap_or_else(|| refused(asked, reason, lines))
            }
            ReservationCommand::Release { asked } => self.release(asked),
            ReservationCommand::Commit { asked } => self.commit(asked),
            ReservationCommand::Extend { asked, until } => self.extend(asked, until),
            ReservationCommand::Expire => match (&self.standing, &self.made) {
                (Standing::Held, Some(made)) => ReservationEvent::Expired(ended(made)),
                _ => return Ok(Vec::new()),
            },
        };
        Ok(vec![event])
    }

    fn evolve(&mut self, event: &ReservationEvent) {
        match (event, &self.standing) {
            (ReservationEvent::Made(made), Standing::New) => {
                self.made = Some(made.clone());
                self.standing = Standing::Held;
            }
            (ReservationEvent::Refused(refused), Standing::New) => {
                self.refused = Some(refused.clone());
                self.standing = Standing::Refused;
            }
            (ReservationEvent::Released(released), _) => {
                self.released = Some(released.clone());
                self.standing = Standing::Released;
            }
            (ReservationEvent::Extended(extended), Standing::Held)
                if self.extensions.iter().all(|known| known.command_id != extended.command_id) =>
            {
                self.extensions.push(extended.clone());
            }
            (ReservationEvent::Expired(_), Standing::Held) => self.standing = Standing::Expired,
            (ReservationEvent::Committed(_), Standing::Held) => self.standing = Standing::Committed,
            // Answers that were given again, and commits that were refused.
            (_, _) => {}
        }
    }
}

fn refused(asked: Asked, reason: RefusalReason, lines: Vec<RefusedLine>) -> ReservationEvent {
    ReservationEvent::Refused(Refused { order_id: asked.order, command_id: asked.command, reason, lines })
}

fn ended(made: &Made) -> Ended {
    Ended {
        order_id: made.order_id.clone(),
        command_id: made.command_id,
        reservation_id: made.reservation_id,
        lines: made.lines.clone(),
    }
}
