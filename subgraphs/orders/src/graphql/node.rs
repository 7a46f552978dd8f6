//! The interface that everything with an id of its own implements.

use super::{
    cart::CartObject, checkout::CheckoutObject, order::OrderObject, order_line::OrderLineObject,
    order_return::ReturnObject,
};
use async_graphql::{ID, Interface};

/// Something with an id, which `node` finds again.
#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Unique among everything."))]
pub(crate) enum Node {
    Order(OrderObject),
    OrderLine(OrderLineObject),
    Cart(CartObject),
    Checkout(CheckoutObject),
    Return(ReturnObject),
}
