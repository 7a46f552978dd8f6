//! `memberships`.

use super::{Count, OLDEST_FIRST, page_of};
use crate::{
    domain::{Membership, MembershipId, Role, Tenant},
    standing::Standing,
};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_subgraph_host::Page;
use hansa_values::{TenantId, UserId};

/// Name of the unique index.
pub(crate) const TENANT_USER: &str = "memberships_tenant_user";

impl FromRow for Membership {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Membership {
            id: row.parsed("id")?,
            tenant: row.parsed("tenant_id")?,
            user: row.parsed("user_id")?,
            roles: row.parsed("roles")?,
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        })
    }
}

impl FromRow for Standing {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Standing { tenant: Tenant::from_row(row)?, roles: row.parsed("roles")? })
    }
}

pub(crate) async fn by_id(source: impl Source, id: MembershipId) -> Result<Option<Membership>, StoreError> {
    query("SELECT id, tenant_id, user_id, roles, created_at, version FROM memberships WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(source)
        .await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[MembershipId]) -> Result<Vec<Membership>, StoreError> {
    query("SELECT id, tenant_id, user_id, roles, created_at, version FROM memberships WHERE ")
        .push_in("id", ids.iter().map(ToString::to_string))
        .fetch_all(db)
        .await
}

pub(crate) async fn of(source: impl Source, tenant: TenantId, user: UserId) -> Result<Option<Membership>, StoreError> {
    query(
        "SELECT id, tenant_id, user_id, roles, created_at, version FROM memberships
         WHERE tenant_id = $1 AND user_id = $2",
    )
    .bind(tenant.to_string())
    .bind(user.to_string())
    .fetch_optional(source)
    .await
}

/// What the user is in the tenant; `None` for those who are no members, and for everybody in one that is suspended.
pub(crate) async fn standing(
    source: impl Source,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<Standing>, StoreError> {
    query(
        "SELECT tenants.id, tenants.handle, tenants.name, tenants.kind, tenants.created_at, tenants.suspended_at,
             tenants.version, memberships.roles
         FROM memberships JOIN tenants ON tenants.id = memberships.tenant_id
         WHERE memberships.tenant_id = $1 AND memberships.user_id = $2 AND tenants.suspended_at IS NULL",
    )
    .bind(tenant.to_string())
    .bind(user.to_string())
    .fetch_optional(source)
    .await
}

pub(crate) async fn page_of_tenant(
    db: &Relational,
    tenant: TenantId,
    page: &Page,
) -> Result<Vec<Membership>, StoreError> {
    let of_tenant =
        query("SELECT id, tenant_id, user_id, roles, created_at, version FROM memberships WHERE tenant_id = $1")
            .bind(tenant.to_string());
    page_of(of_tenant, OLDEST_FIRST, page, db).await
}

pub(crate) async fn page_of_user(db: &Relational, user: UserId, page: &Page) -> Result<Vec<Membership>, StoreError> {
    let of_user =
        query("SELECT id, tenant_id, user_id, roles, created_at, version FROM memberships WHERE user_id = $1")
            .bind(user.to_string());
    page_of(of_user, OLDEST_FIRST, page, db).await
}

pub(crate) async fn all_of_user(source: impl Source, user: UserId) -> Result<Vec<Membership>, StoreError> {
    query("SELECT id, tenant_id, user_id, roles, created_at, version FROM memberships WHERE user_id = $1 ORDER BY id")
        .bind(user.to_string())
        .fetch_all(source)
        .await
}

pub(crate) async fn count_owners(source: impl Source, tenant: TenantId) -> Result<i64, StoreError> {
    let count = query("SELECT COUNT(*) AS count FROM memberships WHERE tenant_id = $1 AND is_owner = $2")
        .bind(tenant.to_string())
        .bind(true);
    Ok(count.fetch_one::<Count>(source).await?.0)
}

pub(crate) async fn count_of_tenant(source: impl Source, tenant: TenantId) -> Result<i64, StoreError> {
    let count = query("SELECT COUNT(*) AS count FROM memberships WHERE tenant_id = $1").bind(tenant.to_string());
    Ok(count.fetch_one::<Count>(source).await?.0)
}

/// # Errors
/// `UniqueViolation` of [`TENANT_USER`].
pub(crate) async fn insert(unit: &mut UnitOfWork, membership: &Membership) -> Result<(), StoreError> {
    query(
        "INSERT INTO memberships (id, tenant_id, user_id, roles, is_owner, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(membership.id.to_string())
    .bind(membership.tenant.to_string())
    .bind(membership.user.to_string())
    .bind(membership.roles.to_string())
    .bind(membership.roles.has(Role::Owner))
    .bind(membership.created_at)
    .bind(membership.version)
    .execute(unit)
    .await?;
    Ok(())
}

pub(crate) async fn update(unit: &mut UnitOfWork, membership: &Membership) -> Result<(), StoreError> {
    query("UPDATE memberships SET roles = $2, is_owner = $3, version = $4 WHERE id = $1")
        .bind(membership.id.to_string())
        .bind(membership.roles.to_string())
        .bind(membership.roles.has(Role::Owner))
        .bind(membership.version)
        .execute(unit)
        .await?;
    Ok(())
}

pub(crate) async fn delete(unit: &mut UnitOfWork, id: MembershipId) -> Result<(), StoreError> {
    query("DELETE FROM memberships WHERE id = $1").bind(id.to_string()).execute(unit).await?;
    Ok(())
}

/// The user founded the tenant, or switched to it.
pub(crate) async fn choose(
    unit: &mut UnitOfWork,
    tenant: TenantId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query("UPDATE memberships SET chosen_at = $3 WHERE tenant_id = $1 AND user_id = $2")
        .bind(tenant.to_string())
        .bind(user.to_string())
        .bind(now)
        .execute(unit)
        .await?;
    Ok(())
}

/// The tenant that the user chose last, of those that they are a member of and that are not suspended.
pub(crate) async fn last_chosen_by(db: &Relational, user: UserId) -> Result<Option<TenantId>, StoreError> {
    let chosen: Option<Membership> = query(
        "SELECT id, tenant_id, user_id, roles, created_at, version FROM memberships
         WHERE user_id = $1 AND chosen_at IS NOT NULL
             AND tenant_id NOT IN (SELECT id FROM tenants WHERE suspended_at IS NOT NULL)
         ORDER BY chosen_at DESC, id DESC LIMIT 1",
    )
    .bind(user.to_string())
    .fetch_optional(db)
    .await?;
    Ok(chosen.map(|membership| membership.tenant))
}
