//! Shipments: what staff does by hand.

use super::{Changed, CommandError, Done, expect_version};
use crate::{
    Shipping,
    carrier::sandbox::tracking_code,
    domain::{
        Refusal,
        event::ShipmentEvent,
        ids::ShipmentId,
        shipment::{Shipment, may_leave_beside},
    },
    requests::record,
    shipping::shipment_resource,
    tables::shipments,
};
use hansa_event_sourcing::Command;
use hansa_relational::{Begun, UnitOfWork};
use hansa_subgraph_host::Caller;
use serde::Serialize;

/// Input of `labelCreate`, `shipmentDispatch` and `shipmentCancel`.
#[derive(Debug, Clone, Serialize)]
pub struct ShipmentChange {
    /// As the client gave it.
    pub id: String,
    pub expected_version: Option<i64>,
}

/// What is done to a shipment, with the other ones of its order.
type Decide = fn(&mut Shipment, &[Shipment]) -> Result<ShipmentEvent, Refusal>;

impl Shipping {
    pub async fn label_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: ShipmentChange,
    ) -> Result<Done<Shipment>, CommandError> {
        let decide: Decide = |shipment, others| {
            may_leave_beside(others)?;
            shipment.create_label(tracking_code(shipment))
        };
        self.change(caller, (command, input), decide).await
    }

    pub async fn shipment_dispatch(
        &self,
        caller: &Caller,
        command: &Command,
        input: ShipmentChange,
    ) -> Result<Done<Shipment>, CommandError> {
        let decide: Decide = |shipment, others| {
            may_leave_beside(others)?;
            shipment.dispatch()
        };
        self.change(caller, (command, input), decide).await
    }

    pub async fn shipment_cancel(
        &self,
        caller: &Caller,
        command: &Command,
        input: ShipmentChange,
    ) -> Result<Done<Shipment>, CommandError> {
        self.change(caller, (command, input), |shipment, others| shipment.withdraw(others)).await
    }

    async fn change(
        &self,
        caller: &Caller,
        (command, input): (&Command, ShipmentChange),
        decide: Decide,
    ) -> Result<Done<Shipment>, CommandError> {
        let id: ShipmentId = input.id.parse().map_err(|_| Refusal::NotFound("shipment"))?;
        let mut unit = match self.db.begin::<Changed<ShipmentId>>(command).await? {
            Begun::Replayed(Changed { id }) => {
                let value = shipments::by_id(&self.db, id).await?.ok_or(Refusal::NotFound("shipment"))?;
                return Ok(Done { value, replayed: true });
            }
            Begun::Fresh(unit) => unit,
        };
        let mut shipment = self.writable(&mut unit, caller, id).await?;
        expect_version(input.expected_version, shipment.version)?;
        let others = shipments::others_of_order(&mut unit, &shipment).await?;
        let event = decide(&mut shipment, &others)?;
        record(&mut unit, &mut shipment, &[event]).await?;
        unit.commit(&Changed { id }).await?;
        Ok(Done { value: shipment, replayed: false })
    }

    async fn writable(&self, unit: &mut UnitOfWork, caller: &Caller, id: ShipmentId) -> Result<Shipment, CommandError> {
        let shipment = shipments::by_id(&mut *unit, id).await?.ok_or(Refusal::NotFound("shipment"))?;
        let resource = shipment_resource(&shipment);
        if !self.may(caller, "shipmentRead", &resource) {
            return Err(Refusal::NotFound("shipment").into());
        }
        match self.may(caller, "shipmentWrite", &resource) {
            true => Ok(shipment),
            false => Err(Refusal::Forbidden.into()),
        }
    }
}
