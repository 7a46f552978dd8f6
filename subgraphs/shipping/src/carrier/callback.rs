//! `POST /carrier/callbacks`: what a carrier tells, signed with the secret that it shares with us. It may come late, twice and
//! out of order.

use super::{Told, signature, take};
use crate::{
    Shipping,
    domain::shipment::ShipmentStatus,
    settings::Secret,
    tables::{shipments, tracking::TrackingEvent},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use chrono::{DateTime, Utc};
use hansa_relational::StoreError;
use serde::Deserialize;
use serde_json::{Value, json};

/// Status and JSON.
type Answer = (StatusCode, [(header::HeaderName, &'static str); 1], String);

const BODY_BYTES_MAX: usize = 16 * 1024;

#[derive(Clone)]
struct Hook {
    shipping: Shipping,
    secret: Secret,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Callback {
    /// The carrier's id of this event.
    event_id: String,
    tracking_code: String,
    status: String,
    occurred_at: DateTime<Utc>,
    description: Option<String>,
    location: Option<String>,
}

/// Without a secret there is no such route.
pub(crate) fn routes(shipping: &Shipping) -> Router {
    let Some(secret) = shipping.carrier.callback_secret.clone() else { return Router::new() };
    Router::new()
        .route("/carrier/callbacks", post(received))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Hook { shipping: shipping.clone(), secret })
}

async fn received(State(hook): State<Hook>, headers: HeaderMap, body: Bytes) -> Answer {
    let refused = |status: StatusCode, why: String| answer(status, &json!({ "error": why }));
    let header = headers.get("carrier-signature").and_then(|header| header.to_str().ok()).unwrap_or_default();
    let now = hook.shipping.services.clock.now();
    if let Err(error) = signature::check(header, &body, (&hook.secret.0, now)) {
        return refused(StatusCode::UNAUTHORIZED, error.to_string());
    }
    let callback: Callback = match serde_json::from_slice(&body) {
        Ok(callback) => callback,
        Err(error) => return refused(StatusCode::BAD_REQUEST, format!("the callback has another form: {error}")),
    };
    let status = match callback.checked() {
        Ok(status) => status,
        Err(why) => return refused(StatusCode::BAD_REQUEST, why),
    };
    match told(&hook.shipping, (callback, status), now).await {
        Ok(Told::Unknown) => refused(StatusCode::NOT_FOUND, "there is no shipment with this tracking code".to_owned()),
        Ok(told) => answer(StatusCode::OK, &json!({ "applied": told == Told::Applied })),
        // The carrier sends it again.
        Err(error) => {
            tracing::error!(%error, "a callback of a carrier could not be taken");
            refused(StatusCode::SERVICE_UNAVAILABLE, "try again later".to_owned())
        }
    }
}

fn answer(status: StatusCode, json: &Value) -> Answer {
    (status, [(header::CONTENT_TYPE, "application/json")], json.to_string())
}

impl Callback {
    fn checked(&self) -> Result<ShipmentStatus, String> {
        let is_short = |text: &str, characters_max: usize| {
            (1..=characters_max).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        };
        if !is_short(&self.event_id, 100) {
            return Err("`eventId` has 1 to 100 characters".to_owned());
        }
        for text in [&self.description, &self.location].into_iter().flatten() {
            if !is_short(text, 200) {
                return Err("`description` and `location` have 1 to 200 characters".to_owned());
            }
        }
        match self.status.as_str() {
            "dispatched" => Ok(ShipmentStatus::Dispatched),
            "in_transit" => Ok(ShipmentStatus::InTransit),
            "failed" => Ok(ShipmentStatus::Failed),
            "delivered" => Ok(ShipmentStatus::Delivered),
            other => Err(format!(
                "`status` is `{}`, not dispatched, in_transit, failed or delivered",
                other.chars().take(40).collect::<String>()
            )),
        }
    }
}

async fn told(
    shipping: &Shipping,
    (callback, status): (Callback, ShipmentStatus),
    now: DateTime<Utc>,
) -> Result<Told, StoreError> {
    let Some(shipment) = shipments::by_tracking_code(&shipping.db, &callback.tracking_code).await? else {
        return Ok(Told::Unknown);
    };
    let event = TrackingEvent {
        shipment: shipment.id,
        carrier_event: callback.event_id,
        status,
        description: callback.description,
        location: callback.location,
        occurred_at: callback.occurred_at,
        received_at: now,
    };
    let mut unit = shipping.db.begin_unit(&shipping.carrier_command("carrier-callback")).await?;
    let told = take(&mut unit, &event).await?;
    unit.commit(&()).await?;
    Ok(told)
}
