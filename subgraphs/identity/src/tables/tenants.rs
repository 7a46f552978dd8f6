//! `tenants`.

use super::Count;
use crate::domain::{Tenant, TenantHandle, TenantName};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::{TenantId, UserId};

/// Name of the unique index.
pub(crate) const HANDLE: &str = "tenants_handle";

impl FromRow for Tenant {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Tenant {
            id: row.parsed("id")?,
            handle: TenantHandle::kept(row.text("handle")?),
            name: TenantName::kept(row.text("name")?),
            kind: row.parsed("kind")?,
            created_at: row.time("created_at")?,
            suspended_at: row.optional_time("suspended_at")?,
            version: row.int("version")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: TenantId) -> Result<Option<Tenant>, StoreError> {
    query("SELECT id, handle, name, kind, created_at, suspended_at, version FROM tenants WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(source)
        .await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[TenantId]) -> Result<Vec<Tenant>, StoreError> {
    query("SELECT id, handle, name, kind, created_at, suspended_at, version FROM tenants WHERE ")
        .push_in("id", ids.iter().map(ToString::to_string))
        .fetch_all(db)
        .await
}

pub(crate) async fn by_handle(db: &Relational, handle: &TenantHandle) -> Result<Option<Tenant>, StoreError> {
    query("SELECT id, handle, name, kind, created_at, suspended_at, version FROM tenants WHERE handle = $1")
        .bind(handle.as_str())
        .fetch_optional(db)
        .await
}

pub(crate) async fn count_created_by(source: impl Source, user: UserId) -> Result<i64, StoreError> {
    let count = query("SELECT COUNT(*) AS count FROM tenants WHERE created_by = $1").bind(user.to_string());
    Ok(count.fetch_one::<Count>(source).await?.0)
}

/// # Errors
/// `UniqueViolation` of [`HANDLE`].
pub(crate) async fn insert(unit: &mut UnitOfWork, tenant: &Tenant, created_by: UserId) -> Result<(), StoreError> {
    query(
        "INSERT INTO tenants (id, handle, name, kind, created_by, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.id.to_string())
    .bind(tenant.handle.as_str())
    .bind(tenant.name.as_str())
    .bind(tenant.kind.as_str())
    .bind(created_by.to_string())
    .bind(tenant.created_at)
    .bind(tenant.version)
    .execute(unit)
    .await?;
    Ok(())
}

pub(crate) async fn update(unit: &mut UnitOfWork, tenant: &Tenant) -> Result<(), StoreError> {
    query("UPDATE tenants SET name = $2, suspended_at = $3, version = $4 WHERE id = $1")
        .bind(tenant.id.to_string())
        .bind(tenant.name.as_str())
        .bind(tenant.suspended_at)
        .bind(tenant.version)
        .execute(unit)
        .await?;
    Ok(())
}
