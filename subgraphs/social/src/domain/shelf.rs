//! What the catalog told of a product: whether it is on the shelf. What nobody told of is.

use super::ids::ProductId;
use serde::{Deserialize, Serialize};

/// A product that was archived or published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ShelvedProduct {
    pub product: ProductId,
    pub is_archived: bool,
    /// The product's version when it was told.
    pub told_version: i64,
    pub version: i64,
}

impl ShelvedProduct {
    /// `None`: it was told late.
    pub(crate) fn told(
        known: Option<ShelvedProduct>,
        product: ProductId,
        (is_archived, told_version): (bool, i64),
    ) -> Option<ShelvedProduct> {
        let version = known.as_ref().map_or(0, |known| known.version) + 1;
        let is_late = known.is_some_and(|known| known.told_version >= told_version);
        (!is_late).then_some(ShelvedProduct { product, is_archived, told_version, version })
    }
}
