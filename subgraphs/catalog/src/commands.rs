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

use crate::domain::{Refusal, Refusals, Refused};
use hansa_subgraph_host::{Refuse, UserError};

/// How often a command starts again because somebody else wrote first.
const ATTEMPTS_MAX: usize = 16;

/// Why a command did nothing.
pub type CommandError = hansa_subgraph_host::CommandError<Refusals>;

impl Refuse for Refusals {
    fn key_reused() -> Refusals {
        Refusal::KeyReused.at("idempotencyKey").into()
    }

    fn too_much(what: &'static str, limit: usize) -> Option<Refusals> {
        Some(Refusal::TooMuch { what, limit }.into())
    }

    fn user_errors(&self) -> Vec<UserError> {
        self.0.iter().map(user_error).collect()
    }
}

fn user_error(refused: &Refused) -> UserError {
    match &refused.refusal {
        Refusal::VersionConflict { current } => UserError::version_conflict(*current),
        Refusal::KeyReused => UserError::idempotency_key_reused(),
        refusal => UserError::new(refusal.code(), &refused.field.join("."), refusal.to_string()),
    }
}

impl From<Refusals> for CommandError {
    fn from(refusals: Refusals) -> CommandError {
        CommandError::Refused(refusals)
    }
}

impl From<Refused> for CommandError {
    fn from(refused: Refused) -> CommandError {
        CommandError::Refused(refused.into())
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(refusal.into())
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
