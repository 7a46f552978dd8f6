//! Root fields for reading. What is unknown and what is not for the caller are null alike.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{
    cart::CartObject,
    order::OrderObject,
    order_filter::OrderFilterInput,
    orders,
    timeline::{self, TimelineEntry},
};
use crate::{
    Orders,
    access::cart_resource,
    tables::{carts, order_pages},
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{
    Connection, Fault, PageArguments, QueryFingerprint, directives::authenticated, request_context,
};
use hansa_values::UserId;

/// The query root.
#[derive(Debug)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// The caller's cart; null where there is none.
    #[graphql(directive = authenticated::apply())]
    async fn cart(&self, ctx: &Context<'_>) -> Option<Result<CartObject, Fault>> {
        let (orders, request) = (orders(ctx), request_context(ctx));
        let owner = request.caller().user?;
        let cart = carts::of_buyer(&orders.db, owner).await.map_err(Fault::from).transpose()?;
        let is_seen = |cart: &crate::domain::cart::Cart| {
            let resource = cart_resource(Some(cart.id), cart.buyer);
            cart.expires_at > request.now() && orders.access.allows(request.caller(), "cartRead", &resource)
        };
        match cart {
            Ok(cart) if is_seen(&cart) => Some(CartObject::new(orders, cart).await.map_err(Fault::from)),
            Ok(_) => None,
            Err(fault) => Some(Err(fault)),
        }
    }

    #[graphql(directive = authenticated::apply())]
    async fn order(&self, ctx: &Context<'_>, id: ID) -> Option<Result<OrderObject, Fault>> {
        let id = id.parse().ok()?;
        OrderObject::find(orders(ctx), request_context(ctx).caller(), id).await.transpose()
    }

    /// What the caller has ordered, newest first.
    #[graphql(complexity = "1 + 10 * child_complexity", directive = authenticated::apply())]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        filter: Option<OrderFilterInput>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<OrderObject>, Fault>> {
        let Some(user) = request_context(ctx).caller().user else { return Some(Err(Fault::unauthenticated())) };
        let arguments = PageArguments { first, after, last, before };
        Some(order_page(orders(ctx), (ctx, user, filter), arguments).await)
    }

    /// What has happened to an order, the oldest first. Null where the caller may not see it.
    #[graphql(complexity = "1 + 10 * child_complexity", directive = authenticated::apply())]
    async fn order_timeline(
        &self,
        ctx: &Context<'_>,
        id: ID,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<TimelineEntry>, Fault>> {
        let orders = orders(ctx);
        match OrderObject::find(orders, request_context(ctx).caller(), id.parse().ok()?).await {
            Ok(order) => {
                let arguments = PageArguments { first, after, last, before };
                Some(timeline::page(orders, &order?, arguments).await)
            }
            Err(fault) => Some(Err(fault)),
        }
    }
}

/// A page of what somebody has ordered, which the caller is.
pub(super) async fn order_page(
    orders: &Orders,
    (ctx, user, filter): (&Context<'_>, UserId, Option<OrderFilterInput>),
    arguments: PageArguments,
) -> Result<Connection<OrderObject>, Fault> {
    let filter = filter.unwrap_or_default().checked()?;
    let page = arguments.page(&orders.services.cursors, QueryFingerprint::of("User.orders", &(user, &filter)))?;
    let rows = order_pages::of_buyer(&orders.db, (user, &filter), &page).await?;
    let rows = OrderObject::visible(orders, request_context(ctx).caller(), rows).await?;
    Ok(Connection::from_rows(rows, &page, |order| order_pages::place(&order.row)))
}
