//! What the sandbox remembers: its customers' payments, and each call by its key.

use super::{Call, Outcome};
use crate::domain::{
    ids::{OrderId, PaymentId},
    operation::OperationKind,
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Actor, Cause, Command, IdSource};
use hansa_relational::{
    Database, Durability, FromRow, Migration, Migrations, OpenError, OpenOptions, Relational, Row, StoreError,
    UnitOfWork, query,
};
use hansa_values::{CurrencyCode, Money};
use std::time::Duration;
use uuid::Uuid;

const MIGRATIONS: Migrations = Migrations {
    sqlite: &[Migration { name: "0001_calls", text: include_str!("../../../sandbox/sqlite/0001_calls.sql") }],
    postgres: &[Migration { name: "0001_calls", text: include_str!("../../../sandbox/postgres/0001_calls.sql") }],
};

/// What no call of the sandbox is longer than.
const CALLS_MAX: i64 = 10_000;

/// The provider's own log: the only truth about what was charged. Clones share it.
#[derive(Debug, Clone)]
pub struct SandboxLog {
    db: Relational,
    ids: IdSource,
}

/// One call that was done or refused.
#[derive(Debug, Clone, PartialEq)]
pub struct SandboxCall {
    pub key: Uuid,
    pub kind: OperationKind,
    pub payment: PaymentId,
    pub order: OrderId,
    pub reference: String,
    pub amount: Money,
    /// Why it was refused.
    pub refused: Option<String>,
    /// How often it was sent.
    pub sent: i64,
    pub made_at: DateTime<Utc>,
}

impl SandboxCall {
    pub(super) fn outcome(&self) -> Outcome {
        match &self.refused {
            Some(reason) => Outcome::Refused { reason: reason.clone() },
            None => Outcome::Succeeded { reference: self.reference.clone() },
        }
    }
}

impl FromRow for SandboxCall {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let currency: CurrencyCode = row.parsed("currency")?;
        let kind = row.text("kind")?;
        let bad = || StoreError::BadRow { column: "kind".to_owned(), reason: format!("`{kind}` is no kind of call") };
        Ok(SandboxCall {
            key: row.parsed("idempotency_key")?,
            kind: OperationKind::parse(&kind).ok_or_else(bad)?,
            payment: row.parsed("payment_id")?,
            order: row.parsed("order_id")?,
            reference: row.text("reference")?,
            amount: Money { minor_units: row.int("amount")?, currency },
            refused: row.optional_text("refused")?,
            sent: row.int("sent")?,
            made_at: row.time("made_at")?,
        })
    }
}

impl SandboxLog {
    pub(crate) async fn open(database: Database, ids: &IdSource) -> Result<SandboxLog, OpenError> {
        // Its answers need not survive a power cut: only real money does.
        let wait = Duration::from_secs(5);
        let options = OpenOptions { durability: Durability::ProcessKill, wait, ..OpenOptions::default() };
        Ok(SandboxLog { db: Relational::open_with(database, &MIGRATIONS, options).await?, ids: ids.clone() })
    }

    /// All calls after a key, in the order of their keys; at most 10,000.
    pub async fn calls(&self, after: Option<Uuid>) -> Result<Vec<SandboxCall>, StoreError> {
        query("SELECT * FROM calls WHERE idempotency_key > $1 ORDER BY idempotency_key LIMIT $2")
            .bind(after.map(|key| key.to_string()).unwrap_or_default())
            .bind(CALLS_MAX)
            .fetch_all(&self.db)
            .await
    }

    pub(super) async fn call(&self, key: Uuid) -> Result<Option<SandboxCall>, StoreError> {
        query("SELECT * FROM calls WHERE idempotency_key = $1").bind(key.to_string()).fetch_optional(&self.db).await
    }

    pub(super) async fn was_lost(&self, key: Uuid) -> Result<bool, StoreError> {
        let lost = query("SELECT idempotency_key FROM lost_calls WHERE idempotency_key = $1").bind(key.to_string());
        Ok(lost.fetch_optional::<Row>(&self.db).await?.is_some())
    }

