//! The table `payment_methods`.

use crate::domain::ids::PaymentMethodId;
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::UserId;

/// What a buyer pays with.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentMethodRow {
    pub id: PaymentMethodId,
    pub owner: UserId,
    /// The provider's: it is worth nothing to anybody else.
    pub token: String,
    pub created_at: DateTime<Utc>,
}

impl FromRow for PaymentMethodRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(PaymentMethodRow {
            id: row.parsed("id")?,
            owner: row.parsed("user_id")?,
            token: row.text("token")?,
            created_at: row.time("created_at")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: PaymentMethodId) -> Result<Option<PaymentMethodRow>, StoreError> {
    query("SELECT * FROM payment_methods WHERE id = $1").bind(id.to_string()).fetch_optional(source).await
}

/// The oldest first; at most 100.
pub(crate) async fn of_user(source: impl Source, user: UserId) -> Result<Vec<PaymentMethodRow>, StoreError> {
    query("SELECT * FROM payment_methods WHERE user_id = $1 ORDER BY id LIMIT 100")
        .bind(user.to_string())
        .fetch_all(source)
        .await
}

/// Nothing happens where its owner has it already.
pub(crate) async fn insert(unit: &mut UnitOfWork, row: &PaymentMethodRow) -> Result<(), StoreError> {
    query(
        "INSERT INTO payment_methods (id, user_id, token, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, token) DO NOTHING",
    )
    .bind(row.id.to_string())
    .bind(row.owner.to_string())
    .bind(&row.token)
    .bind(row.created_at)
    .execute(unit)
    .await
    .map(|_| ())
}

pub(crate) async fn delete_of(unit: &mut UnitOfWork, user: UserId) -> Result<(), StoreError> {
    query("DELETE FROM payment_methods WHERE user_id = $1").bind(user.to_string()).execute(unit).await.map(drop)
}

pub(crate) async fn delete(unit: &mut UnitOfWork, id: PaymentMethodId) -> Result<(), StoreError> {
    query("DELETE FROM payment_methods WHERE id = $1").bind(id.to_string()).execute(unit).await.map(|_| ())
}
