//! The table `payments`.

use super::{bad, money};
use crate::domain::{
    ids::{OrderId, PaymentId},
    payment::{Payment, PaymentStatus},
};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};

/// More payments of one order are not shown: an order has one that is alive, and those that were declined.
const OF_ORDER_MAX: i64 = 20;

impl FromRow for Payment {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let status = row.text("status")?;
        Ok(Payment {
            id: row.parsed("id")?,
            order_id: row.parsed("order_id")?,
            buyer: row.parsed("buyer_id")?,
            amount: money(row, "amount")?,
            payment_method: row.text("payment_method")?,
            status: PaymentStatus::parse(&status).ok_or_else(|| bad("status", format!("`{status}` is no status")))?,
            reason: row.optional_text("reason")?,
            reference: row.optional_text("reference")?,
            authorise_command: row.parsed("authorise_command")?,
            pending_command: row.optional_parsed("pending_command")?,
            captured: row.int("captured")?,
            refunded: row.int("refunded")?,
            refund_pending: row.int("refund_pending")?,
            disputed: row.int("disputed")?,
            lost: row.int("lost")?,
            undone: row.optional_parsed("undone")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            version: row.int("version")?,
            events: row.int("events")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    query("SELECT * FROM payments WHERE id = $1").bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[PaymentId]) -> Result<Vec<Payment>, StoreError> {
    query("SELECT * FROM payments WHERE ").push_in("id", ids.iter().map(ToString::to_string)).fetch_all(db).await
}

/// The payment of an order that was neither declined nor voided, or the last that was.
pub(crate) async fn of_order(source: impl Source, order: OrderId) -> Result<Option<Payment>, StoreError> {
    query(
        "SELECT * FROM payments WHERE order_id = $1
         ORDER BY CASE WHEN status IN ('declined', 'voided') THEN 1 ELSE 0 END, id DESC LIMIT 1",
    )
    .bind(order.to_string())
    .fetch_optional(source)
    .await
}

/// All payments of some orders, the first first.
pub(crate) async fn of_orders(db: &Relational, orders: &[OrderId]) -> Result<Vec<Payment>, StoreError> {
    let payments = query("SELECT * FROM payments WHERE ").push_in("order_id", orders.iter().map(ToString::to_string));
    let most = OF_ORDER_MAX.saturating_mul(i64::try_from(orders.len()).unwrap_or(i64::MAX)).min(10_000);
    payments.push(" ORDER BY id LIMIT ").push_bind(most).fetch_all(db).await
}

pub(crate) async fn by_reference(db: &Relational, reference: &str) -> Result<Option<Payment>, StoreError> {
    query("SELECT * FROM payments WHERE reference = $1").bind(reference).fetch_optional(db).await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, payment: &Payment) -> Result<(), StoreError> {
    query(
        "INSERT INTO payments (id, order_id, buyer_id, amount, currency, payment_method, status, reason, reference,
            authorise_command, pending_command, captured, refunded, refund_pending, created_at, updated_at, version, events)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(payment.id.to_string())
    .bind(payment.order_id.to_string())
    .bind(payment.buyer.to_string())
    .bind(payment.amount.minor_units)
    .bind(payment.amount.currency.as_str())
    .bind(&payment.payment_method)
    .bind(payment.status.as_str())
    .bind(payment.reason.clone())
    .bind(payment.reference.clone())
    .bind(payment.authorise_command.to_string())
    .bind(payment.pending_command.map(|command| command.to_string()))
    .bind(payment.captured)
    .bind(payment.refunded)
    .bind(payment.refund_pending)
    .bind(payment.created_at)
    .bind(payment.updated_at)
    .bind(payment.version)
    .bind(payment.events)
    .execute(unit)
    .await
    .map(|_| ())
}

/// Writes a payment as the next version. Where somebody else has written it since it was read, nothing may be committed.
pub(crate) async fn update(unit: &mut UnitOfWork, payment: &mut Payment) -> Result<(), StoreError> {
    let from = payment.version;
    payment.version += 1;
    payment.updated_at = unit.command().now;
    let updated = query(
        "UPDATE payments SET status = $2, reason = $3, reference = $4, pending_command = $5, captured = $6,
            refunded = $7, refund_pending = $8, disputed = $9, lost = $10, undone = $11, updated_at = $12, version = $13,
            events = $14
         WHERE id = $1 AND version = $15",
    )
    .bind(payment.id.to_string())
    .bind(payment.status.as_str())
    .bind(payment.reason.clone())
    .bind(payment.reference.clone())
    .bind(payment.pending_command.map(|command| command.to_string()))
    .bind(payment.captured)
    .bind(payment.refunded)
    .bind(payment.refund_pending)
    .bind(payment.disputed)
    .bind(payment.lost)
    .bind(payment.undone.map(|command| command.to_string()))
    .bind(payment.updated_at)
    .bind(payment.version)
    .bind(payment.events)
    .bind(from);
    match updated.execute(unit).await? {
        0 => Err(StoreError::Busy),
        _ => Ok(()),
    }
}
