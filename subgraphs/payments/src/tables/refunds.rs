//! The table `refunds`.

use super::{bad, money};
use crate::domain::ids::{PaymentId, RefundId};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::Money;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
}

/// Money that goes back, or went, or did not.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundRow {
    pub id: RefundId,
    pub payment: PaymentId,
    pub command_id: Uuid,
    pub amount: Money,
    pub reason: String,
    pub status: RefundStatus,
    pub failure: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl RefundStatus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            RefundStatus::Pending => "pending",
            RefundStatus::Succeeded => "succeeded",
            RefundStatus::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Option<RefundStatus> {
        let all = [RefundStatus::Pending, RefundStatus::Succeeded, RefundStatus::Failed];
        all.into_iter().find(|status| status.as_str() == text)
    }
}

impl FromRow for RefundRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let status = row.text("status")?;
        Ok(RefundRow {
            id: row.parsed("id")?,
            payment: row.parsed("payment_id")?,
            command_id: row.parsed("command_id")?,
            amount: money(row, "amount")?,
            reason: row.text("reason")?,
            status: RefundStatus::parse(&status).ok_or_else(|| bad("status", format!("`{status}` is no status")))?,
            failure: row.optional_text("failure")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// The refunds of some payments, the first first; of all together at most 10,000.
pub(crate) async fn of_payments(db: &Relational, payments: &[PaymentId]) -> Result<Vec<RefundRow>, StoreError> {
    query("SELECT * FROM refunds WHERE ")
        .push_in("payment_id", payments.iter().map(ToString::to_string))
        .push(" ORDER BY id LIMIT 10000")
        .fetch_all(db)
        .await
}

pub(crate) async fn by_id(source: impl Source, id: RefundId) -> Result<Option<RefundRow>, StoreError> {
    query("SELECT * FROM refunds WHERE id = $1").bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, refund: &RefundRow) -> Result<(), StoreError> {
    query(
        "INSERT INTO refunds (id, payment_id, command_id, amount, currency, reason, status, failure, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(refund.id.to_string())
    .bind(refund.payment.to_string())
    .bind(refund.command_id.to_string())
    .bind(refund.amount.minor_units)
    .bind(refund.amount.currency.as_str())
    .bind(&refund.reason)
    .bind(refund.status.as_str())
    .bind(refund.failure.clone())
    .bind(refund.created_at)
    .execute(unit)
    .await
    .map(|_| ())
}

pub(crate) async fn settle(unit: &mut UnitOfWork, command: Uuid, failure: Option<&str>) -> Result<(), StoreError> {
    let status = if failure.is_some() { RefundStatus::Failed } else { RefundStatus::Succeeded };
    query("UPDATE refunds SET status = $2, failure = $3 WHERE command_id = $1")
        .bind(command.to_string())
        .bind(status.as_str())
        .bind(failure.map(str::to_owned))
        .execute(unit)
        .await
        .map(|_| ())
}
