//! Work for later: carts that nobody touches any more are deleted.

use crate::{
    domain::{cart::Cart, ids::CartId},
    tables::carts,
};
use hansa_event_sourcing::{Actor, Cause, Clock, Command, IdSource};
use hansa_messaging::{Job, JobClaim, JobFuture, JobHandler, JobOutcome, schedule};
use hansa_relational::{Relational, StoreError, UnitOfWork};

const CARTS: &str = "cart-expiry";

/// Deletes carts that have expired. There is one job for each cart, which looks again when the cart was touched since.
#[derive(Debug)]
pub(crate) struct ExpiredCarts {
    pub(crate) db: Relational,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
}

pub(crate) async fn watch_cart(unit: &mut UnitOfWork, cart: &Cart) -> Result<(), StoreError> {
    let key = cart.id.to_string();
    let content = serde_json::json!({ "cart": key });
    schedule(unit, &Job { queue: CARTS, key, content, due_at: cart.expires_at, traceparent: None }).await
}

impl ExpiredCarts {
    async fn expire(&self, claim: &JobClaim) -> Result<JobOutcome, StoreError> {
        let command = Command {
            operation: CARTS,
            actor: Actor::default(),
            now: self.clock.now(),
            ids: self.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        };
        let mut unit = self.db.begin_unit(&command).await?;
        claim.complete(&mut unit).await?;
        let cart = match claim.job.key.parse::<CartId>() {
            Ok(id) => carts::by_id(&mut unit, id).await?,
            Err(_) => None,
        };
        match cart {
            Some(cart) if cart.expires_at > command.now => watch_cart(&mut unit, &cart).await?,
            Some(cart) => carts::delete(&mut unit, cart.id).await?,
            None => {}
        }
        unit.commit(&()).await?;
        Ok(JobOutcome::Completed)
    }
}

impl JobHandler for ExpiredCarts {
    fn queue(&self) -> &'static str {
        CARTS
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(self.expire(claim))
    }
}
