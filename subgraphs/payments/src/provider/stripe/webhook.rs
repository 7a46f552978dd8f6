//! The provider's webhooks. They are only hints: what they say is asked for by the command's id, so that one that is late,
//! comes twice or out of order does no harm. Disputes, which nobody here asked for, are opened and closed once each.

use super::signature;
use crate::{
    Payments,
    domain::dispute::{DisputeOutcome, DisputeTold},
    settings::Secret,
    tables::{operations, payments},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use hansa_relational::StoreError;
use hansa_values::Money;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

const BODY_BYTES_MAX: usize = 256 * 1024;

#[derive(Clone)]
struct Hook {
    payments: Payments,
    secret: Secret,
}

#[derive(Debug, Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    data: ToldOf,
}

#[derive(Debug, Deserialize)]
struct ToldOf {
    object: Value,
}

/// `POST /webhooks/stripe`. Without a secret there is no such route.
pub(crate) fn routes(payments: &Payments, secret: Option<&Secret>) -> Router {
    let Some(secret) = secret else { return Router::new() };
    Router::new()
        .route("/webhooks/stripe", post(received))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Hook { payments: payments.clone(), secret: secret.clone() })
}

async fn received(State(hook): State<Hook>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let header = headers.get("stripe-signature").and_then(|header| header.to_str().ok()).unwrap_or_default();
    let now = hook.payments.services.clock.now();
    if let Err(error) = signature::check(header, &body, (&hook.secret.0, now)) {
        return (StatusCode::BAD_REQUEST, error.to_string());
    }
    let told: Told = match serde_json::from_slice(&body) {
        Ok(told) => told,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("the webhook has another form: {error}")),
    };
    match take(&hook.payments, &told).await {
        Ok(()) => (StatusCode::OK, String::new()),
        // The provider sends it again.
        Err(error) => {
            tracing::error!(%error, webhook.kind = told.kind, "a webhook could not be taken");
            (StatusCode::SERVICE_UNAVAILABLE, "try again later".to_owned())
        }
    }
}

async fn take(context: &Payments, told: &Told) -> Result<(), StoreError> {
    let object = &told.data.object;
    if matches!(told.kind.as_str(), "charge.dispute.created" | "charge.dispute.closed") {
        let reference = object["payment_intent"].as_str().unwrap_or_default();
        return match payments::by_reference(&context.db, reference).await? {
            Some(payment) => context.take_dispute(payment.id, dispute(&told.kind, (object, reference))).await,
            None => Ok(()),
        };
    }
    for command in commands(context, object).await? {
        if let Some(operation) = operations::by_id(&context.db, command).await? {
            context.nudge(&operation).await?;
        }
    }
    Ok(())
}

/// A dispute without an id is the only one of its payment.
fn dispute(kind: &str, (object, payment): (&Value, &str)) -> DisputeTold {
    let reason = object["reason"].as_str().unwrap_or("general").chars().take(60).collect::<String>();
    let currency = object["currency"].as_str().and_then(|code| code.to_ascii_uppercase().parse().ok());
    let amount = object["amount"].as_i64().zip(currency);
    let outcome = match (kind, object["status"].as_str().unwrap_or_default()) {
        ("charge.dispute.closed", "lost") => Some(DisputeOutcome::Lost),
        // A warning that is closed took nothing.
        ("charge.dispute.closed", "won" | "warning_closed") => Some(DisputeOutcome::Won),
        ("charge.dispute.closed", status) => {
            tracing::warn!(status, "a dispute is closed, and neither won nor lost");
            None
        }
        _ => None,
    };
    DisputeTold {
        reference: object["id"].as_str().unwrap_or(payment).chars().take(100).collect(),
        amount: amount.map(|(minor_units, currency)| Money { minor_units, currency }),
        reason: reason.to_ascii_uppercase(),
        outcome,
    }
}

/// The commands that an object may be the outcome of: the one in its metadata, and those of its payment that wait.
async fn commands(context: &Payments, object: &Value) -> Result<Vec<Uuid>, StoreError> {
    let mut commands: Vec<Uuid> =
        object["metadata"]["command_id"].as_str().and_then(|command| command.parse().ok()).into_iter().collect();
    let reference = object["payment_intent"].as_str().or(object["id"].as_str()).unwrap_or_default();
    if let Some(payment) = payments::by_reference(&context.db, reference).await? {
        commands.extend(operations::waiting(&context.db, payment.id).await?.iter().map(|waiting| waiting.command_id));
    }
    commands.sort_unstable();
    commands.dedup();
    Ok(commands)
}
