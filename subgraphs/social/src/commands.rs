//! One public method of [`Social`](crate::Social) for each command. All go the same way: begin (a repetition gets the first
//! one's answer), read, decide, and one write that carries document, events and answer.

mod comments;
mod moderation;
mod posts;
mod profiles;
mod reactions;
mod relationships;
mod reviews;

use crate::{
    domain::{Author, refusal::Refusal},
    social::Core,
    stores::{Kept, event_of},
};
use async_graphql::ID;
use hansa_documents::{Answer, Begun, Write};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Done, ErrorCode, Fault};
use hansa_values::{EntityKind, Id, UserId};
use serde::{Serialize, de::DeserializeOwned};

/// How often a command decides anew because somebody else wrote in between.
const ATTEMPTS: usize = 5;

/// A command of this context that was not done.
pub type CommandError = hansa_subgraph_host::CommandError<Refusal>;

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        CommandError::Refused(refusal)
    }
}

/// What the write of a command gave.
fn answered<T>(answer: Answer<T>) -> Done<T> {
    Done { value: answer.payload, replayed: answer.is_replayed }
}

/// The user who writes. What is written keeps the username, so there must be one.
fn author(caller: &Caller, command: &Command) -> Result<Author, Fault> {
    let user = caller.user.ok_or_else(Fault::unauthenticated)?;
    let no_name = || Fault::new(ErrorCode::Forbidden, "who writes here needs a token that says their username");
    let username = caller.username.clone().ok_or_else(no_name)?;
    Ok(Author { user, username, now: command.now })
}

/// A malformed id, or one of another type, is an id of nothing.
fn id_of<K: EntityKind>(field: &'static str, id: &ID) -> Result<Id<K>, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound { field, what: K::TYPE_NAME })
}

fn user_of(id: &ID) -> Result<UserId, Refusal> {
    id_of("userId", id)
}

/// The same command once more, as part of another: it has no key of its own.
fn part_of(command: &Command) -> Command {
    Command { idempotency_key: None, ..command.clone() }
}

impl Core {
    /// Changes the document with this id, which need not be there. `decide` is asked again when somebody else was faster;
    /// `None` of it: all is as wanted, and only the answer is kept.
    async fn change<D: Kept, P: Serialize + DeserializeOwned + Clone + Send>(
        &self,
        command: &Command,
        wanted: (&str, P),
        decide: impl Fn(Option<D>) -> Result<Option<(D, D::Event)>, Refusal> + Send + Sync,
    ) -> Result<Done<P>, CommandError> {
        match self.stores.of::<D>().begin::<P>(command).await? {
            Begun::Replayed(payload) => Ok(Done::before(payload)),
            Begun::Fresh(write) => self.change_begun((command, write), wanted, decide).await,
        }
    }

    /// As [`Core::change`], of a command that has begun: because it reads something else before it decides.
    async fn change_begun<D: Kept, P: Serialize + DeserializeOwned + Clone + Send>(
        &self,
        (command, mut write): (&Command, Write<D, P>),
        (id, payload): (&str, P),
        decide: impl Fn(Option<D>) -> Result<Option<(D, D::Event)>, Refusal> + Send + Sync,
    ) -> Result<Done<P>, CommandError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let found = self.stores.get::<D>(id).await?;
            let version = found.as_ref().map(D::version);
            let Some((document, event)) = decide(found)? else { return Ok(answered(write.keep(id, payload).await?)) };
            let events = vec![event_of(&document, &event)];
            let written = match version {
                None => write.insert(&document, events, payload.clone()).await,
                Some(version) => write.replace(&document, version, events, payload.clone()).await,
            };
            match written {
                Err(error) if error.is_conflict() && attempts < ATTEMPTS => {}
                other => return Ok(answered(other?)),
            }
            write = match self.stores.of::<D>().begin::<P>(command).await? {
                Begun::Replayed(payload) => return Ok(Done::before(payload)),
                Begun::Fresh(write) => write,
            };
        }
    }
}
