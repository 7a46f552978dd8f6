//! `ProductVariant`: the catalog's, with how much there is of it.

use super::{
    int,
    loaders::{AvailabilityLoader, KnownLevel},
    may_read,
};
use crate::domain::{Level, VariantId};
use async_graphql::{Context, Enum, ID, Object};
use hansa_subgraph_host::{Fault, directives, loader};

/// How much there is, as everybody may know it.
#[expect(clippy::enum_variant_names, reason = "they are the names that clients know")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "AvailabilityLevel")]
pub(crate) enum LevelName {
    InStock,
    /// At most five units.
    LowStock,
    OutOfStock,
}

impl From<Level> for LevelName {
    fn from(level: Level) -> LevelName {
        match level {
            Level::InStock => LevelName::InStock,
            Level::LowStock => LevelName::LowStock,
            Level::OutOfStock => LevelName::OutOfStock,
        }
    }
}

/// A variant, by its id; what is known of it already.
#[derive(Debug, Clone)]
pub(crate) struct VariantObject {
    pub(crate) id: VariantId,
    pub(crate) known: Option<KnownLevel>,
}

/// How much of a variant there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AvailabilityObject {
    pub(crate) variant: VariantId,
    pub(crate) known: KnownLevel,
}

#[Object(name = "ProductVariant", directive = directives::key::apply("id".to_owned(), None))]
impl VariantObject {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// How much there is of it; null where the catalog has not told of it yet.
    async fn availability(&self, ctx: &Context<'_>) -> Option<Result<AvailabilityObject, Fault>> {
        let known = match self.known {
            Some(known) => Some(known),
            None => match loader::<AvailabilityLoader>(ctx).load_one(self.id).await {
                Ok(known) => known,
                Err(fault) => return Some(Err(fault)),
            },
        };
        known.map(|known| Ok(AvailabilityObject { variant: self.id, known }))
    }
}

/// How much of a variant there is.
#[Object(name = "Availability")]
impl AvailabilityObject {
    async fn variant(&self) -> VariantObject {
        VariantObject { id: self.variant, known: Some(self.known) }
    }

    async fn level(&self) -> LevelName {
        self.known.level.into()
    }

    /// Units that can be sold now, from active warehouses. For the staff of the variant's tenant; null for others.
    async fn saleable(&self, ctx: &Context<'_>) -> Option<i32> {
        may_read(ctx, self.known.tenant).then(|| int(self.known.saleable))
    }
}
