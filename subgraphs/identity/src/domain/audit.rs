//! The audit log: who did what, when, by which operation. Entries are added, and never changed.

use crate::domain::AuditEntryId;
use chrono::{DateTime, Utc};
use hansa_values::{TenantId, UserId};

/// One line of the log. It names ids only.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AuditEntry {
    pub id: AuditEntryId,
    /// In whose log it stands: the tenant's, the user's, or both.
    pub tenant: Option<TenantId>,
    pub user: Option<UserId>,
    /// `None` for visitors, such as somebody with a wrong password, and for programs.
    pub actor: Option<UserId>,
    pub action: String,
    /// Id of what it was done to.
    pub subject: String,
    /// Name of the mutation.
    pub operation: String,
    pub at: DateTime<Utc>,
    /// Why, where somebody had to say so.
    pub detail: Option<String>,
}
