//! The table `operations`.

use super::bad;
use crate::domain::{
    event::PaymentEvent,
    ids::PaymentId,
    operation::{Operation, OperationKind, OperationState},
};
use hansa_event_sourcing::EventContent as _;
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::{CurrencyCode, Money};
use uuid::Uuid;

impl FromRow for Operation {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (kind, state) = (row.text("kind")?, row.text("state")?);
        let currency: Option<CurrencyCode> = row.optional_parsed("currency")?;
        let minor_units = row.int("amount")?;
        let answer = match (row.optional_text("answer_type")?, row.optional_json("answer")?) {
            (Some(event_type), Some(content)) => {
                Some(PaymentEvent::read(&event_type, content).map_err(|error| bad("answer", error))?)
            }
            _ => None,
        };
        Ok(Operation {
            command_id: row.parsed("command_id")?,
            kind: OperationKind::parse(&kind).ok_or_else(|| bad("kind", format!("`{kind}` is no kind")))?,
            state: OperationState::parse(&state).ok_or_else(|| bad("state", format!("`{state}` is no state")))?,
            payment_id: row.parsed("payment_id")?,
            order_id: row.parsed("order_id")?,
            amount: currency.map(|currency| Money { minor_units, currency }),
            refund_id: row.optional_parsed("refund_id")?,
            undoes: row.optional_parsed("undoes")?,
            is_withdrawn: row.bool("is_withdrawn")?,
            was_sent: row.bool("was_sent")?,
            unknown_told: row.bool("unknown_told")?,
            unsent: row.int("unsent")?,
            answer,
            answers: row.int("answers")?,
            requested_at: row.time("requested_at")?,
            sent_at: row.optional_time("sent_at")?,
            correlation_id: row.optional_parsed("correlation_id")?,
            causation_id: row.optional_parsed("causation_id")?,
            traceparent: row.optional_text("traceparent")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, command: Uuid) -> Result<Option<Operation>, StoreError> {
    query("SELECT * FROM operations WHERE command_id = $1").bind(command.to_string()).fetch_optional(source).await
}

/// Those of a payment that wait.
pub(crate) async fn waiting(source: impl Source, payment: PaymentId) -> Result<Vec<Operation>, StoreError> {
    query("SELECT * FROM operations WHERE payment_id = $1 AND state = 'waiting' ORDER BY command_id")
        .bind(payment.to_string())
        .fetch_all(source)
        .await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, operation: &Operation) -> Result<(), StoreError> {
    query(
        "INSERT INTO operations (command_id, kind, state, payment_id, order_id, amount, currency, refund_id, undoes,
            is_withdrawn, was_sent, unknown_told, unsent, answer_type, answer, answers, requested_at, correlation_id,
            causation_id, traceparent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind(operation.command_id.to_string())
    .bind(operation.kind.as_str())
    .bind(operation.state.as_str())
    .bind(operation.payment_id.to_string())
    .bind(operation.order_id.to_string())
    .bind(operation.amount.map_or(0, |amount| amount.minor_units))
    .bind(operation.amount.map(|amount| amount.currency.as_str()))
    .bind(operation.refund_id.map(|id| id.to_string()))
    .bind(operation.undoes.map(|id| id.to_string()))
    .bind(operation.is_withdrawn)
    .bind(operation.was_sent)
    .bind(operation.unknown_told)
    .bind(operation.unsent)
    .bind(operation.answer.as_ref().map(|answer| answer.event_type()))
    .bind(answer_content(operation)?)
    .bind(operation.answers)
    .bind(operation.requested_at)
    .bind(operation.correlation_id.map(|id| id.to_string()))
    .bind(operation.causation_id.map(|id| id.to_string()))
    .bind(operation.traceparent.clone())
    .execute(unit)
    .await
    .map(|_| ())
}

/// Writes what became of an operation that waited. `false` where somebody else has settled it.
pub(crate) async fn settle(unit: &mut UnitOfWork, operation: &Operation) -> Result<bool, StoreError> {
    let settled = query(
        "UPDATE operations SET state = 'done', answer_type = $2, answer = $3, answers = $4
         WHERE command_id = $1 AND state <> 'done'",
    )
    .bind(operation.command_id.to_string())
    .bind(operation.answer.as_ref().map(|answer| answer.event_type()))
    .bind(answer_content(operation)?)
    .bind(operation.answers);
    Ok(settled.execute(unit).await? > 0)
}

/// Counts an answer that was given again.
pub(crate) async fn answered(unit: &mut UnitOfWork, operation: &Operation) -> Result<(), StoreError> {
    query("UPDATE operations SET answers = $2 WHERE command_id = $1")
        .bind(operation.command_id.to_string())
        .bind(operation.answers)
        .execute(unit)
        .await
        .map(|_| ())
}

/// Writes what is known of one that waits. `false` where it no longer waits.
pub(crate) async fn update_waiting(unit: &mut UnitOfWork, operation: &Operation) -> Result<bool, StoreError> {
    let updated = query(
        "UPDATE operations SET is_withdrawn = $2, was_sent = $3, unknown_told = $4, unsent = $5
         WHERE command_id = $1 AND state = 'waiting'",
    )
    .bind(operation.command_id.to_string())
    .bind(operation.is_withdrawn)
    .bind(operation.was_sent)
    .bind(operation.unknown_told)
    .bind(operation.unsent);
    Ok(updated.execute(unit).await? > 0)
}

/// Writes that an operation is about to be sent. `false` where it no longer waits, or its undo has come: then it must not be.
pub(crate) async fn sent(unit: &mut UnitOfWork, command: Uuid) -> Result<bool, StoreError> {
    let now = unit.command().now;
    let sent = query(
        "UPDATE operations SET sent_at = $2 WHERE command_id = $1 AND state = 'waiting' AND is_withdrawn = FALSE",
    );
    Ok(sent.bind(command.to_string()).bind(now).execute(unit).await? > 0)
}

/// Writes which refund an operation that waits is.
pub(crate) async fn update_refund(unit: &mut UnitOfWork, operation: &Operation) -> Result<(), StoreError> {
    query("UPDATE operations SET amount = $2, refund_id = $3 WHERE command_id = $1")
        .bind(operation.command_id.to_string())
        .bind(operation.amount.map_or(0, |amount| amount.minor_units))
        .bind(operation.refund_id.map(|id| id.to_string()))
        .execute(unit)
        .await
        .map(|_| ())
}

fn answer_content(operation: &Operation) -> Result<Option<serde_json::Value>, StoreError> {
    operation.answer.as_ref().map(serde_json::to_value).transpose().map_err(StoreError::Payload)
}
