//! Errors that leave a subgraph: a code from a closed list, and a text that may be shown.
//!
//! A [`Fault`] made from any other error is internal: its cause is logged once where the response is written, and the
//! client sees a fixed text.

use async_graphql::{Error, ErrorExtensionValues, ServerError, Value};
use hansa_event_sourcing::{FailureMeaning, StoreFailure};
use hansa_messaging::BacklogFull;
use hansa_messaging::FeedError;
use std::{any::Any, error, fmt, sync::Arc};

/// The values of `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// Nobody is signed in, and somebody must be.
    Unauthenticated,
    /// Somebody is signed in who may not do this.
    Forbidden,
    /// An argument is wrong in a way that the schema does not say.
    BadUserInput,
    /// The request is no GraphQL that this schema can answer.
    GraphqlValidationFailed,
    /// The answer took too long.
    Timeout,
    /// Somebody else changed the same thing at the same time.
    Conflict,
    /// A store or another service does not answer.
    DownstreamUnavailable,
    /// Our mistake.
    Internal,
}

impl ErrorCode {
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::Unauthenticated => "UNAUTHENTICATED",
            ErrorCode::Forbidden => "FORBIDDEN",
            ErrorCode::BadUserInput => "BAD_USER_INPUT",
            ErrorCode::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            ErrorCode::Timeout => "TIMEOUT",
            ErrorCode::Conflict => "CONFLICT",
            ErrorCode::DownstreamUnavailable => "DOWNSTREAM_UNAVAILABLE",
            ErrorCode::Internal => "INTERNAL",
        }
    }

    const ALL: [ErrorCode; 8] = [
        ErrorCode::Unauthenticated,
        ErrorCode::Forbidden,
        ErrorCode::BadUserInput,
        ErrorCode::GraphqlValidationFailed,
        ErrorCode::Timeout,
        ErrorCode::Conflict,
        ErrorCode::DownstreamUnavailable,
        ErrorCode::Internal,
    ];
}

/// The code of an error that has one of ours.
pub(crate) fn code_of(error: &ServerError) -> Option<ErrorCode> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(text) => ErrorCode::ALL.into_iter().find(|code| code.as_str() == text),
        _ => None,
    }
}

/// An error of a resolver. Not for expected failures of mutations, which are user errors in their payload.
///
/// `?` turns any other error into an internal fault.
#[derive(Clone)]
pub struct Fault {
    pub code: ErrorCode,
    /// Shown to the client.
    pub message: String,
    /// Logged, never shown.
    pub cause: Option<Arc<dyn error::Error + Send + Sync>>,
}

/// What clients read instead of an internal cause.
pub(crate) const INTERNAL_TEXT: &str = "something went wrong on our side";

impl Fault {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into(), cause: None }
    }

    /// An argument that the schema allows and we do not.
    pub fn bad_input(message: impl Into<String>) -> Fault {
        Fault::new(ErrorCode::BadUserInput, message)
    }

    pub fn unauthenticated() -> Fault {
        Fault::new(ErrorCode::Unauthenticated, "this needs a signed-in caller")
    }

    pub fn forbidden() -> Fault {
        Fault::new(ErrorCode::Forbidden, "the caller may not do this")
    }

    /// Somebody else was faster, again and again.
    pub fn conflict() -> Fault {
        Fault::new(ErrorCode::Conflict, "others change the same thing at the same time; try again")
    }

    pub fn unavailable(cause: impl Into<Box<dyn error::Error + Send + Sync>>) -> Fault {
        let message = "a part of the system does not answer; try again later".to_owned();
        Fault { code: ErrorCode::DownstreamUnavailable, message, cause: Some(Arc::from(cause.into())) }
    }

    /// What an error of a store is to whoever only reads, or can do nothing about it.
    pub fn store(error: impl StoreFailure) -> Fault {
        match error.meaning() {
            FailureMeaning::TooMuch { what, limit } => Fault::bad_input(format!("the {what} is limited to {limit}")),
            FailureMeaning::Conflict => Fault::conflict(),
            FailureMeaning::Passing => Fault::unavailable(error),
            FailureMeaning::KeyReused | FailureMeaning::Broken => Fault::internal(error),
        }
    }

    /// Why a [`hansa_messaging::LogFeed`] gives no events, or no more. A wrong position is the client's mistake; who could
    /// not keep up comes back with the last position that it has.
    pub fn feed(error: FeedError) -> Fault {
        match error {
            FeedError::NoPosition(_) | FeedError::TooFarBack => Fault::bad_input(error.to_string()),
            FeedError::Lagged => {
                let message = format!("{error}; subscribe again after the last position");
                Fault::new(ErrorCode::DownstreamUnavailable, message)
            }
            FeedError::Log(_) | FeedError::Ended => Fault::unavailable(error),
        }
    }

    pub fn internal(cause: impl Into<Box<dyn error::Error + Send + Sync>>) -> Fault {
        Fault { code: ErrorCode::Internal, message: INTERNAL_TEXT.to_owned(), cause: Some(Arc::from(cause.into())) }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Fault");
        shown.field("code", &self.code).field("message", &self.message).field("cause", &self.cause).finish()
    }
}

// `Fault` has no `Display` and is no `std::error::Error`, because both would collide with these two.
impl<E: error::Error + Send + Sync + 'static> From<E> for Fault {
    fn from(cause: E) -> Fault {
        match (&cause as &dyn Any).downcast_ref::<BacklogFull>() {
            Some(full) => Fault::new(ErrorCode::DownstreamUnavailable, full.to_string()),
            None => Fault::internal(cause),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", fault.code.as_str());
        Error { message: fault.message.clone(), source: Some(Arc::new(fault)), extensions: Some(extensions) }
    }
}
