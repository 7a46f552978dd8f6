//! An aggregate for the laws: a number that is added to until it is closed. Its first event has been written in three
//! versions; its fold in two.

use hansa_event_sourcing::{
    Actor, Aggregate, Cause, Clock, Command, EventContent, IdSource, IdempotencyKey, InputHash, ReadEventError,
    StoredEvent, Upcaster,
};
use hansa_relational::Migrations;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) static MIGRATIONS: Migrations = Migrations { sqlite: &[], postgres: &[] };

/// The fold `FOLD` of the same events. The second counts twice, to be told from the first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Tally<const FOLD: u32> {
    pub(crate) sum: i64,
    pub(crate) additions: i64,
    pub(crate) reasons: Vec<String>,
    pub(crate) is_closed: bool,
}

pub(crate) type First = Tally<1>;
pub(crate) type Second = Tally<2>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum TallyEvent {
    Added { amount: i64, reason: String },
    Closed {},
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum TallyCommand {
    /// So many times one.
    Add(i64),
    Close,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Refused {
    Closed,
    Negative,
}

impl EventContent for TallyEvent {
    fn event_type(&self) -> &'static str {
        match self {
            TallyEvent::Added { .. } => "added",
            TallyEvent::Closed {} => "closed",
        }
    }

    fn event_version(&self) -> u16 {
        match self {
            TallyEvent::Added { .. } => 3,
            TallyEvent::Closed {} => 1,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddedContent {
    amount: i64,
    reason: String,
}

impl StoredEvent for TallyEvent {
    fn read(event_type: &str, content: Value) -> Result<Self, ReadEventError> {
        match event_type {
            "added" => {
                let content: AddedContent =
                    serde_json::from_value(content).map_err(|error| ReadEventError::content(event_type, error))?;
                Ok(TallyEvent::Added { amount: content.amount, reason: content.reason })
            }
            "closed" => Ok(TallyEvent::Closed {}),
            _ => Err(ReadEventError::unknown(event_type)),
        }
    }
}

impl<const FOLD: u32> Aggregate for Tally<FOLD> {
    const NAME: &'static str = "tally";
    const FOLD_VERSION: u32 = FOLD;
    const UPCASTERS: &'static [Upcaster] = &[
        // First it was `n`, then `amount`, then `amount` with a reason.
        Upcaster { event_type: "added", from_version: 1, upcast: |content| json!({ "amount": content["n"] }) },
        Upcaster {
            event_type: "added",
            from_version: 2,
            upcast: |content| json!({ "amount": content["amount"], "reason": "not given" }),
        },
    ];

    type Event = TallyEvent;
    type Command = TallyCommand;
    type Refusal = Refused;

    fn decide(&self, command: TallyCommand) -> Result<Vec<TallyEvent>, Refused> {
        match command {
            _ if self.is_closed => Err(Refused::Closed),
            TallyCommand::Add(times) if times < 0 => Err(Refused::Negative),
            TallyCommand::Add(times) => Ok((0..times).map(|_| added(1)).collect()),
            TallyCommand::Close => Ok(vec![TallyEvent::Closed {}]),
        }
    }

    fn evolve(&mut self, event: &TallyEvent) {
        match event {
            TallyEvent::Added { amount, reason } => {
                self.sum += amount * i64::from(FOLD);
                self.additions += 1;
                if self.reasons.last() != Some(reason) {
                    self.reasons.push(reason.clone());
                }
            }
            TallyEvent::Closed {} => self.is_closed = true,
        }
    }
}

pub(crate) fn added(amount: i64) -> TallyEvent {
    TallyEvent::Added { amount, reason: "because".to_owned() }
}

pub(crate) fn command(key: Option<&str>) -> Command {
    let key = key.map(|key| IdempotencyKey::new(format!("key-of-at-least-16-{key}"), InputHash::of(&key)).unwrap());
    Command {
        operation: "tally",
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: key,
        cause: Cause::default(),
    }
}
