//! The aggregate: an item of a tenant.

use super::{Refusal, title::Title};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{DomainEvent, EventContent};
use hansa_values::{EntityKind, Id, TenantId};
use serde::Serialize;

/// Marks ids of items.
#[derive(Debug)]
pub struct OrdersItemKind;

pub type OrdersItemId = Id<OrdersItemKind>;

impl EntityKind for OrdersItemKind {
    const PREFIX: &'static str = "ordersitem";
    const TYPE_NAME: &'static str = "OrdersItem";
}

#[derive(Debug, Clone, PartialEq)]
pub struct OrdersItem {
    pub id: OrdersItemId,
    pub tenant: TenantId,
    pub title: Title,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// What happened to an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum OrdersItemEvent {
    Created { title: Title },
    Renamed { title: Title },
}

impl EventContent for OrdersItemEvent {
    fn event_type(&self) -> &'static str {
        match self {
            OrdersItemEvent::Created { .. } => "created",
            OrdersItemEvent::Renamed { .. } => "renamed",
        }
    }
}

impl OrdersItem {
    pub(crate) fn created(&self) -> OrdersItemEvent {
        OrdersItemEvent::Created { title: self.title.clone() }
    }

    /// `None` where it has that title already.
    pub(crate) fn rename(
        &mut self,
        title: Title,
        expected_version: Option<i64>,
    ) -> Result<Option<OrdersItemEvent>, Refusal> {
        if expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Refusal::VersionConflict { current: self.version });
        }
        if self.title == title {
            return Ok(None);
        }
        self.title = title.clone();
        self.version += 1;
        Ok(Some(OrdersItemEvent::Renamed { title }))
    }

    pub(crate) fn event(&self, event: &OrdersItemEvent) -> DomainEvent {
        DomainEvent::new("orders_item", (self.id.to_string(), self.version), Some(self.tenant), event)
    }
}
