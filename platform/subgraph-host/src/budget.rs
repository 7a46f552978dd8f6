//! What one request may use up: values (each field and each element of a list is one) and bytes of text. A short
//! operation can ask for billions of values; static limits see neither lengths of lists nor sizes of pages.
//!
//! Resolvers that never wait would also keep a thread for themselves. So values are resolved in turns: when a turn is
//! used up, all of the request's fields wait until the runtime has served others, and deadlines have been looked at.

use crate::Fault;
use async_graphql::{
    Pos, Response, ServerResult, Value, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};
use std::{
    future::{pending, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};
use tokio::{sync::Semaphore, task::unconstrained};

/// Values that are resolved before others get their turn.
const VALUES_OF_A_TURN: usize = 1_000;

/// The most of each that one request may use up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) values_max: usize,
    pub(crate) text_bytes_max: usize,
}

/// What one request has used up.
struct Spending {
    budget: Budget,
    values: AtomicUsize,
    text_bytes: AtomicUsize,
    /// Values that this turn has left.
    turn: Semaphore,
}

impl ExtensionFactory for Budget {
    fn create(&self) -> Arc<dyn Extension> {
        let turn = Semaphore::new(VALUES_OF_A_TURN);
        Arc::new(Spending { budget: *self, values: AtomicUsize::new(0), text_bytes: AtomicUsize::new(0), turn })
    }
}

impl Spending {
    /// Why there is no answer, once too much was asked for.
    fn overspent(&self) -> Option<String> {
        let Budget { values_max, text_bytes_max } = self.budget;
        let asked_for = if self.values.load(Ordering::Relaxed) > values_max {
            format!("more than {values_max} values")
        } else if self.text_bytes.load(Ordering::Relaxed) > text_bytes_max {
            format!("more than {text_bytes_max} bytes of text")
        } else {
            return None;
        };
        Some(format!("the operation asks for {asked_for}: ask for fewer fields, or for smaller pages"))
    }

    /// Waits for a turn. Once the budget is spent it waits for ever: [`Extension::execute`] ends it all.
    async fn begin_value(&self) {
        self.values.fetch_add(1, Ordering::Relaxed);
        if self.overspent().is_some() {
            return pending().await;
        }
        // The runtime's own budget of steps would wake every waiting field at every step.
        if let Ok(permit) = unconstrained(self.turn.acquire()).await {
            permit.forget();
        }
    }
}

#[async_trait::async_trait]
impl Extension for Spending {
    async fn execute(&self, ctx: &ExtensionContext<'_>, name: Option<&str>, next: NextExecute<'_>) -> Response {
        // Each event of a subscription is executed by itself and may use up as much as a request.
        self.values.store(0, Ordering::Relaxed);
        self.text_bytes.store(0, Ordering::Relaxed);
        let mut executing = pin!(next.run(ctx, name));
        poll_fn(|polled| {
            self.turn.add_permits(VALUES_OF_A_TURN.saturating_sub(self.turn.available_permits()));
            let response = executing.as_mut().poll(polled);
            if let Some(text) = self.overspent() {
                let error = async_graphql::Error::from(Fault::bad_input(text));
                return Poll::Ready(Response::from_errors(vec![error.into_server_error(Pos::default())]));
            }
            if response.is_pending() && self.turn.available_permits() == 0 {
                polled.waker().wake_by_ref();
            }
            response
        })
        .await
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        self.begin_value().await;
        let resolved = next.run(ctx, info).await;
        if let Ok(Some(Value::String(text))) = &resolved {
            self.text_bytes.fetch_add(text.len(), Ordering::Relaxed);
        }
        resolved
    }
}
