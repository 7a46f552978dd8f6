//! The ledger of a process: what was asked of whom, and what was answered. It decides which answers still count.

use crate::Kind;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    Done,
    /// Not done, and it will not be.
    Refused,
    /// The participant does not know yet whether it is done; it will say so.
    Unknown,
    /// Nobody answered the last attempt: it may be done or not.
    TimedOut,
}

/// A request, as the event that is one tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Requested {
    pub command_id: Uuid,
    pub step: String,
    pub kind: Kind,
    /// 1 the first time.
    pub attempt: u32,
    /// When it is sent again if nobody has answered.
    pub resend_at: DateTime<Utc>,
    /// The command that an undo takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<Uuid>,
}

/// An answer that counts, as the event that records it tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    pub command_id: Uuid,
    pub step: String,
    pub kind: Kind,
    pub outcome: Outcome,
}

/// A command that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub command_id: Uuid,
    pub attempt: u32,
    pub resend_at: DateTime<Utc>,
}

/// All steps that were ever asked for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ledger(BTreeMap<String, Entry>);

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Entry {
    forth: Side,
    back: Side,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Side {
    asked: Option<Asked>,
    outcome: Option<Outcome>,
}

/// Writing: what events say.
impl Ledger {
    pub fn request(&mut self, requested: &Requested) {
        let side = self.side_mut(&requested.step, requested.kind);
        let Requested { command_id, attempt, resend_at, .. } = *requested;
        side.asked = Some(Asked { command_id, attempt, resend_at });
    }

    pub fn answer(&mut self, answered: &Answered) {
        self.side_mut(&answered.step, answered.kind).outcome = Some(answered.outcome);
    }

    /// Nothing that waits for an answer is sent again before this.
    pub fn postpone(&mut self, until: DateTime<Utc>) {
        for side in self.0.values_mut().flat_map(|entry| [&mut entry.forth, &mut entry.back]) {
            if let Some(asked) = side.asked.as_mut().filter(|_| side.outcome.is_none()) {
                asked.resend_at = asked.resend_at.max(until);
            }
        }
    }

    fn side_mut(&mut self, step: &str, kind: Kind) -> &mut Side {
        let entry = self.0.entry(step.to_owned()).or_default();
        match kind {
            Kind::Do => &mut entry.forth,
            Kind::Undo => &mut entry.back,
        }
    }
}

/// Reading.
impl Ledger {
    pub fn asked(&self, step: &str, kind: Kind) -> Option<&Asked> {
        self.side(step, kind)?.asked.as_ref()
    }

    pub fn outcome(&self, step: &str, kind: Kind) -> Option<Outcome> {
        self.side(step, kind)?.outcome
    }

    pub fn is_done(&self, step: &str) -> bool {
        self.outcome(step, Kind::Do) == Some(Outcome::Done)
    }

    /// Done, or perhaps done, and not yet undone. An undo that was refused is over too.
    pub fn needs_undo(&self, step: &str) -> bool {
        let Some(entry) = self.0.get(step) else { return false };
        let may_be_done = entry.forth.asked.is_some() && entry.forth.outcome != Some(Outcome::Refused);
        may_be_done && entry.back.outcome.is_none()
    }

    /// The step that a command belongs to.
    pub fn find(&self, command_id: Uuid) -> Option<(&str, Kind)> {
        let is_it = |side: &Side| side.asked.as_ref().is_some_and(|asked| asked.command_id == command_id);
        self.0.iter().find_map(|(step, entry)| match () {
            () if is_it(&entry.forth) => Some((step.as_str(), Kind::Do)),
            () if is_it(&entry.back) => Some((step.as_str(), Kind::Undo)),
            () => None,
        })
    }

    /// Whether an answer says anything new. Repeated, late and contradicting ones do not, with one exception: what was
    /// refused and is done nevertheless has to be undone.
    pub fn takes(&self, step: &str, kind: Kind, outcome: Outcome) -> bool {
        let Some(entry) = self.0.get(step) else { return false };
        match kind {
            Kind::Undo => {
                let is_final = matches!(outcome, Outcome::Done | Outcome::Refused);
                entry.back.asked.is_some() && entry.back.outcome.is_none() && is_final
            }
            // The undo settles it, whatever the first command did.
            Kind::Do if entry.back.asked.is_some() => false,
            Kind::Do if entry.forth.asked.is_none() => false,
            Kind::Do => match entry.forth.outcome {
                None => true,
                Some(Outcome::Unknown) => outcome != Outcome::Unknown,
                Some(Outcome::TimedOut) => matches!(outcome, Outcome::Done | Outcome::Refused),
                Some(Outcome::Refused) => outcome == Outcome::Done,
                Some(Outcome::Done) => false,
            },
        }
    }

    /// Commands that wait for their first answer, in the order of their steps' names.
    pub fn waiting(&self, kind: Kind) -> impl Iterator<Item = (&str, &Asked)> {
        self.0.iter().filter_map(move |(step, entry)| {
            let side = match kind {
                // An undo was asked for: nobody waits for the first command any more.
                Kind::Do if entry.back.asked.is_some() => return None,
                Kind::Do => &entry.forth,
                Kind::Undo => &entry.back,
            };
            let asked = side.asked.as_ref().filter(|_| side.outcome.is_none())?;
            Some((step.as_str(), asked))
        })
    }

    fn side(&self, step: &str, kind: Kind) -> Option<&Side> {
        let entry = self.0.get(step)?;
        Some(match kind {
            Kind::Do => &entry.forth,
            Kind::Undo => &entry.back,
        })
    }
}