    pub(super) async fn lost(&self, key: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut unit = self.db.begin_unit(&self.command(now)).await?;
        query("INSERT INTO lost_calls (idempotency_key) VALUES ($1) ON CONFLICT (idempotency_key) DO NOTHING")
            .bind(key.to_string())
            .execute(&mut unit)
            .await?;
        unit.commit(&()).await
    }

    /// Does a call, or repeats what came of it the first time.
    pub(super) async fn done(
        &self,
        call: &Call,
        refused: Option<&'static str>,
        now: DateTime<Utc>,
    ) -> Result<Outcome, StoreError> {
        let mut unit = self.db.begin_unit(&self.command(now)).await?;
        let again = query("UPDATE calls SET sent = sent + 1 WHERE idempotency_key = $1").bind(call.key.to_string());
        if again.execute(&mut unit).await? > 0 {
            unit.commit(&()).await?;
            return self.call(call.key).await?.map(|call| call.outcome()).ok_or(StoreError::NoRow);
        }
        let refused = match refused {
            Some(reason) => Some(reason),
            None => apply(&mut unit, call).await?,
        };
        insert(&mut unit, call, (refused, now)).await?;
        unit.commit(&()).await?;
        Ok(match refused {
            Some(reason) => Outcome::Refused { reason: reason.to_owned() },
            None => Outcome::Succeeded { reference: reference(call) },
        })
    }

    fn command(&self, now: DateTime<Utc>) -> Command {
        Command {
            operation: "sandbox",
            actor: Actor::default(),
            now,
            ids: self.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        }
    }
}

/// Moves the sandbox's money. Gives why not.
async fn apply(unit: &mut UnitOfWork, call: &Call) -> Result<Option<&'static str>, StoreError> {
    let amount = call.amount.minor_units;
    let moved = match call.kind {
        OperationKind::Authorise => query(
            "INSERT INTO payments (reference, payment_id, order_id, amount, currency, captured, refunded, is_voided)
             VALUES ($1, $2, $3, $4, $5, 0, 0, FALSE) ON CONFLICT (reference) DO NOTHING",
        )
        .bind(reference(call))
        .bind(call.payment.to_string())
        .bind(call.order.to_string())
        .bind(amount)
        .bind(call.amount.currency.as_str()),
        OperationKind::Capture => query(
            "UPDATE payments SET captured = $2
             WHERE reference = $1 AND captured = 0 AND amount >= $2 AND is_voided = FALSE AND currency = $3",
        )
        .bind(reference(call))
        .bind(amount)
        .bind(call.amount.currency.as_str()),
        OperationKind::Void => {
            query("UPDATE payments SET is_voided = TRUE WHERE reference = $1 AND captured = 0").bind(reference(call))
        }
        OperationKind::Refund => query(
            "UPDATE payments SET refunded = refunded + $2
             WHERE reference = $1 AND captured - refunded >= $2 AND currency = $3",
        )
        .bind(reference(call))
        .bind(amount)
        .bind(call.amount.currency.as_str()),
    };
    let is_moved = moved.execute(unit).await? > 0;
    Ok(match (is_moved, call.kind) {
        (true, _) => None,
        (false, OperationKind::Authorise) => Some("ALREADY_AUTHORISED"),
        (false, OperationKind::Capture) => Some("NOT_CAPTURABLE"),
        (false, OperationKind::Void) => Some("NOT_VOIDABLE"),
        (false, OperationKind::Refund) => Some("NOT_REFUNDABLE"),
    })
}

async fn insert(
    unit: &mut UnitOfWork,
    call: &Call,
    (refused, now): (Option<&'static str>, DateTime<Utc>),
) -> Result<(), StoreError> {
    query(
        "INSERT INTO calls (idempotency_key, kind, payment_id, order_id, reference, amount, currency, refused, sent, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)",
    )
    .bind(call.key.to_string())
    .bind(call.kind.as_str())
    .bind(call.payment.to_string())
    .bind(call.order.to_string())
    .bind(reference(call))
    .bind(call.amount.minor_units)
    .bind(call.amount.currency.as_str())
    .bind(refused.map(str::to_owned))
    .bind(now)
    .execute(unit)
    .await
    .map(|_| ())
}

/// The sandbox's id of a payment.
fn reference(call: &Call) -> String {
    call.reference.clone().unwrap_or_else(|| format!("sandbox_{}", call.payment))
}
