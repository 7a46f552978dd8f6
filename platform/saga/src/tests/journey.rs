//! A process to test with: a seat, then a card, both of which can be given back; then a ticket, from which there is no way
//! back; then a mail.

use crate::{Answered, Kind, Ledger, Outcome, Phase, Process, Requested, Retry, Step, command_id, react};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Aggregate, EventContent, ReadEventError, StoredEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{convert::Infallible, fmt, time::Duration};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Journey {
    phase: Phase,
    ledger: Ledger,
    gives_up: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Detail;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Notice {
    GiveUp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Event {
    Begun,
    Requested(Requested),
    Answered(Answered),
    GivenUp,
    TurnedBack,
    Completed,
    Compensated,
}

pub(super) fn process_uuid() -> Uuid {
    Uuid::from_u128(1)
}

pub(super) fn request_of(event: &Event) -> Option<Requested> {
    match event {
        Event::Requested(requested) => Some(requested.clone()),
        _ => None,
    }
}

/// The first events, as `begun` and what follows from it.
pub(super) fn begun(at: DateTime<Utc>) -> Vec<Event> {
    let step = &Journey::default().route()[0];
    let id = command_id(process_uuid(), "seat", Kind::Do);
    let (step, kind, resend_at) = (step.name.clone(), Kind::Do, at + step.forth.wait(id, 1));
    let seat = Requested { command_id: id, step, kind, attempt: 1, resend_at, undoes: None };
    vec![Event::Begun, Event::Requested(seat)]
}

fn retry(attempts: Option<u32>) -> Retry {
    Retry { first: Duration::from_secs(2), factor: 2, longest: Duration::from_secs(60), attempts }
}

fn step(name: &str) -> Step {
    let attempts = matches!(name, "seat" | "card").then_some(3);
    Step::new(name, retry(attempts), retry(None))
}

impl Process for Journey {
    type Detail = Detail;
    type Notice = Notice;

    fn uuid(&self) -> Uuid {
        process_uuid()
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn phase(&self) -> Phase {
        self.phase
    }

    fn route(&self) -> Vec<Step> {
        ["seat", "card", "ticket", "mail"].map(step).to_vec()
    }

    fn undoing(&self) -> Vec<Step> {
        ["card", "seat"].map(step).to_vec()
    }

    fn request(&self, requested: Requested) -> Event {
        Event::Requested(requested)
    }

    fn answer(&self, answered: Answered, Detail: Detail) -> Event {
        Event::Answered(answered)
    }

    fn turns_back(&self) -> Option<Event> {
        let is_over = |step| matches!(self.ledger.outcome(step, Kind::Do), Some(Outcome::Refused | Outcome::TimedOut));
        let has_ticket = self.ledger.asked("ticket", Kind::Do).is_some();
        let turns = self.phase == Phase::Forward
            && !has_ticket
            && (self.gives_up || ["seat", "card"].iter().any(|step| is_over(step)));
        turns.then_some(Event::TurnedBack)
    }

    fn complete(&self) -> Event {
        Event::Completed
    }

    fn compensate(&self) -> Event {
        Event::Compensated
    }

    fn notice(&self, Notice::GiveUp: Notice, _at: DateTime<Utc>) -> Vec<Event> {
        vec![Event::GivenUp]
    }

    fn overdue(&self, _at: DateTime<Utc>) -> Vec<Event> {
        Vec::new()
    }

    fn alarms(&self) -> Vec<DateTime<Utc>> {
        Vec::new()
    }
}

impl Aggregate for Journey {
    const NAME: &'static str = "journey";
    const FOLD_VERSION: u32 = 1;

    type Event = Event;
    type Command = crate::Happening<Detail, Notice>;
    type Refusal = Infallible;

    fn decide(&self, command: Self::Command) -> Result<Vec<Event>, Infallible> {
        Ok(react(self, command))
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Begun => self.phase = Phase::Forward,
            Event::Requested(requested) => self.ledger.request(requested),
            Event::Answered(answered) => self.ledger.answer(answered),
            Event::GivenUp => self.gives_up = true,
            Event::TurnedBack => self.phase = Phase::Compensating,
            Event::Completed => self.phase = Phase::Completed,
            Event::Compensated => self.phase = Phase::Compensated,
        }
    }
}

impl EventContent for Event {
    fn event_type(&self) -> &'static str {
        "happened"
    }
}

impl StoredEvent for Event {
    fn read(event_type: &str, content: Value) -> Result<Event, ReadEventError> {
        serde_json::from_value(content).map_err(|error| ReadEventError::content(event_type, error))
    }
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Begun => formatter.write_str("begun"),
            Event::Requested(Requested { step, kind, attempt, .. }) => {
                write!(formatter, "{} {step} {attempt}", kind.as_str())
            }
            Event::Answered(Answered { step, kind: Kind::Undo, .. }) => write!(formatter, "{step} undone"),
            Event::Answered(Answered { step, outcome, .. }) => match outcome {
                Outcome::Done => write!(formatter, "{step} done"),
                Outcome::Refused => write!(formatter, "{step} refused"),
                Outcome::Unknown => write!(formatter, "{step} unknown"),
                Outcome::TimedOut => write!(formatter, "{step} timed out"),
            },
            Event::GivenUp => formatter.write_str("given up"),
            Event::TurnedBack => formatter.write_str("turned back"),
            Event::Completed => formatter.write_str("completed"),
            Event::Compensated => formatter.write_str("compensated"),
        }
    }
}
