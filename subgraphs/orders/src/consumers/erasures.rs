//! Whoever was erased has no cart and no checkouts. Orders are the books: they stay, with the id of a buyer who is nobody.

use crate::tables::{carts, checkouts};
use hansa_messaging::HandleFuture;
use hansa_relational::UnitOfWork;
use hansa_values::UserId;

pub(crate) fn forget(unit: &mut UnitOfWork, user: UserId) -> HandleFuture<'_> {
    Box::pin(async move {
        if let Some(cart) = carts::of_buyer_in(unit, user).await? {
            carts::delete(unit, cart.id).await?;
        }
        Ok(checkouts::delete_of(unit, user).await?)
    })
}
