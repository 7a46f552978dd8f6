//! Warehouses of a tenant: where its stock is, and in which order they serve.

use super::{Refusal, WarehouseId};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{DomainEvent, EventContent};
use hansa_values::TenantId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const CODE_CHARACTERS_MAX: usize = 32;
const NAME_CHARACTERS_MAX: usize = 120;
const PRIORITY_MAX: i64 = 1_000;

/// A tenant has no more.
pub(crate) const WAREHOUSES_MAX: i64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warehouse {
    pub id: WarehouseId,
    pub tenant: TenantId,
    pub facts: WarehouseFacts,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// What its tenant says about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WarehouseFacts {
    /// Unique in the tenant.
    pub code: String,
    pub name: String,
    /// The lowest serves first.
    pub priority: i64,
    /// Orders are served from active ones only.
    pub is_active: bool,
}

/// What is `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WarehouseChanges {
    pub code: Option<String>,
    pub name: Option<String>,
    pub priority: Option<i64>,
    pub is_active: Option<bool>,
}

/// Content of `created` and `updated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WarehouseContent {
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) priority: i64,
    pub(crate) is_active: bool,
}

/// Events of the aggregate `warehouse`, whose state is its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum WarehouseEvent {
    Created(WarehouseContent),
    Updated(WarehouseContent),
}

impl WarehouseFacts {
    /// Trimmed and checked.
    pub(crate) fn checked(self) -> Result<WarehouseFacts, Refusal> {
        let (code, name) = (self.code.trim().to_owned(), self.name.trim().to_owned());
        let is_code = (1..=CODE_CHARACTERS_MAX).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_code {
            return Err(Refusal::CodeInvalid);
        }
        if !(1..=NAME_CHARACTERS_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(Refusal::NameInvalid);
        }
        if !(0..=PRIORITY_MAX).contains(&self.priority) {
            return Err(Refusal::PriorityInvalid);
        }
        Ok(WarehouseFacts { code, name, ..self })
    }
}

impl Warehouse {
    /// `None` where nothing would be different.
    pub(crate) fn change(&mut self, changes: WarehouseChanges) -> Result<Option<WarehouseEvent>, Refusal> {
        let facts = WarehouseFacts {
            code: changes.code.unwrap_or_else(|| self.facts.code.clone()),
            name: changes.name.unwrap_or_else(|| self.facts.name.clone()),
            priority: changes.priority.unwrap_or(self.facts.priority),
            is_active: changes.is_active.unwrap_or(self.facts.is_active),
        };
        let facts = facts.checked()?;
        if facts == self.facts {
            return Ok(None);
        }
        self.facts = facts;
        self.version += 1;
        Ok(Some(WarehouseEvent::Updated(self.content())))
    }

    pub(crate) fn content(&self) -> WarehouseContent {
        let WarehouseFacts { code, name, priority, is_active } = self.facts.clone();
        WarehouseContent { warehouse_id: self.id, code, name, priority, is_active }
    }

    pub(crate) fn event(&self, event: &WarehouseEvent) -> DomainEvent {
        DomainEvent::new("warehouse", (self.id.to_string(), self.version), Some(self.tenant), event)
    }
}

impl EventContent for WarehouseEvent {
    fn event_type(&self) -> &'static str {
        match self {
            WarehouseEvent::Created(_) => "created",
            WarehouseEvent::Updated(_) => "updated",
        }
    }
}
