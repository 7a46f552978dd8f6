//! `Checkout`: orders', with what each way of shipping would cost. What is bought and where it goes comes with the request: the
//! router asks orders for it first.

use super::{
    method::ShippingQuote,
    parcel::Parcel,
    shipping,
    variant::{VariantNode, quotes},
};
use crate::{
    Shipping,
    domain::ids::{CheckoutId, DeliveryAddressId, VariantId},
    shipping::address_resource,
    tables::{addresses, methods},
};
use async_graphql::{Context, ID, Object, SimpleObject};
use hansa_subgraph_host::{Caller, Fault, Money, directives, request_context};
use hansa_values::CurrencyCode;
use serde::Deserialize;

/// A checkout as the router sends it: by its id, and with what a field requires.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckoutRepresentation {
    id: String,
    delivery_address_id: Option<String>,
    items_total: Option<CurrencyOf>,
    lines: Option<Vec<LineRepresentation>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CurrencyOf {
    currency_code: CurrencyCode,
}

#[derive(Debug, Clone, Deserialize)]
struct LineRepresentation {
    quantity: i32,
    variant: VariantKey,
}

#[derive(Debug, Clone, Deserialize)]
struct VariantKey {
    id: String,
}

/// A checkout, of which this context knows the id, and what came with it.
#[derive(Debug, Clone)]
pub(crate) struct CheckoutNode {
    id: CheckoutId,
    address: Option<DeliveryAddressId>,
    currency: Option<CurrencyCode>,
    lines: Vec<(VariantId, i64)>,
}

/// A line with its frozen price.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "CheckoutLine")]
pub(crate) struct CheckoutLineNode {
    #[graphql(directive = directives::external::apply())]
    variant: VariantNode,
    #[graphql(directive = directives::external::apply())]
    quantity: i32,
}

impl CheckoutNode {
    /// `None` for what is no id of a checkout, or has lines that are none.
    pub(super) fn read(wanted: CheckoutRepresentation) -> Option<CheckoutNode> {
        let lines = wanted.lines.unwrap_or_default();
        let line = |line: LineRepresentation| Some((line.variant.id.parse().ok()?, i64::from(line.quantity)));
        Some(CheckoutNode {
            id: wanted.id.parse().ok()?,
            address: wanted.delivery_address_id.and_then(|id| id.parse().ok()),
            currency: wanted.items_total.map(|total| total.currency_code),
            lines: lines.into_iter().map(line).collect::<Option<_>>()?,
        })
    }

    /// `None` where the caller may not see where it goes: only who checks out may.
    async fn quotes(&self, context: &Shipping, caller: &Caller) -> Result<Option<Vec<ShippingQuote>>, Fault> {
        let (Some(address), Some(currency)) = (self.address, self.currency) else { return Ok(None) };
        let address = addresses::by_id(&context.db, address).await?.filter(|address| !address.is_deleted);
        let may_see = |address: &_| context.may(caller, "addressRead", &address_resource(address));
        let Some(address) = address.filter(may_see) else { return Ok(None) };
        let parcel = Parcel::of(context, &self.lines).await?;
        let mut methods = methods::active(&context.db).await?;
        methods.retain(|method| method.base_price.currency == currency && parcel.may_go_with(method));
        Ok(Some(quotes(&methods, address.lines.country, parcel.grams)))
    }
}

#[Object(name = "Checkout", directive = directives::key::apply("id".to_owned(), None))]
impl CheckoutNode {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    #[graphql(directive = directives::external::apply())]
    async fn delivery_address_id(&self) -> ID {
        self.address.map(|id| id.to_string()).unwrap_or_default().into()
    }

    #[graphql(directive = directives::external::apply())]
    async fn items_total(&self) -> Result<Money, Fault> {
        let unknown = || Fault::bad_input("the items' total is for orders to say");
        let currency = self.currency.ok_or_else(unknown)?;
        Ok(hansa_values::Money { minor_units: 0, currency }.into())
    }

    #[graphql(directive = directives::external::apply())]
    async fn lines(&self) -> Vec<CheckoutLineNode> {
        let line = |(variant, quantity): &(VariantId, i64)| CheckoutLineNode {
            variant: VariantNode::bare(*variant),
            quantity: super::int(*quantity),
        };
        self.lines.iter().map(line).collect()
    }

    /// What sending all of it would cost: with each way of shipping that these goods may go with, to the delivery address and
    /// in the checkout's currency, the cheapest first. For who checks out; null for others.
    #[graphql(
        complexity = "10 + 5 * child_complexity",
        directive = directives::requires::apply(
            "deliveryAddressId itemsTotal { currencyCode } lines { quantity variant { id } }".to_owned()
        )
    )]
    async fn shipping_quotes(&self, ctx: &Context<'_>) -> Option<Result<Vec<ShippingQuote>, Fault>> {
        self.quotes(shipping(ctx), request_context(ctx).caller()).await.transpose()
    }
}
