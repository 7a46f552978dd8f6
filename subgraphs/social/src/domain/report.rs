//! A report: somebody thinks that a thing should not be here. A moderator decides; until then each reporter has at most
//! one report open about a thing.

use super::{
    ids::{CommentId, PostId, ProfileId, ReportId, ReviewId},
    refusal::Refusal,
    removal::Removal,
    text::{self, Lines},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{AnyId, EntityKind, Id, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) const NOTE_CHARS_MAX: usize = 500;
pub(crate) const REASON_CHARS_MAX: usize = 500;
/// The slot of a report that nobody has decided; a decided one has its own id there instead.
const OPEN: &str = "open";

/// What is wrong, in the reporter's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReportReason {
    Spam,
    Harassment,
    Hate,
    Illegal,
    Misleading,
    Other,
}

/// What a moderator does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ModerationDecision {
    /// The content stays.
    Dismiss,
    /// The content goes; a profile loses its texts.
    Remove,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ReportState {
    Open,
    Dismissed,
    Removed,
}

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Subject {
    Post(PostId),
    Comment(CommentId),
    Review(ReviewId),
    Profile(ProfileId),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub id: ReportId,
    pub reporter: UserId,
    pub subject: Subject,
    /// The subject's id once more, to find reports by.
    pub content: String,
    pub content_author: UserId,
    pub reason: ReportReason,
    pub note: Option<String>,
    pub state: ReportState,
    /// Unique together with reporter and content.
    pub slot: String,
    pub decision_reason: Option<String>,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// Filed under `report`, decided under `moderation`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum ReportEvent {
    Filed { report: ReportId, subject: Subject, content_author: UserId, reason: ReportReason },
    Decided { report: ReportId, subject: Subject, content_author: UserId, decision: ModerationDecision },
}

impl EventContent for ReportEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ReportEvent::Filed { .. } => "filed",
            ReportEvent::Decided { .. } => "decided",
        }
    }
}

impl ReportState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ReportState::Open => "OPEN",
            ReportState::Dismissed => "DISMISSED",
            ReportState::Removed => "REMOVED",
        }
    }
}

impl Subject {
    /// `None`: an id of nothing that can be reported.
    pub(crate) fn parse(text: &str) -> Option<Subject> {
        let AnyId { prefix, uuid } = AnyId::parse(text)?;
        match prefix {
            _ if prefix == super::ids::PostKind::PREFIX => Some(Subject::Post(Id::from_uuid(uuid))),
            _ if prefix == super::ids::CommentKind::PREFIX => Some(Subject::Comment(Id::from_uuid(uuid))),
            _ if prefix == super::ids::ReviewKind::PREFIX => Some(Subject::Review(Id::from_uuid(uuid))),
            _ if prefix == super::ids::ProfileKind::PREFIX => Some(Subject::Profile(Id::from_uuid(uuid))),
            _ => None,
        }
    }

    pub(crate) fn id(self) -> String {
        match self {
            Subject::Post(id) => id.to_string(),
            Subject::Comment(id) => id.to_string(),
            Subject::Review(id) => id.to_string(),
            Subject::Profile(id) => id.to_string(),
        }
    }
}

/// Who reports what, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Complaint {
    pub reporter: UserId,
    pub subject: Subject,
    pub content_author: UserId,
    pub now: DateTime<Utc>,
}

/// A moderator's word, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    pub decision: ModerationDecision,
    pub reason: String,
    pub moderator: UserId,
    pub now: DateTime<Utc>,
}

impl Verdict {
    pub(crate) fn new(
        decision: ModerationDecision,
        reason: &str,
        (moderator, now): (UserId, DateTime<Utc>),
    ) -> Result<Verdict, Refusal> {
        let reason = text::checked("reason", reason, (REASON_CHARS_MAX, Lines::Many))?;
        Ok(Verdict { decision, reason, moderator, now })
    }
}

impl Report {
    pub(crate) fn file(
        id: ReportId,
        complaint: Complaint,
        reason: ReportReason,
        note: Option<&str>,
    ) -> Result<(Report, ReportEvent), Refusal> {
        let Complaint { reporter, subject, content_author, now } = complaint;
        if reporter == content_author {
            return Err(Refusal::OwnContent);
        }
        let report = Report {
            id,
            reporter,
            subject,
            content: subject.id(),
            content_author,
            reason,
            note: text::optional("note", note, (NOTE_CHARS_MAX, Lines::Many))?,
            state: ReportState::Open,
            slot: OPEN.to_owned(),
            decision_reason: None,
            decided_by: None,
            decided_at: None,
            created_at: now,
            version: 1,
        };
        Ok((report, ReportEvent::Filed { report: id, subject, content_author, reason }))
    }

    pub(crate) fn decide(mut self, verdict: &Verdict) -> Result<(Report, ReportEvent), Refusal> {
        if self.state != ReportState::Open {
            return Err(Refusal::AlreadyDecided);
        }
        self.state = match verdict.decision {
            ModerationDecision::Dismiss => ReportState::Dismissed,
            ModerationDecision::Remove => ReportState::Removed,
        };
        self.slot = self.id.to_string();
        self.decision_reason = Some(verdict.reason.clone());
        self.decided_by = Some(verdict.moderator);
        self.decided_at = Some(verdict.now);
        self.version += 1;
        let (report, subject, content_author) = (self.id, self.subject, self.content_author);
        Ok((self, ReportEvent::Decided { report, subject, content_author, decision: verdict.decision }))
    }

    /// What is to become of the content, if it was decided that it goes.
    pub(crate) fn removal(&self) -> Option<Removal> {
        let (reason, at) = (self.decision_reason.clone()?, self.decided_at?);
        (self.state == ReportState::Removed).then_some(Removal { reason, at })
    }
}
