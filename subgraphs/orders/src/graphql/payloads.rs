//! Payloads of mutations: what was done, or the errors that say why not.

use super::{cart::CartObject, checkout::CheckoutObject, order::OrderObject, order_return::ReturnObject};
use crate::{
    commands::{CommandError, Done},
    domain::Refused,
};
use async_graphql::SimpleObject;
use hansa_subgraph_host::{Fault, UserError};

/// What all payloads have.
pub(super) struct Outcome<T> {
    value: Option<T>,
    user_errors: Vec<UserError>,
    replayed: bool,
}

impl<T> Outcome<T> {
    pub(super) fn refused(error: UserError) -> Outcome<T> {
        Outcome { value: None, user_errors: vec![error], replayed: false }
    }

    pub(super) fn map<U>(self, object: impl FnOnce(T) -> U) -> Outcome<U> {
        let Outcome { value, user_errors, replayed } = self;
        Outcome { value: value.map(object), user_errors, replayed }
    }

    /// As [`Outcome::map`], where the object has to be loaded.
    pub(super) async fn load<U, E>(self, object: impl AsyncFnOnce(T) -> Result<Option<U>, E>) -> Result<Outcome<U>, E> {
        let Outcome { value, user_errors, replayed } = self;
        let value = match value {
            Some(value) => object(value).await?,
            None => None,
        };
        Ok(Outcome { value, user_errors, replayed })
    }
}

pub(super) fn outcome<T>(done: Result<Done<T>, CommandError>) -> Result<Outcome<T>, Fault> {
    match done {
        Ok(Done { value, replayed }) => Ok(Outcome { value: Some(value), user_errors: Vec::new(), replayed }),
        Err(CommandError::Refused(refused)) => Ok(Outcome::refused(user_error(&refused))),
        Err(CommandError::Failed(fault)) => Err(fault),
    }
}

fn user_error(Refused { refusal, field }: &Refused) -> UserError {
    UserError::new(refusal.code(), field, refusal.to_string())
}

macro_rules! payloads {
    ($($payload:ident { $field:ident: $object:ident })+) => {$(
        #[derive(Debug, SimpleObject)]
        pub(crate) struct $payload {
            $field: Option<$object>,
            user_errors: Vec<UserError>,
            /// Whether an earlier call with the same key did it.
            replayed: bool,
        }

        impl From<Outcome<$object>> for $payload {
            fn from(Outcome { value, user_errors, replayed }: Outcome<$object>) -> $payload {
                $payload { $field: value, user_errors, replayed }
            }
        }
    )+};
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
