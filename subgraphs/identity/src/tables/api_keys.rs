//! `api_keys`.

use super::{Count, NEWEST_FIRST, page_of};
use crate::{
    domain::{ApiKey, ApiKeyId, ApiKeyName},
    secrets::SecretHash,
};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_subgraph_host::Page;
use hansa_values::{TenantId, UserId};

impl FromRow for ApiKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(ApiKey {
            id: row.parsed("id")?,
            tenant: row.parsed("tenant_id")?,
            name: ApiKeyName::kept(row.text("name")?),
            scopes: row.parsed("scopes")?,
            created_by: row.parsed("created_by")?,
            created_at: row.time("created_at")?,
            expires_at: row.optional_time("expires_at")?,
            revoked_at: row.optional_time("revoked_at")?,
            last_used_at: row.optional_time("last_used_at")?,
            version: row.int("version")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    query(
        "SELECT id, tenant_id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at, version
         FROM api_keys WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(source)
    .await
}

pub(crate) async fn by_secret(source: impl Source, hash: &SecretHash) -> Result<Option<ApiKey>, StoreError> {
    query(
        "SELECT id, tenant_id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at, version
         FROM api_keys WHERE secret_hash = $1",
    )
    .bind(hash.text())
    .fetch_optional(source)
    .await
}

/// Revoked ones included.
pub(crate) async fn page_of_tenant(db: &Relational, tenant: TenantId, page: &Page) -> Result<Vec<ApiKey>, StoreError> {
    let of_tenant = query(
        "SELECT id, tenant_id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at, version
         FROM api_keys WHERE tenant_id = $1",
    )
    .bind(tenant.to_string());
    page_of(of_tenant, NEWEST_FIRST, page, db).await
}

/// Those that a user made, in whatever tenant, and that are not revoked.
pub(crate) async fn unrevoked_of_creator(source: impl Source, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
    query(
        "SELECT id, tenant_id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at, version
         FROM api_keys WHERE created_by = $1 AND revoked_at IS NULL ORDER BY id",
    )
    .bind(user.to_string())
    .fetch_all(source)
    .await
}

pub(crate) async fn count_live(source: impl Source, tenant: TenantId, now: DateTime<Utc>) -> Result<i64, StoreError> {
    let count = query(
        "SELECT COUNT(*) AS count FROM api_keys
         WHERE tenant_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(tenant.to_string())
    .bind(now);
    Ok(count.fetch_one::<Count>(source).await?.0)
}

pub(crate) async fn insert(unit: &mut UnitOfWork, key: &ApiKey, hash: &SecretHash) -> Result<(), StoreError> {
    query(
        "INSERT INTO api_keys
            (id, tenant_id, name, secret_hash, scopes, created_by, created_at, expires_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(key.id.to_string())
    .bind(key.tenant.to_string())
    .bind(key.name.as_str())
    .bind(hash.text())
    .bind(key.scopes.to_string())
    .bind(key.created_by.to_string())
    .bind(key.created_at)
    .bind(key.expires_at)
    .bind(key.version)
    .execute(unit)
    .await?;
    Ok(())
}

pub(crate) async fn update(unit: &mut UnitOfWork, key: &ApiKey) -> Result<(), StoreError> {
    query("UPDATE api_keys SET revoked_at = $2, last_used_at = $3, version = $4 WHERE id = $1")
        .bind(key.id.to_string())
        .bind(key.revoked_at)
        .bind(key.last_used_at)
        .bind(key.version)
        .execute(unit)
        .await?;
    Ok(())
}
