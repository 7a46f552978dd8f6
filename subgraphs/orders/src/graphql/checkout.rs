//! Checkouts: what the buyer agrees to.

use super::{int, order::OrderObject, orders, stubs::VariantStub};
use crate::domain::checkout::{Checkout, QuotedLine};
use async_graphql::{Context, ID, Object, SimpleObject};
use hansa_subgraph_host::{Fault, Money, directives, request_context, scalars::DateTime};

#[derive(Debug, Clone)]
pub(crate) struct CheckoutObject(pub(crate) Checkout);

/// A line with its frozen price.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "CheckoutLine")]
pub(crate) struct CheckoutLineObject {
    variant: VariantStub,
    title: String,
    sku: String,
    quantity: i32,
    unit_price: Money,
}

impl From<&QuotedLine> for CheckoutLineObject {
    fn from(line: &QuotedLine) -> CheckoutLineObject {
        CheckoutLineObject {
            variant: line.variant_id.into(),
            title: line.title.clone(),
            sku: line.sku.clone(),
            quantity: int(line.quantity),
            unit_price: line.unit_price.into(),
        }
    }
}

/// A cart whose prices are frozen for half an hour.
#[Object(
    name = "Checkout",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl CheckoutObject {
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn lines(&self) -> Vec<CheckoutLineObject> {
        self.0.quote.lines.iter().map(CheckoutLineObject::from).collect()
    }

    /// Code of the way of shipping.
    async fn shipping_method(&self) -> &str {
        &self.0.quote.shipping_method
    }

    async fn delivery_address_id(&self) -> ID {
        self.0.quote.delivery_address_id.clone().into()
    }

    async fn items_total(&self) -> Money {
        self.0.quote.items_total.into()
    }

    async fn shipping_total(&self) -> Money {
        self.0.quote.shipping_total.into()
    }

    async fn total(&self) -> Money {
        self.0.quote.total.into()
    }

    /// Stands for everything above; give it to `orderPlace`.
    async fn quote_hash(&self) -> &str {
        &self.0.quote_hash
    }

    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// What it became.
    async fn order(&self, ctx: &Context<'_>) -> Option<Result<OrderObject, Fault>> {
        let id = self.0.order?;
        OrderObject::find(orders(ctx), request_context(ctx).caller(), id).await.transpose()
    }
}
