//! Ids of this context, and those of others that it keeps.

use hansa_values::{EntityKind, Id};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $id:ident, $prefix:literal, $type_name:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $kind;

        pub type $id = Id<$kind>;

        impl EntityKind for $kind {
            const PREFIX: &'static str = $prefix;
            const TYPE_NAME: &'static str = $type_name;
        }
    )+};
}

kinds! {
    /// Marks ids of delivery addresses.
    DeliveryAddressKind, DeliveryAddressId, "address", "DeliveryAddress";
    /// Marks ids of ways of shipping.
    ShippingMethodKind, ShippingMethodId, "shippingmethod", "ShippingMethod";
    /// Marks ids of shipments.
    ShipmentKind, ShipmentId, "shipment", "Shipment";
    /// Marks ids of the plans for orders: those of the orders with another prefix.
    ShippingPlanKind, ShippingPlanId, "shippingplan", "ShippingPlan";
    /// Marks ids of orders, which are another context's.
    OrderKind, OrderId, "order", "Order";
    /// Marks ids of the lines of orders, which are another context's.
    OrderLineKind, OrderLineId, "orderline", "OrderLine";
    /// Marks ids of checkouts, which are another context's.
    CheckoutKind, CheckoutId, "checkout", "Checkout";
    /// Marks ids of warehouses, which are another context's.
    WarehouseKind, WarehouseId, "warehouse", "Warehouse";
    /// Marks ids of variants, which are another context's.
    VariantKind, VariantId, "variant", "ProductVariant";
}
