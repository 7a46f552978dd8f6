//! The process around a subgraph schema: HTTP, verified caller, entities, scalars, connections, health, shutdown.
//!
//! A bounded context opens its stores from [`Services`], makes a schema of its own objects with
//! [`Subgraph::build`], and is served by [`serve`]. How to write one: `docs/guides/adding-a-subgraph.md`.

mod answer;
mod budget;
mod caller;
mod command_error;
mod connection;
mod cursor;
mod documents;
mod fault;
mod http;
mod outcome;
mod page;
mod per_event;
mod policies;
mod representations;
mod request_context;
mod root;
mod sdl;
mod services;
mod siblings;
mod stream;
mod subgraph;
mod user_error;

pub mod directives;
pub mod scalars;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use answer::{Answer, GraphqlRequest};
pub use caller::Caller;
pub use command_error::{CommandError, Done, Refuse};
pub use connection::{Connection, CountedConnection, Edge, PageEnds, is_total_count_wanted};
pub use cursor::{CursorKey, CursorValue, QueryFingerprint};
pub use fault::{ErrorCode, Fault};
pub use http::serve;
pub use outcome::Outcome;
pub use page::{Direction, PAGE_ROWS_MAX, Page, PageArguments};
pub use policies::{Attribute, Policies, PoliciesError, Resource};
pub use representations::{Entities, Loaded, REPRESENTATIONS_MAX, Representations};
pub use request_context::{RequestContext, loader, request_context};
pub use scalars::{Money, MoneyInput};
pub use sdl::canonical_sdl;
pub use services::{Mode, OpenError, Servers, Services};
pub use siblings::{Sibling, Siblings};
pub use subgraph::{Subgraph, SubgraphBuilder};
pub use user_error::{GeneralUserError, TooManyAttemptsError, UserError, VersionConflictError};
