//! What the catalog knows, without I/O, clock or randomness: who sells, what it is, how it is sorted, what it costs.

mod attribute;
mod category_tree;
mod handle;
mod measures;
mod number;
mod price;
mod product;
mod publishing;
mod refusal;
mod text;
mod variant;
mod vendor;

pub use attribute::{Attribute, AttributeDefinition, AttributeKind, AttributeValue, GivenAttribute, GivenDefinition};
pub use category_tree::{Category, CategoryChanges, CategoryEvent, CategoryId, CategoryTree, NewCategory};
pub use handle::Handle;
pub use measures::{GivenMeasures, Measures};
pub use number::Number;
pub use price::{PriceChange, PriceEvent, checked_price};
pub use product::{
    NewProduct, Product, ProductChanges, ProductEvent, ProductFacts, ProductId, ProductStatus, VariantFacts,
};
pub use refusal::{Checks, Refusal, Refusals, Refused};
pub use text::{Description, Label};
pub use variant::{NewVariant, Sku, Variant, VariantChanges, VariantId};
pub use vendor::{NewVendor, Vendor, VendorChanges, VendorEvent, VendorId};
