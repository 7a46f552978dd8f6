//! The aggregate: an item of a tenant.

use super::{Refusal, title::Title};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{DomainEvent, EventContent};
use hansa_values::{EntityKind, Id, TenantId};
use serde::Serialize;

/// Marks ids of items.
#[derive(Debug)]
pub struct ShippingItemKind;

pub type ShippingItemId = Id<ShippingItemKind>;

impl EntityKind for ShippingItemKind {
    const PREFIX: &'static str = "shippingitem";
    const TYPE_NAME: &'static str = "ShippingItem";
}

#[derive(Debug, Clone, PartialEq)]
pub struct ShippingItem {
    pub id: ShippingItemId,
    pub tenant: TenantId,
    pub title: Title,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// What happened to an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ShippingItemEvent {
    Created { title: Title },
    Renamed { title: Title },
}

impl EventContent for ShippingItemEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ShippingItemEvent::Created { .. } => "created",
            ShippingItemEvent::Renamed { .. } => "renamed",
        }
    }
}

impl ShippingItem {
    pub(crate) fn created(&self) -> ShippingItemEvent {
        ShippingItemEvent::Created { title: self.title.clone() }
    }

    /// `None` where it has that title already.
    pub(crate) fn rename(
        &mut self,
        title: Title,
        expected_version: Option<i64>,
    ) -> Result<Option<ShippingItemEvent>, Refusal> {
        if expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Refusal::VersionConflict { current: self.version });
        }
        if self.title == title {
            return Ok(None);
        }
        self.title = title.clone();
        self.version += 1;
        Ok(Some(ShippingItemEvent::Renamed { title }))
    }

    pub(crate) fn event(&self, event: &ShippingItemEvent) -> DomainEvent {
        DomainEvent::new("shipping_item", (self.id.to_string(), self.version), Some(self.tenant), event)
    }
}
