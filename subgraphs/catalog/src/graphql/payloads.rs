//! What mutations answer: the entity, or the user errors that say why there is none.

use super::{category::CategoryObject, product::ProductObject, variant::VariantObject, vendor::VendorObject};
use hansa_subgraph_host::payloads;

payloads! {
    VendorCreatePayload { vendor: VendorObject }
    VendorUpdatePayload { vendor: VendorObject }
    CategoryCreatePayload { category: CategoryObject }
    CategoryUpdatePayload { category: CategoryObject }
    CategoryMovePayload { category: CategoryObject }
    ProductCreatePayload { product: ProductObject }
    ProductUpdatePayload { product: ProductObject }
    ProductPublishPayload { product: ProductObject }
    ProductArchivePayload { product: ProductObject }
    VariantAddPayload { variant: VariantObject }
    VariantUpdatePayload { variant: VariantObject }
    VariantRemovePayload {
        /// The product that had it.
        product: ProductObject
    }
    PriceSetPayload { variant: VariantObject }
}
