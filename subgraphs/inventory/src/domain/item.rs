//! The aggregate: an item of a tenant.

use super::{Refusal, title::Title};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{DomainEvent, EventContent};
use hansa_values::{EntityKind, Id, TenantId};
use serde::Serialize;

/// Marks ids of items.
#[derive(Debug)]
pub struct InventoryItemKind;

pub type InventoryItemId = Id<InventoryItemKind>;

impl EntityKind for InventoryItemKind {
    const PREFIX: &'static str = "inventoryitem";
    const TYPE_NAME: &'static str = "InventoryItem";
}

#[derive(Debug, Clone, PartialEq)]
pub struct InventoryItem {
    pub id: InventoryItemId,
    pub tenant: TenantId,
    pub title: Title,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// What happened to an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum InventoryItemEvent {
    Created { title: Title },
    Renamed { title: Title },
}

impl EventContent for InventoryItemEvent {
    fn event_type(&self) -> &'static str {
        match self {
            InventoryItemEvent::Created { .. } => "created",
            InventoryItemEvent::Renamed { .. } => "renamed",
        }
    }
}

impl InventoryItem {
    pub(crate) fn created(&self) -> InventoryItemEvent {
        InventoryItemEvent::Created { title: self.title.clone() }
    }

    /// `None` where it has that title already.
    pub(crate) fn rename(
        &mut self,
        title: Title,
        expected_version: Option<i64>,
    ) -> Result<Option<InventoryItemEvent>, Refusal> {
        if expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Refusal::VersionConflict { current: self.version });
        }
        if self.title == title {
            return Ok(None);
        }
        self.title = title.clone();
        self.version += 1;
        Ok(Some(InventoryItemEvent::Renamed { title }))
    }

    pub(crate) fn event(&self, event: &InventoryItemEvent) -> DomainEvent {
        DomainEvent::new("inventory_item", (self.id.to_string(), self.version), Some(self.tenant), event)
    }
}
