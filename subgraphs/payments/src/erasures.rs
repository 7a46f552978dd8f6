//! What is heard of identity: whoever was erased has no payment methods. Payments and the ledger are the books, and stay.

use crate::tables::{erased_users, payment_methods};
use hansa_messaging::{Consumer, HandleFuture, Listening, ReceivedEvent, schedule_shredding};
use hansa_relational::UnitOfWork;
use hansa_values::UserId;
use serde::Deserialize;

/// The consumer.
#[derive(Debug)]
pub struct Erasures;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserErased {
    user_id: UserId,
}

impl Erasures {
    pub const NAME: &'static str = "erasures";

    pub const LISTENS: &'static [Listening] =
        &[Listening { context: "identity", aggregate: "user", events: &[("erased", 1)] }];
}

impl Consumer for Erasures {
    fn name(&self) -> &'static str {
        Erasures::NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        Erasures::LISTENS
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let UserErased { user_id } = event.content()?;
            erased_users::note(unit, user_id).await?;
            payment_methods::delete_of(unit, user_id).await?;
            schedule_shredding(unit).await?;
            Ok(())
        })
    }
}
