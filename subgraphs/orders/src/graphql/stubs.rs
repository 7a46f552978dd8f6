//! What other contexts own, by its id.

use crate::domain::ids::{ProductId, VariantId, VendorId};
use async_graphql::{ID, SimpleObject};
use hansa_subgraph_host::directives::key;

// What is bought; the catalog describes it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ProductVariant", directive = key::apply("id".into(), Some(false)))]
pub(crate) struct VariantStub {
    id: ID,
}

// The catalog's: it describes it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Product", directive = key::apply("id".into(), Some(false)))]
pub(crate) struct ProductStub {
    id: ID,
}

// Who sells; the catalog describes it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Vendor", directive = key::apply("id".into(), Some(false)))]
pub(crate) struct VendorStub {
    id: ID,
}

impl From<VariantId> for VariantStub {
    fn from(id: VariantId) -> VariantStub {
        VariantStub { id: id.to_string().into() }
    }
}

impl From<ProductId> for ProductStub {
    fn from(id: ProductId) -> ProductStub {
        ProductStub { id: id.to_string().into() }
    }
}

impl From<VendorId> for VendorStub {
    fn from(id: VendorId) -> VendorStub {
        VendorStub { id: id.to_string().into() }
    }
}
