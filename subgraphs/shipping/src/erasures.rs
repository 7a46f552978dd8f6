//! Whoever was erased has no addresses. One that a shipment still needs, for its label or because it is on its way, goes when
//! the last of those has ended.

use crate::tables::addresses;
use hansa_messaging::HandleFuture;
use hansa_relational::UnitOfWork;
use hansa_values::UserId;

pub(crate) fn forget(unit: &mut UnitOfWork, user: UserId) -> HandleFuture<'_> {
    Box::pin(async move { Ok(addresses::delete_of(unit, user).await?) })
}
