//! The interface that everything with an id of its own implements.

use super::{category::CategoryObject, product::ProductObject, variant::VariantObject, vendor::VendorObject};
use async_graphql::{ID, Interface};

/// Something with an id, which `node` finds again.
#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Unique among everything."))]
pub(super) enum Node {
    Vendor(VendorObject),
    Category(CategoryObject),
    Product(ProductObject),
    Variant(VariantObject),
}
