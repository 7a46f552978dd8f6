//! Delivery addresses: their owners' alone. They make no events: nobody else needs to know.

use super::{Changed, CommandError, Done, expect_version};
use crate::{
    Shipping,
    domain::{
        Refusal,
        address::{ADDRESSES_MAX, AddressLines, DeliveryAddress},
        ids::DeliveryAddressId,
    },
    shipping::address_resource,
    tables::{addresses, shipments},
};
use hansa_event_sourcing::Command;
use hansa_messaging::is_erased;
use hansa_relational::{Begun, UnitOfWork};
use hansa_subgraph_host::Caller;

impl Shipping {
    pub async fn address_create(
        &self,
        caller: &Caller,
        command: &Command,
        lines: AddressLines,
    ) -> Result<Done<DeliveryAddress>, CommandError> {
        let owner = caller.user.ok_or(Refusal::Forbidden)?;
        let lines = lines.checked()?;
        let mut unit = match self.db.begin::<Changed<DeliveryAddressId>>(command).await? {
            Begun::Replayed(Changed { id }) => return self.address_before(id).await,
            Begun::Fresh(unit) => unit,
        };
        if is_erased(&mut unit, owner).await? {
            return Err(Refusal::Forbidden.into());
        }
        if addresses::count(&mut unit, owner).await? >= ADDRESSES_MAX {
            return Err(Refusal::TooManyAddresses.into());
        }
        let id = command.ids.id();
        let address = DeliveryAddress { id, owner, lines, is_deleted: false, created_at: command.now, version: 1 };
        addresses::write(&mut unit, &address).await?;
        unit.commit(&Changed { id }).await?;
        Ok(Done { value: address, replayed: false })
    }

    /// What is sent there already goes where it says now.
    pub async fn address_update(
        &self,
        caller: &Caller,
        command: &Command,
        (id, lines, expected_version): (&str, AddressLines, Option<i64>),
    ) -> Result<Done<DeliveryAddress>, CommandError> {
        let id: DeliveryAddressId = id.parse().map_err(|_| Refusal::NotFound("address"))?;
        let lines = lines.checked()?;
        let mut unit = match self.db.begin::<Changed<DeliveryAddressId>>(command).await? {
            Begun::Replayed(Changed { id }) => return self.address_before(id).await,
            Begun::Fresh(unit) => unit,
        };
        let mut address = self.own_address(&mut unit, caller, id).await?;
        expect_version(expected_version, address.version)?;
        if address.lines != lines {
            address.lines = lines;
            address.version += 1;
            addresses::write(&mut unit, &address).await?;
        }
        unit.commit(&Changed { id }).await?;
        Ok(Done { value: address, replayed: false })
    }

    /// It is gone at once, or when the last shipment to it has ended.
    pub async fn address_delete(
        &self,
        caller: &Caller,
        command: &Command,
        (id, expected_version): (&str, Option<i64>),
    ) -> Result<Done<DeliveryAddressId>, CommandError> {
        let id: DeliveryAddressId = id.parse().map_err(|_| Refusal::NotFound("address"))?;
        let mut unit = match self.db.begin::<Changed<DeliveryAddressId>>(command).await? {
            Begun::Replayed(Changed { id }) => return Ok(Done { value: id, replayed: true }),
            Begun::Fresh(unit) => unit,
        };
        let mut address = self.own_address(&mut unit, caller, id).await?;
        expect_version(expected_version, address.version)?;
        address.is_deleted = true;
        address.version += 1;
        addresses::write(&mut unit, &address).await?;
        if !shipments::need(&mut unit, id).await? {
            addresses::forget(&mut unit, id).await?;
        }
        unit.commit(&Changed { id }).await?;
        Ok(Done { value: id, replayed: false })
    }

    async fn own_address(
        &self,
        unit: &mut UnitOfWork,
        caller: &Caller,
        id: DeliveryAddressId,
    ) -> Result<DeliveryAddress, CommandError> {
        let address = addresses::by_id(&mut *unit, id).await?;
        let may = |address: &DeliveryAddress| {
            !address.is_deleted && self.may(caller, "addressWrite", &address_resource(address))
        };
        Ok(address.filter(may).ok_or(Refusal::NotFound("address"))?)
    }

    async fn address_before(&self, id: DeliveryAddressId) -> Result<Done<DeliveryAddress>, CommandError> {
        let address = addresses::by_id(&self.db, id).await?.filter(|address| !address.is_deleted);
        Ok(Done { value: address.ok_or(Refusal::NotFound("address"))?, replayed: true })
    }
}
