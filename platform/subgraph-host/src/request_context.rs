//! One request: who calls, when, in which trace. Resolvers find it with [`request_context`].

use crate::{Caller, Services, UserError};
use async_graphql::{Context, dataloader::DataLoader};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Clock, Command, IdSource, IdempotencyKey, InputHash};
use hansa_telemetry::TraceContext;
use serde::Serialize;

/// What resolvers know about the request they answer.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub(crate) caller: Caller,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
    pub(crate) trace: TraceContext,
    pub(crate) traceparent: String,
}

/// The request that a resolver works for. Every request has one.
pub fn request_context<'a>(ctx: &Context<'a>) -> &'a RequestContext {
    ctx.data_unchecked::<RequestContext>()
}

/// The loader of this request that [`crate::SubgraphBuilder::loader`] made.
pub fn loader<'a, L: Send + Sync + 'static>(ctx: &Context<'a>) -> &'a DataLoader<L> {
    ctx.data_unchecked::<DataLoader<L>>()
}

impl RequestContext {
    pub(crate) fn new(caller: Caller, services: &Services, trace: TraceContext) -> RequestContext {
        let traceparent = trace.child_traceparent();
        RequestContext { caller, clock: services.clock.clone(), ids: services.ids.clone(), trace, traceparent }
    }

    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn ids(&self) -> &IdSource {
        &self.ids
    }

    /// A `traceparent` of the W3C's, for what the request causes.
    pub fn traceparent(&self) -> &str {
        &self.traceparent
    }

    /// Which request of a client this belongs to: in our log lines and our errors.
    pub fn trace_id(&self) -> &str {
        self.trace.trace_id()
    }

    /// The command of a mutation. `input` is what an idempotency key stands for: give it without the key itself.
    ///
    /// # Errors
    /// `IDEMPOTENCY_KEY_INVALID` where the key is no key.
    pub fn command(
        &self,
        operation: &'static str,
        idempotency_key: Option<&str>,
        input: &impl Serialize,
    ) -> Result<Command, UserError> {
        let key = |text: &str| IdempotencyKey::new(text.to_owned(), InputHash::of(input));
        let idempotency_key = idempotency_key
            .map(key)
            .transpose()
            .map_err(|error| UserError::new("IDEMPOTENCY_KEY_INVALID", "idempotencyKey", error.to_string()))?;
        Ok(Command {
            operation,
            actor: self.caller.actor(),
            now: self.now(),
            ids: self.ids.clone(),
            traceparent: Some(self.traceparent.clone()),
            idempotency_key,
            cause: hansa_event_sourcing::Cause::default(),
        })
    }
}
