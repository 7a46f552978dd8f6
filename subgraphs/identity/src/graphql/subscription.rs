//! Subscriptions: that something changed.

use super::identity;
use crate::domain::EndReason;
use async_graphql::{Context, Enum, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt as _};
use hansa_event_sourcing::RecordedEvent;
use hansa_messaging::{FeedError, FeedEvent};
use hansa_subgraph_host::{Fault, directives::authenticated, request_context};
use hansa_values::UserId;
use serde::Deserialize;

/// The subscription root.
#[derive(Debug)]
pub(crate) struct Changes;

/// A session is over before its time.
#[derive(Debug, SimpleObject)]
pub(crate) struct SessionRevocation {
    /// To come back to, as `after`: everything behind it is still to come.
    position: String,
    session_id: ID,
    reason: SessionEndReason,
    /// Whether the subscription's own token is of this session: it is good for ten minutes at most, and there is no next one.
    is_current: bool,
}

/// Why a session is over before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SessionEndReason")]
pub(crate) enum SessionEndReason {
    /// By the user, here or elsewhere.
    SignedOut,
    /// A used refresh token came again: somebody else has a copy.
    TokenReused,
    PasswordChanged,
    PasswordReset,
    /// A newer one took its place.
    TooMany,
    /// There is no such user any more.
    UserErased,
}

/// `session.revoked`.
#[derive(Debug, Deserialize)]
struct Revoked {
    user: UserId,
    reason: String,
}

impl From<EndReason> for SessionEndReason {
    fn from(reason: EndReason) -> SessionEndReason {
        match reason {
            EndReason::SignedOut => SessionEndReason::SignedOut,
            EndReason::TokenReused => SessionEndReason::TokenReused,
            EndReason::PasswordChanged => SessionEndReason::PasswordChanged,
            EndReason::PasswordReset => SessionEndReason::PasswordReset,
            EndReason::TooMany => SessionEndReason::TooMany,
            EndReason::UserErased => SessionEndReason::UserErased,
        }
    }
}

#[Subscription(name = "Subscription")]
impl Changes {
    /// Tells when one of the caller's sessions was revoked, also when it is the one of this subscription.
    #[graphql(directive = authenticated::apply())]
    async fn session_revoked(
        &self,
        ctx: &Context<'_>,
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<SessionRevocation, Fault>>, Fault> {
        let caller = request_context(ctx).caller();
        let user = caller.user.ok_or_else(Fault::unauthenticated)?;
        let own = caller.session.clone();
        let is_wanted = move |event: &RecordedEvent| {
            let is_revoked = event.aggregate == "session" && event.event_type == "revoked";
            is_revoked && Revoked::deserialize(&event.content).is_ok_and(|revoked| revoked.user == user)
        };
        let events = identity(ctx).feed.events(after.as_deref(), is_wanted).await.map_err(Fault::feed)?;
        Ok(events.map(move |event| revocation(event, own.as_deref())))
    }
}

fn revocation(event: Result<FeedEvent, FeedError>, own: Option<&str>) -> Result<SessionRevocation, Fault> {
    let FeedEvent { position, event } = event.map_err(Fault::feed)?;
    let revoked = Revoked::deserialize(&event.event.content)?;
    let reason = EndReason::parse(&revoked.reason);
    let reason = reason.ok_or_else(|| Fault::internal(format!("a session was revoked for `{}`", revoked.reason)))?;
    let session = &event.event.stream_id;
    let is_current = own == Some(session.as_str());
    Ok(SessionRevocation { position, session_id: session.as_str().into(), reason: reason.into(), is_current })
}
