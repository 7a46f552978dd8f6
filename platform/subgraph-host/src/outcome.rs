//! What a command's end looks like in the payload of its mutation: the value, or the user errors that say why there is none.

use crate::{CommandError, Done, Fault, Refuse, UserError};
use hansa_event_sourcing::Command;

/// What all payloads have. [`payloads!`](crate::payloads) makes payloads that are made of it.
#[derive(Debug)]
pub struct Outcome<T> {
    pub value: Option<T>,
    pub user_errors: Vec<UserError>,
    pub replayed: bool,
}

impl<T> Outcome<T> {
    pub fn refused(refusal: impl Refuse) -> Outcome<T> {
        Outcome { value: None, user_errors: refusal.user_errors(), replayed: false }
    }

    /// # Errors
    /// What nobody who asks can do anything about.
    pub fn of<R: Refuse>(done: Result<Done<T>, CommandError<R>>) -> Result<Outcome<T>, Fault> {
        match done {
            Ok(Done { value, replayed }) => Ok(Outcome { value: Some(value), user_errors: Vec::new(), replayed }),
            Err(CommandError::Refused(refusal)) => Ok(Outcome::refused(refusal)),
            Err(CommandError::Failed(fault)) => Err(fault),
        }
    }

    /// Runs a command, if it could be made: as [`crate::RequestContext::command`] gives it.
    ///
    /// # Errors
    /// What nobody who asks can do anything about.
    pub async fn run<R: Refuse>(
        command: Result<Command, UserError>,
        run: impl AsyncFnOnce(Command) -> Result<Done<T>, CommandError<R>>,
    ) -> Result<Outcome<T>, Fault> {
        match command {
            Ok(command) => Outcome::of(run(command).await),
            Err(error) => Ok(Outcome::refused(error)),
        }
    }

    pub fn map<U>(self, object: impl FnOnce(T) -> U) -> Outcome<U> {
        let Outcome { value, user_errors, replayed } = self;
        Outcome { value: value.map(object), user_errors, replayed }
    }

    /// As [`Outcome::map`], where the object has to be loaded, and may be gone.
    ///
    /// # Errors
    /// What loading it gives.
    pub async fn load<U, E>(self, object: impl AsyncFnOnce(T) -> Result<Option<U>, E>) -> Result<Outcome<U>, E> {
        let Outcome { value, user_errors, replayed } = self;
        let value = match value {
            Some(value) => object(value).await?,
            None => None,
        };
        Ok(Outcome { value, user_errors, replayed })
    }
}

/// Payloads of mutations: each has its fields, null where the command was not done, `userErrors` and `replayed`; and each is
/// made of an [`Outcome`](crate::Outcome) of its field's value, or of the tuple of all.
///
/// `payloads! { ItemCreatePayload { item: ItemObject } TransferPayload { from: ItemObject, to: ItemObject } }`
#[macro_export]
macro_rules! payloads {
    ($($payload:ident { $($(#[$about:meta])* $field:ident: $object:ty),+ })+) => {$(
        #[derive(Debug, async_graphql::SimpleObject)]
        pub(crate) struct $payload {
            $($(#[$about])* $field: Option<$object>,)+
            user_errors: Vec<$crate::UserError>,
            /// Whether an earlier mutation with the same idempotency key did it.
            replayed: bool,
        }

        #[allow(unused_parens, reason = "a payload of one field is made of a value, not of a tuple")]
        impl From<$crate::Outcome<($($object),+)>> for $payload {
            fn from(outcome: $crate::Outcome<($($object),+)>) -> $payload {
                let $crate::Outcome { value, user_errors, replayed } = outcome;
                match value {
                    Some(($($field),+)) => $payload { $($field: Some($field),)+ user_errors, replayed },
                    None => $payload { $($field: None,)+ user_errors, replayed },
                }
            }
        }
    )+};
}
