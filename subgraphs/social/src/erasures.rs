//! What is heard of identity: `user.erased`. The profile becomes an empty one that stands for nobody, at once; whatever else
//! the user left goes in steps of bounded size. Each step is the handling of a `profile.erased` of our own, and says so again
//! when there may be more: so that somebody with a hundred thousand followers keeps nobody else waiting.

use crate::{
    domain::{Comment, Post, Profile, Reaction, Relationship, Report, Review},
    social::Core,
    stores::{Kept, event_of},
};
use hansa_documents::{Begun, Filter, Find, StoreError};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_messaging::{DocumentConsumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_values::UserId;
use serde::Deserialize;
use std::sync::Arc;

pub(crate) const NAME: &str = "erasures";

pub(crate) const LISTENING: &[Listening] = &[
    Listening { context: "identity", aggregate: "user", events: &[("erased", 1)] },
    Listening { context: "social", aggregate: "profile", events: &[("erased", 1)] },
];

/// So many things of each kind go in one step.
const AT_ONCE: u32 = 50;

/// The consumer.
#[derive(Debug)]
pub(crate) struct Erasures(pub(crate) Arc<Core>);

/// Of identity.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserErased {
    user_id: UserId,
}

/// Of our own.
#[derive(Debug, Deserialize)]
pub(crate) struct ProfileErased {
    user: UserId,
}

impl DocumentConsumer for Erasures {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, command: &'a Command, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            if event.source == crate::NAME {
                let ProfileErased { user } = event.content()?;
                self.0.erase_some(command, user).await.map_err(passing)
            } else {
                let UserErased { user_id } = event.content()?;
                self.0.erase_profile(command, user_id).await.map_err(passing)
            }
        })
    }
}

fn passing(error: StoreError) -> HandleError {
    HandleError::Retry(error.into())
}

impl Core {
    /// The first step. Also of a user who has never written anything: until their tokens have expired, they could.
    pub(crate) async fn erase_profile(&self, command: &Command, user: UserId) -> Result<(), StoreError> {
        let profiles = self.stores.of::<Profile>();
        let Begun::Fresh(write) = profiles.begin::<()>(command).await? else { return Ok(()) };
        let id = Profile::id_of(user).to_string();
        let (known, profile) = match profiles.get(&id).await? {
            // The event came again, after its key was forgotten.
            Some(known) if known.erased_at.is_some() => return Ok(()),
            Some(known) => (Some(known.version), known),
            None => (None, Profile::none(user, command.now)),
        };
        let (profile, event) = profile.erase(command.now);
        let events = vec![event_of(&profile, &event)];
        match known {
            Some(version) => write.replace(&profile, version, events, ()).await,
            None => write.insert(&profile, events, ()).await,
        }
        .map(drop)
    }

    /// Another step, and the wish for one more if there was something to do.
    async fn erase_some(&self, command: &Command, user: UserId) -> Result<(), StoreError> {
        let profiles = self.stores.of::<Profile>();
        let Begun::Fresh(write) = profiles.begin::<()>(command).await? else { return Ok(()) };
        let id = Profile::id_of(user).to_string();
        let Some(profile) = profiles.get(&id).await?.filter(|profile| profile.erased_at.is_some()) else {
            return Ok(());
        };
        if !self.remove_some(command, user).await? {
            self.stores.documents().shred().await?;
            return write.keep(&id, ()).await.map(drop);
        }
        let version = profile.version;
        let (profile, event) = profile.erase(command.now);
        write.replace(&profile, version, vec![event_of(&profile, &event)], ()).await.map(drop)
    }

    /// Gives whether there was anything.
    async fn remove_some(&self, command: &Command, user: UserId) -> Result<bool, StoreError> {
        let now = command.now;
        let unrelated = |one: &Relationship| one.clone().unfollow(now).or_else(|| one.clone().unblock(now));
        let mut removed = 0;
        removed += self.remove(command, ("from", user), unrelated).await?;
        removed += self.remove(command, ("to", user), unrelated).await?;
        removed += self.remove(command, ("user", user), |one: &Reaction| one.clone().set(None, now)).await?;
        removed += self.remove(command, ("author", user), |one: &Comment| one.clone().remove_by_author()).await?;
        removed += self.remove(command, ("author", user), |one: &Review| one.clone().remove_by_author()).await?;
        removed += self.remove(command, ("author", user), |one: &Post| one.clone().remove_by_author()).await?;
        removed += self.silence_reports(command, user).await?;
        Ok(removed > 0)
    }

    /// Deletes documents; `last` is what they would tell others if it were somebody's wish.
    async fn remove<D: Kept>(
        &self,
        command: &Command,
        (field, user): (&'static str, UserId),
        last: impl Fn(&D) -> Option<(D, D::Event)>,
    ) -> Result<usize, StoreError> {
        let find = Find::new(Filter::eq(field, user.to_string()), AT_ONCE);
        let found = self.stores.find::<D>(&find).await?;
        for document in &found {
            let events: Vec<DomainEvent> =
                last(document).iter().map(|(document, event)| event_of(document, event)).collect();
            let Begun::Fresh(write) = self.stores.of::<D>().begin::<()>(&keyless(command)).await? else { continue };
            not_outrun(write.delete(&document.id(), document.version(), events, ()).await.map(drop))?;
        }
        Ok(found.len())
    }

    /// Reports stay, since they are about others; what the user wrote in them does not.
    async fn silence_reports(&self, command: &Command, user: UserId) -> Result<usize, StoreError> {
        let noted = [Filter::eq("reporter", user.to_string()), Filter::not(Filter::is_null("note"))];
        let found = self.stores.find::<Report>(&Find::new(Filter::and(noted), AT_ONCE)).await?;
        for report in &found {
            let silent = Report { note: None, version: report.version + 1, ..report.clone() };
            let Begun::Fresh(write) = self.stores.of::<Report>().begin::<()>(&keyless(command)).await? else {
                continue;
            };
            not_outrun(write.replace(&silent, report.version, Vec::new(), ()).await.map(drop))?;
        }
        Ok(found.len())
    }
}

/// Somebody else wrote in between: the next step finds it again.
fn not_outrun(written: Result<(), StoreError>) -> Result<(), StoreError> {
    match written {
        Err(error) if error.is_conflict() => Ok(()),
        other => other,
    }
}

fn keyless(command: &Command) -> Command {
    Command { idempotency_key: None, ..command.clone() }
}
