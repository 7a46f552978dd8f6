//! The commands of the catalog, one public method each: GraphQL's mutations and the demo's loader call the same.
//!
//! Each checks its whole input, asks the policies, lets the domain decide, and commits state, events and idempotency
//! record in one write. When somebody else wrote first, it starts again from what is there now.

mod categories;
mod inputs;
mod products;
mod variants;
mod vendors;

pub use inputs::{
    AttributeDefinitionInput, AttributeInput, AttributeKindInput, CategoryCreateInput, CategoryMoveInput,
    CategoryUpdateInput, PriceSetInput, ProductArchiveInput, ProductCreateInput, ProductPublishInput,
    ProductUpdateInput, VariantAddInput, VariantInput, VariantRemoveInput, VariantUpdateInput, VendorCreateInput,
    VendorUpdateInput,
};

pub(crate) use inputs::{currency_text, decimal_text};

use crate::domain::{Refusal, Refused};
use hansa_documents::StoreError;

/// How often a command starts again because somebody else wrote first.
const ATTEMPTS_MAX: usize = 16;

/// What a command did.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    pub entity: T,
    /// Whether an earlier command with the same idempotency key did it.
    pub is_replayed: bool,
}

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("the command was refused: {}", .0.iter().map(|refused| refused.refusal.to_string()).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refused>),
    #[error("the idempotency key was used before, with another input")]
    KeyReused,
    #[error("somebody else kept changing the same thing")]
    Contended,
    #[error("read or write the catalog")]
    Store(#[source] StoreError),
}

impl<T> Done<T> {
    fn now(entity: T) -> Done<T> {
        Done { entity, is_replayed: false }
    }

    fn earlier(entity: T) -> Done<T> {
        Done { entity, is_replayed: true }
    }
}

impl From<Vec<Refused>> for CommandError {
    fn from(refused: Vec<Refused>) -> CommandError {
        CommandError::Refused(refused)
    }
}

impl From<Refused> for CommandError {
    fn from(refused: Refused) -> CommandError {
        CommandError::Refused(vec![refused])
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(vec![refusal.into()])
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        match error {
            StoreError::KeyReused => CommandError::KeyReused,
            StoreError::TooMuch { what, limit } => Refusal::TooMuch { what, limit }.into(),
            error => CommandError::Store(error),
        }
    }
}

fn expect_version(expected: Option<i32>, current: i64) -> Result<(), Refused> {
    match expected {
        Some(expected) if i64::from(expected) != current => {
            Err(Refusal::VersionConflict { current }.at("expectedVersion"))
        }
        _ => Ok(()),
    }
}
