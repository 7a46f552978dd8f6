//! Whoever was erased has no payment methods. Payments and the ledger are the books, and stay.

use crate::tables::payment_methods;
use hansa_messaging::HandleFuture;
use hansa_relational::UnitOfWork;
use hansa_values::UserId;

pub(crate) fn forget(unit: &mut UnitOfWork, user: UserId) -> HandleFuture<'_> {
    Box::pin(async move { Ok(payment_methods::delete_of(unit, user).await?) })
}
