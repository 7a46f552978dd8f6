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
use hansa_documents::{Answer, Begun, StoreError, Write};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, ErrorCode, Fault};
use hansa_values::{EntityKind, Id, UserId};
use serde::{Serialize, de::DeserializeOwned};

/// How often a command decides anew because somebody else wrote in between.
const ATTEMPTS: usize = 5;

/// What a command did.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    pub value: T,
    /// It was done before, under the same idempotency key.
    pub is_replayed: bool,
}

/// Why a command did nothing.
#[derive(Debug)]
pub enum CommandError {
    /// Expected: the mutation's payload says so.
    Refused(Refusal),
    /// Nobody is signed in, or a store failed.
    Fault(Fault),
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        CommandError::Refused(refusal)
    }
}

impl From<Fault> for CommandError {
    fn from(fault: Fault) -> Self {
        CommandError::Fault(fault)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::KeyReused => CommandError::Refused(Refusal::IdempotencyKeyReused),
            StoreError::TooMuch { what, limit } => CommandError::Refused(Refusal::TooMuch { what, limit }),
            ref race if is_race(race) => {
                let text = "others change the same thing at the same time; try again";
                CommandError::Fault(Fault::new(ErrorCode::Conflict, text))
            }
            StoreError::Busy | StoreError::Full | StoreError::Unreachable(_) => {
                CommandError::Fault(Fault::unavailable(error))
            }
            other => CommandError::Fault(Fault::internal(other)),
        }
    }
}

impl<T> From<Answer<T>> for Done<T> {
    fn from(answer: Answer<T>) -> Self {
        Done { value: answer.payload, is_replayed: answer.is_replayed }
    }
}

impl<T> Done<T> {
    fn before(value: T) -> Done<T> {
        Done { value, is_replayed: true }
    }
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

fn is_race(error: &StoreError) -> bool {
    match error {
        StoreError::VersionConflict { .. } => true,
        StoreError::UniqueViolation { index } => index == "id",
        _ => false,
    }
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
            let Some((document, event)) = decide(found)? else { return Ok(write.keep(id, payload).await?.into()) };
            let events = vec![event_of(&document, &event)];
            let written = match version {
                None => write.insert(&document, events, payload.clone()).await,
                Some(version) => write.replace(&document, version, events, payload.clone()).await,
            };
            match written {
                Err(error) if is_race(&error) && attempts < ATTEMPTS => {}
                other => return Ok(other?.into()),
            }
            write = match self.stores.of::<D>().begin::<P>(command).await? {
                Begun::Replayed(payload) => return Ok(Done::before(payload)),
                Begun::Fresh(write) => write,
            };
        }
    }
}
