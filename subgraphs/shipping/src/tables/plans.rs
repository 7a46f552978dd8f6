//! The tables `plans`, `plan_streams` and `confirmed_orders`.

use super::bad;
use crate::domain::{
    event::PlanEvent,
    ids::OrderId,
    plan::{Plan, PlanKind},
};
use hansa_event_sourcing::EventContent as _;
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use uuid::Uuid;

struct Events(i64);

impl FromRow for Events {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("events").map(Events)
    }
}

impl FromRow for Plan {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let kind = row.text("kind")?;
        let answer = match (row.optional_text("answer_type")?, row.optional_json("answer")?) {
            (Some(event_type), Some(content)) => {
                Some(PlanEvent::read(&event_type, content).map_err(|error| bad("answer", error))?)
            }
            _ => None,
        };
        Ok(Plan {
            command_id: row.parsed("command_id")?,
            order_id: row.parsed("order_id")?,
            kind: PlanKind::parse(&kind).ok_or_else(|| bad("kind", format!("`{kind}` is no kind of plan")))?,
            answer,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, command: Uuid) -> Result<Option<Plan>, StoreError> {
    query("SELECT * FROM plans WHERE command_id = $1").bind(command.to_string()).fetch_optional(source).await
}

/// Writes a new one, or the answer to one that was withdrawn.
pub(crate) async fn write(unit: &mut UnitOfWork, plan: &Plan) -> Result<(), StoreError> {
    let answer = plan.answer.as_ref().map(serde_json::to_value).transpose().map_err(StoreError::Payload)?;
    query(
        "INSERT INTO plans (command_id, order_id, kind, answer_type, answer) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (command_id) DO UPDATE SET answer_type = excluded.answer_type, answer = excluded.answer",
    )
    .bind(plan.command_id.to_string())
    .bind(plan.order_id.to_string())
    .bind(plan.kind.as_str())
    .bind(plan.answer.as_ref().map(|answer| answer.event_type()))
    .bind(answer)
    .execute(unit)
    .await
    .map(|_| ())
}

/// Counts an event of an order's plan, and gives which one it is.
pub(crate) async fn next_event(unit: &mut UnitOfWork, order: OrderId) -> Result<i64, StoreError> {
    let next = query(
        "INSERT INTO plan_streams (order_id, events) VALUES ($1, 1)
         ON CONFLICT (order_id) DO UPDATE SET events = plan_streams.events + 1 RETURNING events",
    );
    next.bind(order.to_string()).fetch_one::<Events>(unit).await.map(|Events(events)| events)
}

pub(crate) async fn confirm(unit: &mut UnitOfWork, order: OrderId) -> Result<(), StoreError> {
    query("INSERT INTO confirmed_orders (order_id) VALUES ($1) ON CONFLICT (order_id) DO NOTHING")
        .bind(order.to_string())
        .execute(unit)
        .await
        .map(|_| ())
}

pub(crate) async fn is_confirmed(source: impl Source, order: OrderId) -> Result<bool, StoreError> {
    let confirmed = query("SELECT order_id FROM confirmed_orders WHERE order_id = $1").bind(order.to_string());
    Ok(confirmed.fetch_optional::<Row>(source).await?.is_some())
}
