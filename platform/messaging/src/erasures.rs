//! The consumer of any relational context that keeps something of users: whoever was erased is forgotten, and nothing new is
//! kept of them. The context has a table `erased_users (user_id TEXT PRIMARY KEY)`.

use crate::{Consumer, HandleFuture, Listening, ReceivedEvent, schedule_shredding};
use hansa_relational::{Row, Source, StoreError, UnitOfWork, query};
use hansa_values::UserId;
use serde::Deserialize;

/// Deletes what a context keeps of a user.
pub type Deletion = for<'a> fn(&'a mut UnitOfWork, UserId) -> HandleFuture<'a>;

/// The consumer.
#[derive(Debug)]
pub struct Erasures {
    delete: Deletion,
}

/// Content of identity's `user.erased`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserErased {
    pub user_id: UserId,
}

impl Erasures {
    pub const NAME: &'static str = "erasures";

    pub const LISTENS: &'static [Listening] =
        &[Listening { context: "identity", aggregate: "user", events: &[("erased", 1)] }];

    /// `delete` deletes in the unit of work that notes the erasure.
    pub fn new(delete: Deletion) -> Erasures {
        Erasures { delete }
    }
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
            query("INSERT INTO erased_users (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING")
                .bind(user_id.to_string())
                .execute(&mut *unit)
                .await?;
            (self.delete)(unit, user_id).await?;
            Ok(schedule_shredding(unit).await?)
        })
    }
}

/// Whether this context has heard that the user was erased. A token outlives its user by some minutes: commands that keep
/// something of their caller ask.
pub async fn is_erased(source: impl Source, user: UserId) -> Result<bool, StoreError> {
    let found = query("SELECT user_id FROM erased_users WHERE user_id = $1").bind(user.to_string());
    Ok(found.fetch_optional::<Row>(source).await?.is_some())
}
