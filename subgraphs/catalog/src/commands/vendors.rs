//! Commands on vendors.

use super::{ATTEMPTS_MAX, CommandError, VendorCreateInput, VendorUpdateInput, expect_version};
use crate::{
    Catalog,
    domain::{Checks, Description, Handle, NewVendor, Refusal, Vendor, VendorChanges, VendorEvent, VendorId},
};
use hansa_documents::{Begun, StoreError};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_subgraph_host::{Caller, Done, Fault};

impl Catalog {
    /// Makes a vendor of the acting tenant.
    pub async fn vendor_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: &VendorCreateInput,
    ) -> Result<Done<Vendor>, CommandError> {
        let write = match self.stores.begin_vendor(command).await? {
            Begun::Replayed(id) => {
                self.access.writing_tenant(caller)?;
                return Ok(Done::before(self.written_vendor(caller, (id, "handle")).await?));
            }
            Begun::Fresh(write) => write,
        };
        let tenant = self.access.writing_tenant(caller)?;
        let mut checks = Checks::default();
        let handle = checks.take("handle", Handle::new(&input.handle));
        let name = checks.take("name", Vendor::name(&input.name));
        let description = checks.take("description", Description::new(&input.description));
        let (handle, name, description) = checks.finish(handle.zip(name).zip(description)).map(flat)?;
        let (id, currency) = (command.ids.id(), input.currency_code.0);
        let new = NewVendor { id, tenant, handle: handle.clone(), name, description, currency };
        let (vendor, event) = Vendor::onboard(new, command.now);
        let events = vec![recorded(&vendor, &event)];
        match self.stores.write_vendor(write, vendor.clone(), events).await {
            Ok(answer) if answer.is_replayed => {
                Ok(Done::before(self.written_vendor(caller, (answer.payload, "handle")).await?))
            }
            Ok(_) => Ok(Done::now(vendor)),
            Err(StoreError::UniqueViolation { index }) if index == "handle" => {
                Err(Refusal::HandleTaken(handle.to_string()).at("handle").into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Changes a vendor's name and description.
    pub async fn vendor_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: &VendorUpdateInput,
    ) -> Result<Done<Vendor>, CommandError> {
        let mut checks = Checks::default();
        let name = checks.take("name", input.name.as_deref().map(Vendor::name).transpose());
        let description = checks.take("description", input.description.as_deref().map(Description::new).transpose());
        let (name, description) = checks.finish(name.zip(description))?;
        let changes = VendorChanges { name, description };
        for _ in 0..ATTEMPTS_MAX {
            let write = match self.stores.begin_vendor(command).await? {
                Begun::Replayed(id) => return Ok(Done::before(self.written_vendor(caller, (id, "id")).await?)),
                Begun::Fresh(write) => write,
            };
            let mut vendor = self.vendor_to_write(caller, (&input.id, "id")).await?;
            expect_version(input.expected_version, vendor.version)?;
            let event = vendor.update(changes.clone(), command.now);
            let events = vec![recorded(&vendor, &event)];
            match self.stores.write_vendor(write, vendor.clone(), events).await {
                Ok(answer) if answer.is_replayed => {
                    return Ok(Done::before(self.written_vendor(caller, (answer.payload, "id")).await?));
                }
                Ok(_) => return Ok(Done::now(vendor)),
                Err(StoreError::VersionConflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(CommandError::Failed(Fault::conflict()))
    }

    /// A vendor of the caller's acting tenant; any other is as unknown as one that is not there.
    pub(super) async fn vendor_to_write(
        &self,
        caller: &Caller,
        (id, field): (&str, &str),
    ) -> Result<Vendor, CommandError> {
        let vendor = match id.parse() {
            Ok(id) => self.stores.vendor(id).await?,
            Err(_) => None,
        };
        let vendor = vendor.filter(|vendor| self.access.may_write(caller, vendor.tenant));
        vendor.ok_or_else(|| Refusal::NotFound("vendor").at(field).into())
    }

    /// What an earlier command wrote, for whoever may still write it: a key alone shows nothing.
    async fn written_vendor(&self, caller: &Caller, (id, field): (VendorId, &str)) -> Result<Vendor, CommandError> {
        let vendor = self.stores.vendor(id).await?.ok_or(StoreError::NotFound)?;
        let vendor = Some(vendor).filter(|vendor| self.access.may_write(caller, vendor.tenant));
        vendor.ok_or_else(|| Refusal::NotFound("vendor").at(field).into())
    }
}

fn flat<A, B, C>(((a, b), c): ((A, B), C)) -> (A, B, C) {
    (a, b, c)
}

fn recorded(vendor: &Vendor, event: &VendorEvent) -> DomainEvent {
    DomainEvent::new("vendor", (vendor.id.to_string(), vendor.version), Some(vendor.tenant), event)
}
