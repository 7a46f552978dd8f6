//! Ids: this context's own, and those of others that it knows by their prefix only.

use hansa_values::{EntityKind, Id};

macro_rules! ids {
    ($($(#[$about:meta])* $kind:ident, $id:ident: $prefix:literal, $type_name:literal;)*) => {$(
        $(#[$about])*
        #[derive(Debug)]
        pub struct $kind;

        pub type $id = Id<$kind>;

        impl EntityKind for $kind {
            const PREFIX: &'static str = $prefix;
            const TYPE_NAME: &'static str = $type_name;
        }
    )*};
}

ids! {
    /// Marks ids of orders.
    OrderKind, OrderId: "order", "Order";
    /// Marks ids of the lines of orders.
    OrderLineKind, OrderLineId: "orderline", "OrderLine";
    /// Marks ids of carts.
    CartKind, CartId: "cart", "Cart";
    /// Marks ids of the lines of carts.
    CartLineKind, CartLineId: "cartline", "CartLine";
    /// Marks ids of checkouts.
    CheckoutKind, CheckoutId: "checkout", "Checkout";
    /// Marks ids of returns.
    ReturnKind, ReturnId: "return", "Return";
    /// Marks ids of the processes that place orders: those of the orders with another prefix.
    PlacementKind, PlacementId: "placement", "OrderPlacement";
    /// Marks ids of variants, which are the catalog's.
    VariantKind, VariantId: "variant", "ProductVariant";
    /// Marks ids of products, which are the catalog's.
    ProductKind, ProductId: "product", "Product";
    /// Marks ids of vendors, which are the catalog's.
    VendorKind, VendorId: "vendor", "Vendor";
}
