//! A carrier in this process, for demos: takes a confirmed shipment through label, dispatch and transit to its door, a step at
//! a time.

use super::take;
use crate::{
    Shipping,
    domain::shipment::{Shipment, ShipmentStatus, may_leave_beside},
    requests::record,
    settings::CarrierSettings,
    tables::{shipments, tracking::TrackingEvent},
};
use chrono::TimeDelta;
use hansa_event_sourcing::Command;
use hansa_messaging::{Job, JobClaim, JobFuture, JobHandler, JobOutcome};
use hansa_relational::{StoreError, UnitOfWork};
use serde_json::json;
use std::time::Duration;

const QUEUE: &str = "sandbox-carrier";

/// Carries.
#[derive(Debug, Clone)]
pub struct SandboxCarrier(pub(crate) Shipping);

/// Hands a confirmed shipment to the sandbox, where it carries.
pub(crate) async fn begin(
    unit: &mut UnitOfWork,
    shipment: &Shipment,
    settings: &CarrierSettings,
) -> Result<(), StoreError> {
    let Some(step) = settings.sandbox_step else { return Ok(()) };
    let job = job(shipment, unit.command(), step);
    hansa_messaging::schedule(unit, &job).await
}

impl JobHandler for SandboxCarrier {
    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            let traceparent = claim.job.traceparent.clone();
            let command = Command { traceparent, ..self.0.carrier_command(QUEUE) };
            let mut unit = self.0.db.begin_unit(&command).await?;
            claim.complete(&mut unit).await?;
            if let Ok(id) = claim.job.key.parse()
                && let Some(mut shipment) = shipments::by_id(&mut unit, id).await?
                && let Some(step) = self.0.carrier.sandbox_step
                && advance(&mut unit, &mut shipment).await?
            {
                hansa_messaging::schedule(&mut unit, &job(&shipment, &command, step)).await?;
            }
            match unit.commit(&()).await {
                Ok(()) => Ok(JobOutcome::Completed),
                Err(StoreError::Busy) => {
                    Ok(JobOutcome::Again { after: Duration::from_millis(100), why: "the store was busy".to_owned() })
                }
                Err(error) => Err(error),
            }
        })
    }
}

/// One step. Gives whether there is another.
async fn advance(unit: &mut UnitOfWork, shipment: &mut Shipment) -> Result<bool, StoreError> {
    let others = shipments::others_of_order(&mut *unit, shipment).await?;
    if !shipment.status.has_left() && may_leave_beside(&others).is_err() {
        return Ok(false);
    }
    let next = match shipment.status {
        ShipmentStatus::Planned => {
            let Ok(event) = shipment.create_label(tracking_code(shipment)) else { return Ok(false) };
            record(unit, shipment, &[event]).await?;
            return Ok(true);
        }
        ShipmentStatus::LabelCreated => (ShipmentStatus::Dispatched, "Handed over to the carrier"),
        ShipmentStatus::Dispatched => (ShipmentStatus::InTransit, "On its way"),
        ShipmentStatus::InTransit => (ShipmentStatus::Delivered, "Delivered"),
        ShipmentStatus::Failed | ShipmentStatus::Delivered | ShipmentStatus::Cancelled => return Ok(false),
    };
    let (status, description) = next;
    let now = unit.command().now;
    let told = TrackingEvent {
        shipment: shipment.id,
        carrier_event: format!("sandbox-{}", status.as_str()),
        status,
        description: Some(description.to_owned()),
        location: None,
        occurred_at: now,
        received_at: now,
    };
    take(unit, &told).await?;
    Ok(status != ShipmentStatus::Delivered)
}

/// A carrier's number for a shipment: its id, in capitals.
pub(crate) fn tracking_code(shipment: &Shipment) -> String {
    let id = shipment.id.to_string();
    let number = id.rsplit_once('_').map_or(id.as_str(), |(_, number)| number);
    format!("HANSA-{}", number.to_ascii_uppercase())
}

/// The next step, as a part of what the command is a part of.
fn job(shipment: &Shipment, command: &Command, step: Duration) -> Job {
    Job {
        queue: QUEUE,
        key: shipment.id.to_string(),
        content: json!({}),
        due_at: command.now + TimeDelta::from_std(step).unwrap_or(TimeDelta::zero()),
        traceparent: command.traceparent.clone(),
    }
}
