//! `audit_entries`: the table refuses to change or delete what is in it.

use super::{NEWEST_FIRST, page_of};
use crate::domain::AuditEntry;
use hansa_relational::{FromRow, Relational, Row, StoreError, UnitOfWork, query};
use hansa_subgraph_host::Page;
use hansa_values::{TenantId, UserId};

impl FromRow for AuditEntry {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(AuditEntry {
            id: row.parsed("id")?,
            tenant: row.optional_parsed("tenant_id")?,
            user: row.optional_parsed("user_id")?,
            actor: row.optional_parsed("actor")?,
            action: row.text("action")?,
            subject: row.text("subject")?,
            operation: row.text("operation")?,
            at: row.time("recorded_at")?,
            detail: row.optional_text("detail")?,
        })
    }
}

pub(crate) async fn insert(unit: &mut UnitOfWork, entry: &AuditEntry) -> Result<(), StoreError> {
    query(
        "INSERT INTO audit_entries (id, tenant_id, user_id, actor, action, subject, operation, recorded_at, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(entry.id.to_string())
    .bind(entry.tenant.map(|id| id.to_string()))
    .bind(entry.user.map(|id| id.to_string()))
    .bind(entry.actor.map(|id| id.to_string()))
    .bind(&entry.action)
    .bind(&entry.subject)
    .bind(&entry.operation)
    .bind(entry.at)
    .bind(entry.detail.clone())
    .execute(unit)
    .await?;
    Ok(())
}

pub(crate) async fn page_of_tenant(
    db: &Relational,
    tenant: TenantId,
    page: &Page,
) -> Result<Vec<AuditEntry>, StoreError> {
    let of_tenant = query(
        "SELECT id, tenant_id, user_id, actor, action, subject, operation, recorded_at, detail
         FROM audit_entries WHERE tenant_id = $1",
    )
    .bind(tenant.to_string());
    page_of(of_tenant, NEWEST_FIRST, page, db).await
}

pub(crate) async fn page_of_user(db: &Relational, user: UserId, page: &Page) -> Result<Vec<AuditEntry>, StoreError> {
    let of_user = query(
        "SELECT id, tenant_id, user_id, actor, action, subject, operation, recorded_at, detail
         FROM audit_entries WHERE user_id = $1",
    )
    .bind(user.to_string());
    page_of(of_user, NEWEST_FIRST, page, db).await
}
