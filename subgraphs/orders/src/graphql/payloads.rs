//! Payloads of mutations: what was done, or the errors that say why not.

use super::{cart::CartObject, checkout::CheckoutObject, order::OrderObject, order_return::ReturnObject};
use crate::domain::{Refusal, Refused};
use hansa_subgraph_host::{Refuse, UserError, payloads};

impl Refuse for Refused {
    fn key_reused() -> Refused {
        Refusal::IdempotencyKeyReused.at("idempotencyKey")
    }

    fn user_errors(&self) -> Vec<UserError> {
        vec![UserError::new(self.refusal.code(), &self.field, self.refusal.to_string())]
    }
}

payloads! {
    CartLinesAddPayload { cart: CartObject }
    CartLineUpdatePayload { cart: CartObject }
    CartLinesRemovePayload { cart: CartObject }
    CartClearPayload { cart: CartObject }
    CheckoutCreatePayload { checkout: CheckoutObject }
    OrderPlacePayload { order: OrderObject }
    OrderCancelPayload { order: OrderObject }
    ReturnRequestPayload { order_return: ReturnObject }
    ReturnAcceptPayload { order_return: ReturnObject }
    ReturnRefusePayload { order_return: ReturnObject }
    ReturnReceivePayload { order_return: ReturnObject }
}
