//! The aggregate: an item of a tenant.

use super::{Refusal, title::Title};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{DomainEvent, EventContent};
use hansa_values::{EntityKind, Id, TenantId};
use serde::Serialize;

/// Marks ids of items.
#[derive(Debug)]
pub struct PaymentsItemKind;

pub type PaymentsItemId = Id<PaymentsItemKind>;

impl EntityKind for PaymentsItemKind {
    const PREFIX: &'static str = "paymentsitem";
    const TYPE_NAME: &'static str = "PaymentsItem";
}

#[derive(Debug, Clone, PartialEq)]
pub struct PaymentsItem {
    pub id: PaymentsItemId,
    pub tenant: TenantId,
    pub title: Title,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// What happened to an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum PaymentsItemEvent {
    Created { title: Title },
    Renamed { title: Title },
}

impl EventContent for PaymentsItemEvent {
    fn event_type(&self) -> &'static str {
        match self {
            PaymentsItemEvent::Created { .. } => "created",
            PaymentsItemEvent::Renamed { .. } => "renamed",
        }
    }
}

impl PaymentsItem {
    pub(crate) fn created(&self) -> PaymentsItemEvent {
        PaymentsItemEvent::Created { title: self.title.clone() }
    }

    /// `None` where it has that title already.
    pub(crate) fn rename(
        &mut self,
        title: Title,
        expected_version: Option<i64>,
    ) -> Result<Option<PaymentsItemEvent>, Refusal> {
        if expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Refusal::VersionConflict { current: self.version });
        }
        if self.title == title {
            return Ok(None);
        }
        self.title = title.clone();
        self.version += 1;
        Ok(Some(PaymentsItemEvent::Renamed { title }))
    }

    pub(crate) fn event(&self, event: &PaymentsItemEvent) -> DomainEvent {
        DomainEvent::new("payments_item", (self.id.to_string(), self.version), Some(self.tenant), event)
    }
}
