//! The table `disputes`.

use super::{bad, money};
use crate::domain::{
    dispute::{Dispute, DisputeOutcome},
    ids::PaymentId,
};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};

impl FromRow for Dispute {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let outcome = row.optional_text("outcome")?;
        let outcome = outcome.map(|text| {
            DisputeOutcome::parse(&text).ok_or_else(|| bad("outcome", format!("`{text}` is no outcome of a dispute")))
        });
        Ok(Dispute {
            id: row.parsed("id")?,
            payment: row.parsed("payment_id")?,
            reference: row.text("reference")?,
            amount: money(row, "amount")?,
            reason: row.text("reason")?,
            outcome: outcome.transpose()?,
            opened_at: row.time("opened_at")?,
            closed_at: row.optional_time("closed_at")?,
        })
    }
}

pub(crate) async fn by_reference(
    source: impl Source,
    (payment, reference): (PaymentId, &str),
) -> Result<Option<Dispute>, StoreError> {
    query("SELECT * FROM disputes WHERE payment_id = $1 AND reference = $2")
        .bind(payment.to_string())
        .bind(reference)
        .fetch_optional(source)
        .await
}

/// The disputes of some payments, the first first; of all together at most 10,000.
pub(crate) async fn of_payments(db: &Relational, payments: &[PaymentId]) -> Result<Vec<Dispute>, StoreError> {
    query("SELECT * FROM disputes WHERE ")
        .push_in("payment_id", payments.iter().map(ToString::to_string))
        .push(" ORDER BY id LIMIT 10000")
        .fetch_all(db)
        .await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, dispute: &Dispute) -> Result<(), StoreError> {
    query(
        "INSERT INTO disputes (id, payment_id, reference, amount, currency, reason, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(dispute.id.to_string())
    .bind(dispute.payment.to_string())
    .bind(&dispute.reference)
    .bind(dispute.amount.minor_units)
    .bind(dispute.amount.currency.as_str())
    .bind(&dispute.reason)
    .bind(dispute.opened_at)
    .execute(unit)
    .await
    .map(|_| ())
}

pub(crate) async fn close(unit: &mut UnitOfWork, dispute: &Dispute, outcome: DisputeOutcome) -> Result<(), StoreError> {
    let now = unit.command().now;
    query("UPDATE disputes SET outcome = $2, closed_at = $3 WHERE id = $1")
        .bind(dispute.id.to_string())
        .bind(outcome.as_str())
        .bind(now)
        .execute(unit)
        .await
        .map(|_| ())
}
