//! What mutations answer: the entity, or the user errors that say why there is none.

use super::{category::CategoryObject, product::ProductObject, variant::VariantObject, vendor::VendorObject};
use crate::{
    commands::{CommandError, Done},
    domain::{Refusal, Refused},
};
use async_graphql::SimpleObject;
use hansa_documents::StoreError;
use hansa_subgraph_host::{ErrorCode, Fault, UserError};

/// What a command did, or why not.
#[derive(Debug)]
pub(super) struct Outcome<T> {
    pub(super) entity: Option<T>,
    pub(super) user_errors: Vec<UserError>,
    pub(super) is_replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct VendorCreatePayload {
    pub(super) vendor: Option<VendorObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct VendorUpdatePayload {
    pub(super) vendor: Option<VendorObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct CategoryCreatePayload {
    pub(super) category: Option<CategoryObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct CategoryUpdatePayload {
    pub(super) category: Option<CategoryObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct CategoryMovePayload {
    pub(super) category: Option<CategoryObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct ProductCreatePayload {
    pub(super) product: Option<ProductObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct ProductUpdatePayload {
    pub(super) product: Option<ProductObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct ProductPublishPayload {
    pub(super) product: Option<ProductObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct ProductArchivePayload {
    pub(super) product: Option<ProductObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct VariantAddPayload {
    pub(super) variant: Option<VariantObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct VariantUpdatePayload {
    pub(super) variant: Option<VariantObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct VariantRemovePayload {
    /// The product that had it.
    pub(super) product: Option<ProductObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

#[derive(Debug, SimpleObject)]
pub(super) struct PriceSetPayload {
    pub(super) variant: Option<VariantObject>,
    pub(super) user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    pub(super) replayed: bool,
}

impl<T> Outcome<T> {
    pub(super) fn refused(user_errors: Vec<UserError>) -> Outcome<T> {
        Outcome { entity: None, user_errors, is_replayed: false }
    }

    /// # Errors
    /// What is nobody's input's fault.
    pub(super) fn of(result: Result<Done<T>, CommandError>) -> Result<Outcome<T>, Fault> {
        match result {
            Ok(done) => {
                Ok(Outcome { entity: Some(done.entity), user_errors: Vec::new(), is_replayed: done.is_replayed })
            }
            Err(CommandError::Refused(found)) => Ok(Outcome::refused(found.iter().map(user_error).collect())),
            Err(CommandError::KeyReused) => Ok(Outcome::refused(vec![UserError::idempotency_key_reused()])),
            Err(error @ CommandError::Contended) => Err(Fault::new(ErrorCode::Conflict, error.to_string())),
            Err(CommandError::Store(error @ (StoreError::Busy | StoreError::Unreachable(_)))) => {
                Err(Fault::unavailable(error))
            }
            Err(error @ CommandError::Store(_)) => Err(Fault::internal(error)),
        }
    }
}

fn user_error(refused: &Refused) -> UserError {
    match &refused.refusal {
        Refusal::VersionConflict { current } => UserError::version_conflict(*current),
        refusal => UserError::new(refusal.code(), &refused.field.join("."), refusal.to_string()),
    }
}
