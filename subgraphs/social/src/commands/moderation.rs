//! Reports, and what moderators do about them. A decision to remove writes two documents: the report first, so that of
//! two decisions one counts, then the content. Deciding about a report that says "removed" finishes what was broken off.

use super::{CommandError, Done, answered, author, id_of, part_of};
use crate::{
    ContentReportInput, ModerationDecideInput, Social,
    domain::{
        Action, Comment, Post, Profile, Report, ReportState, Review, Subject,
        ids::ReportId,
        refusal::Refusal,
        removal::Removal,
        report::{Complaint, Verdict},
    },
    social::Core,
    stores::event_of,
    viewer::Viewer,
};
use hansa_documents::{Begun, Filter, Find, StoreError};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Fault};
use hansa_values::UserId;

/// Other open reports about the same thing that one decision answers too.
const SAME_CONTENT_MAX: u32 = 100;

impl Social {
    /// # Errors
    /// `NOT_FOUND` for what the caller does not see, `OWN_CONTENT`, `TEXT_TOO_LONG`, `TEXT_NOT_PRINTABLE`,
    /// `REPORT_EXISTS`.
    pub async fn content_report(
        &self,
        caller: &Caller,
        command: &Command,
        input: ContentReportInput,
    ) -> Result<Done<ReportId>, CommandError> {
        let author = author(caller, command)?;
        let write = match self.core.stores.of::<Report>().begin::<ReportId>(command).await? {
            Begun::Replayed(id) => return Ok(Done::before(id)),
            Begun::Fresh(write) => write,
        };
        let not_found = || Refusal::NotFound { field: "contentId", what: "Content" };
        let subject = Subject::parse(&input.content_id).ok_or_else(not_found)?;
        let content_author = Viewer::new(&self.core, caller).author_of(subject).await?.ok_or_else(not_found)?;
        let complaint = Complaint { reporter: author.user, subject, content_author, now: command.now };
        let (report, event) = Report::file(command.ids.id(), complaint, input.reason, input.note.as_deref())?;
        self.core.own_profile(&author, command).await?;
        let events = vec![event_of(&report, &event)];
        match write.insert(&report, events, report.id).await {
            Err(StoreError::UniqueViolation { index }) if index == Report::ONE_OPEN_FOR_EACH_REPORTER => {
                Err(Refusal::ReportExists.into())
            }
            other => Ok(answered(other?)),
        }
    }

    /// Other open reports about the same thing are decided alike.
    ///
    /// # Errors
    /// `NOT_FOUND` (also for who is no moderator), `TEXT_BLANK`, `TEXT_TOO_LONG`, `TEXT_NOT_PRINTABLE`,
    /// `ALREADY_DECIDED`.
    pub async fn moderation_decide(
        &self,
        caller: &Caller,
        command: &Command,
        input: ModerationDecideInput,
    ) -> Result<Done<ReportId>, CommandError> {
        let moderator = caller.user.ok_or_else(Fault::unauthenticated)?;
        let not_found = || Refusal::NotFound { field: "reportId", what: "Report" };
        if !Viewer::new(&self.core, caller).may(Action::Moderate) {
            return Err(not_found().into());
        }
        let write = match self.core.stores.of::<Report>().begin::<ReportId>(command).await? {
            Begun::Replayed(id) => {
                self.core.finish_removal(command, id).await?;
                return Ok(Done::before(id));
            }
            Begun::Fresh(write) => write,
        };
        let id: ReportId = id_of("reportId", &input.report_id)?;
        let verdict = Verdict::new(input.decision, &input.reason, (moderator, command.now))?;
        let decide = |found: Option<Report>| found.ok_or_else(not_found)?.decide(&verdict).map(Some);
        let decided = self.core.change_begun((command, write), (&id.to_string(), id), decide).await;
        if !matches!(decided, Ok(_) | Err(CommandError::Refused(Refusal::AlreadyDecided))) {
            return decided;
        }
        let report = self.core.finish_removal(command, id).await?;
        if let (Ok(Done { replayed: false, .. }), Some(report)) = (&decided, report) {
            self.core.decide_alike(command, &report, &verdict).await?;
        }
        decided
    }
}

impl Core {
    /// Removes what a report says is removed, where that is still to be done.
    async fn finish_removal(&self, command: &Command, id: ReportId) -> Result<Option<Report>, CommandError> {
        let report = self.stores.get::<Report>(&id.to_string()).await?;
        if let Some((report, removal)) = report.as_ref().and_then(|report| Some((report, report.removal()?))) {
            self.remove_content(command, report.subject, &removal).await?;
        }
        Ok(report)
    }

    async fn remove_content(&self, command: &Command, subject: Subject, removal: &Removal) -> Result<(), CommandError> {
        let (part, id) = (part_of(command), subject.id());
        let removal = || removal.clone();
        match subject {
            Subject::Post(_) => {
                let decide = |found: Option<Post>| Ok(found.and_then(|post| post.remove_by_moderator(removal())));
                self.change(&part, (&id, ()), decide).await?
            }
            Subject::Comment(_) => {
                let decide = |found: Option<Comment>| Ok(found.and_then(|one| one.remove_by_moderator(removal())));
                self.change(&part, (&id, ()), decide).await?
            }
            Subject::Review(_) => {
                let decide = |found: Option<Review>| Ok(found.and_then(|one| one.remove_by_moderator(removal())));
                self.change(&part, (&id, ()), decide).await?
            }
            Subject::Profile(_) => {
                let decide = |found: Option<Profile>| Ok(found.and_then(|one| one.clear(&removal())));
                self.change(&part, (&id, ()), decide).await?
            }
        };
        Ok(())
    }

    /// What is left over here stays in the queue, and can be decided on its own.
    async fn decide_alike(&self, command: &Command, report: &Report, verdict: &Verdict) -> Result<(), CommandError> {
        let same =
            Filter::and([Filter::eq("content", &report.content), Filter::eq("state", ReportState::Open.as_str())]);
        let part = part_of(command);
        for other in self.stores.find::<Report>(&Find::new(same, SAME_CONTENT_MAX)).await? {
            let decide = |found: Option<Report>| match found {
                Some(found) if found.state == ReportState::Open => found.decide(verdict).map(Some),
                _ => Ok(None),
            };
            self.change(&part, (&other.id.to_string(), ()), decide).await?;
        }
        Ok(())
    }
}

impl Viewer<'_> {
    /// Who wrote what the caller sees.
    async fn author_of(self, subject: Subject) -> Result<Option<UserId>, StoreError> {
        Ok(match subject {
            Subject::Post(id) => self.posts(&[id]).await?.get(&id).map(|post| post.author),
            Subject::Comment(id) => self.comments(&[id]).await?.get(&id).map(|comment| comment.author),
            Subject::Review(id) => self.reviews(&[id]).await?.get(&id).map(|review| review.author),
            Subject::Profile(id) => self.profiles(&[id]).await?.get(&id).map(|profile| profile.user),
        })
    }
}
