//! The table `tenant_suspensions`: the newest that was told counts.

use hansa_relational::{StoreError, UnitOfWork, query};
use hansa_values::TenantId;

pub(crate) async fn write(
    unit: &mut UnitOfWork,
    tenant: TenantId,
    (is_suspended, version): (bool, i64),
) -> Result<(), StoreError> {
    query(
        "INSERT INTO tenant_suspensions (tenant_id, is_suspended, stream_version) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id) DO UPDATE SET is_suspended = excluded.is_suspended,
            stream_version = excluded.stream_version
         WHERE tenant_suspensions.stream_version < excluded.stream_version",
    )
    .bind(tenant.to_string())
    .bind(is_suspended)
    .bind(version)
    .execute(unit)
    .await
    .map(drop)
}
