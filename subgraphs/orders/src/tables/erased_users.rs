//! The table `erased_users`.

use hansa_relational::{Row, Source, StoreError, UnitOfWork, query};
use hansa_values::UserId;

pub(crate) async fn note(unit: &mut UnitOfWork, user: UserId) -> Result<(), StoreError> {
    query("INSERT INTO erased_users (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING")
        .bind(user.to_string())
        .execute(unit)
        .await
        .map(drop)
}

pub(crate) async fn has(source: impl Source, user: UserId) -> Result<bool, StoreError> {
    let found = query("SELECT user_id FROM erased_users WHERE user_id = $1").bind(user.to_string());
    Ok(found.fetch_optional::<Row>(source).await?.is_some())
}
