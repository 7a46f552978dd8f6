//! Lines of orders.

use super::{
    int,
    order::OrderObject,
    stubs::{ProductStub, VariantStub, VendorStub},
    tenant::TenantObject,
};
use crate::domain::order::OrderedLine;
use async_graphql::{ID, Object};
use hansa_subgraph_host::{Money, directives};

/// A line with the order that it is of.
#[derive(Debug, Clone)]
pub(crate) struct OrderLineObject {
    pub(crate) line: OrderedLine,
    pub(crate) order: OrderObject,
}

/// What was ordered of one variant, at the price of then.
#[Object(
    name = "OrderLine",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl OrderLineObject {
    pub(super) async fn id(&self) -> ID {
        self.line.line_id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.line.line_id.to_string().into()
    }

    async fn order(&self) -> &OrderObject {
        &self.order
    }

    async fn variant(&self) -> VariantStub {
        self.line.variant_id.into()
    }

    async fn product(&self) -> ProductStub {
        self.line.product_id.into()
    }

    async fn vendor(&self) -> VendorStub {
        self.line.vendor_id.into()
    }

    /// Who sells it.
    async fn seller(&self) -> TenantObject {
        TenantObject::new(self.line.tenant_id)
    }

    /// As it was called when it was ordered.
    async fn title(&self) -> &str {
        &self.line.title
    }

    async fn sku(&self) -> &str {
        &self.line.sku
    }

    async fn quantity(&self) -> i32 {
        int(self.line.quantity)
    }

    async fn unit_price(&self) -> Money {
        self.line.unit_price.into()
    }

    /// Quantity times price.
    async fn total(&self) -> Money {
        total_of([&self.line]).unwrap_or(self.line.unit_price).into()
    }
}

/// What lines cost together, all in the order's currency; within its total, which was checked.
pub(super) fn total_of<'a>(lines: impl IntoIterator<Item = &'a OrderedLine>) -> Option<hansa_values::Money> {
    let parts = lines.into_iter().map(|line| {
        let minor_units = line.unit_price.minor_units.saturating_mul(line.quantity);
        hansa_values::Money { minor_units, ..line.unit_price }
    });
    parts.reduce(|sum, part| hansa_values::Money {
        minor_units: sum.minor_units.saturating_add(part.minor_units),
        ..sum
    })
}
