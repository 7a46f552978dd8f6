//! Whoever was erased has no cart and no checkouts. Orders are the books: they stay, with the id of a buyer who is nobody.

use crate::tables::{carts, checkouts, erased_users};
use hansa_messaging::{Consumer, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use hansa_values::UserId;
use serde::Deserialize;

pub(crate) const NAME: &str = "erasures";

pub(crate) const LISTENING: &[Listening] =
    &[Listening { context: "identity", aggregate: "user", events: &[("erased", 1)] }];

/// Of identity's users.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserErased {
    user_id: UserId,
}

/// The consumer.
#[derive(Debug)]
pub(crate) struct Erasures;

impl Consumer for Erasures {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let UserErased { user_id } = event.content()?;
            if let Some(cart) = carts::of_buyer_in(unit, user_id).await? {
                carts::delete(unit, cart.id).await?;
            }
            checkouts::delete_of(unit, user_id).await?;
            Ok(erased_users::note(unit, user_id).await?)
        })
    }
}
