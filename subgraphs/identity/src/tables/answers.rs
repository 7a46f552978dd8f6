//! Answers to commands with idempotency keys, as the store keeps them: they and the hashes of their inputs go with the user.

use hansa_event_sourcing::Actor;
use hansa_relational::{StoreError, UnitOfWork, query};
use hansa_values::{TenantId, UserId};

/// Forgets what the user was answered, acting in none or one of these tenants. A registration is a visitor's, and is known
/// by its answer.
pub(crate) async fn forget_of(
    unit: &mut UnitOfWork,
    user: UserId,
    tenants: impl IntoIterator<Item = TenantId>,
) -> Result<(), StoreError> {
    let tenants = tenants.into_iter().map(Some).chain([None]);
    let scopes = tenants.map(|tenant| Actor { user: Some(user), tenant, key: None }.scope());
    query("DELETE FROM idempotency_records WHERE ").push_in("actor_scope", scopes).execute(&mut *unit).await?;
    query(
        "DELETE FROM idempotency_records WHERE actor_scope = $1 AND operation = 'userRegister'
             AND CAST(payload AS TEXT) LIKE $2",
    )
    .bind(Actor::default().scope())
    .bind(format!("%\"{user}\"%"))
    .execute(unit)
    .await?;
    Ok(())
}
