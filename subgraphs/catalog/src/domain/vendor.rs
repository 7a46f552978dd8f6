//! Vendors: who sells. Each belongs to one tenant, and has all its prices in one currency.

use super::{Description, Handle, Label, Refusal};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{CurrencyCode, EntityKind, Id, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub type VendorId = Id<Vendor>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    pub id: VendorId,
    pub version: i64,
    pub tenant: TenantId,
    pub handle: Handle,
    pub name: Label,
    pub description: Description,
    pub currency: CurrencyCode,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone)]
pub struct NewVendor {
    pub id: VendorId,
    pub tenant: TenantId,
    pub handle: Handle,
    pub name: Label,
    pub description: Description,
    pub currency: CurrencyCode,
}

/// What is `None` stays as it is. The handle and the currency always stay.
#[derive(Debug, Clone, Default)]
pub struct VendorChanges {
    pub name: Option<Label>,
    pub description: Option<Description>,
}

/// Events of the aggregate `vendor`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum VendorEvent {
    Onboarded { vendor_id: VendorId, handle: Handle, name: Label, description: Description, currency: CurrencyCode },
    Updated { vendor_id: VendorId, name: Label, description: Description },
}

impl EntityKind for Vendor {
    const PREFIX: &'static str = "vendor";
    const TYPE_NAME: &'static str = "Vendor";
}

impl EventContent for VendorEvent {
    fn event_type(&self) -> &'static str {
        match self {
            VendorEvent::Onboarded { .. } => "onboarded",
            VendorEvent::Updated { .. } => "updated",
        }
    }
}

impl Vendor {
    pub const NAME_CHARACTERS_MAX: usize = 120;

    pub fn name(text: &str) -> Result<Label, Refusal> {
        Label::new(text, "a name", Self::NAME_CHARACTERS_MAX)
    }

    pub fn onboard(new: NewVendor, now: DateTime<Utc>) -> (Vendor, VendorEvent) {
        let NewVendor { id, tenant, handle, name, description, currency } = new;
        let event = VendorEvent::Onboarded {
            vendor_id: id,
            handle: handle.clone(),
            name: name.clone(),
            description: description.clone(),
            currency,
        };
        let vendor =
            Vendor { id, version: 1, tenant, handle, name, description, currency, created_at: now, updated_at: now };
        (vendor, event)
    }

    pub fn update(&mut self, changes: VendorChanges, now: DateTime<Utc>) -> VendorEvent {
        self.name = changes.name.unwrap_or_else(|| self.name.clone());
        self.description = changes.description.unwrap_or_else(|| self.description.clone());
        self.version += 1;
        self.updated_at = now;
        VendorEvent::Updated { vendor_id: self.id, name: self.name.clone(), description: self.description.clone() }
    }
}
