//! Values of `extensions.code` in the executor's own errors.

use hansa_query_planner::plan::Refusal;

/// No connection, or it broke.
pub const DOWNSTREAM_UNAVAILABLE: &str = "DOWNSTREAM_UNAVAILABLE";
/// The subgraph reported an error without a code of its own.
pub const DOWNSTREAM_SERVICE_ERROR: &str = "DOWNSTREAM_SERVICE_ERROR";
/// The answer, or a value in it, is not what the schema says.
pub const DOWNSTREAM_INVALID_RESPONSE: &str = "DOWNSTREAM_INVALID_RESPONSE";
pub const TIMEOUT: &str = "TIMEOUT";
/// A budget of the request is used up.
pub const RESPONSE_TOO_LARGE: &str = "RESPONSE_TOO_LARGE";
/// All requests together hold as much memory as the process may use.
pub const OVERLOADED: &str = "OVERLOADED";
/// One request would have to ask with more different values from contexts than it may.
pub const TOO_MANY_CONTEXT_VALUES: &str = "TOO_MANY_CONTEXT_VALUES";
/// Null where the schema allows none, and no other error says why.
pub const NULL_IN_NON_NULL_FIELD: &str = "NULL_IN_NON_NULL_FIELD";
/// An object of a type that is not part of the API.
pub const INVALID_TYPE: &str = "INVALID_TYPE";
/// Closes a list of errors that was too long.
pub const ERRORS_TRUNCATED: &str = "ERRORS_TRUNCATED";
/// A field needs a caller who is known.
pub const UNAUTHENTICATED: &str = Refusal::Unauthenticated.code();
/// A field needs scopes that the caller lacks.
pub const FORBIDDEN: &str = Refusal::Forbidden.code();
pub const INTERNAL: &str = "INTERNAL";
