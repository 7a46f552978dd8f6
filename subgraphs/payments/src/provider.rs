//! The port to whoever moves the money, with two adapters, and the gate before them.
//!
//! Every call has a key, the id of the command. The provider does what it is asked with one key once, and can be asked
//! what came of a key.

mod gate;
mod http;
mod sandbox;
pub(crate) mod stripe;

pub(crate) use gate::Gate;
pub(crate) use sandbox::{Notice, Notify, Sandbox};
pub use sandbox::{SandboxCall, SandboxLog};

use crate::domain::{
    ids::{OrderId, PaymentId},
    operation::OperationKind,
};
use hansa_values::Money;
use std::{future::Future, pin::Pin};
use uuid::Uuid;

/// What the provider is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub kind: OperationKind,
    /// The idempotency key.
    pub key: Uuid,
    pub payment: PaymentId,
    pub order: OrderId,
    /// The provider's id of the payment; `None` before it is authorised.
    pub reference: Option<String>,
    pub amount: Money,
    pub payment_method: String,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Succeeded {
        /// The provider's id of the payment.
        reference: String,
    },
    /// It was not done and will not be.
    Refused {
        /// SCREAMING_SNAKE.
        reason: String,
    },
}

/// Why a call has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It surely did not reach the provider.
    #[error("the provider was not reached: {0}")]
    NotSent(String),
    /// It may have been done.
    #[error("the provider did not answer: {0}")]
    Unknown(String),
    /// The provider has it, answers, and has not decided.
    #[error("the provider has not decided: {0}")]
    UnderWay(String),
}

pub type CallFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, CallError>> + Send + 'a>>;

/// Moves money somewhere else.
pub trait Provider: Send + Sync + 'static {
    /// Does it, once for each key.
    fn execute<'a>(&'a self, call: &'a Call) -> CallFuture<'a, Outcome>;

    /// What came of the call with this key; `None` where the provider does not know of it.
    fn find<'a>(&'a self, call: &'a Call) -> CallFuture<'a, Option<Outcome>>;
}
