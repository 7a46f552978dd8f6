//! Entities for other subgraphs: each type in one batch.

use super::{
    cart::CartObject, checkout::CheckoutObject, order::OrderObject, order_line::OrderLineObject,
    order_return::ReturnObject, orders, tenant::TenantObject, user::UserObject,
};
use crate::{
    Orders,
    access::{cart_resource, checkout_resource},
    domain::ids::{
        CartId, CartKind, CheckoutId, CheckoutKind, OrderId, OrderKind, OrderLineId, OrderLineKind, ReturnId,
        ReturnKind,
    },
    tables::{carts, checkouts, orders as table, returns},
};
use async_graphql::{Context, Union};
use hansa_subgraph_host::{Caller, Entities, Fault, Loaded, Representations, request_context};
use hansa_values::{Tenant, TenantId, User, UserId};

#[derive(Debug, Clone, Union)]
#[graphql(name = "_Entity")]
pub(crate) enum Entity {
    Order(OrderObject),
    OrderLine(OrderLineObject),
    Cart(CartObject),
    Checkout(CheckoutObject),
    Return(ReturnObject),
    User(UserObject),
    Tenant(TenantObject),
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Entity>) -> Representations<'a, Entity> {
        let (orders, caller) = (orders(ctx), request_context(ctx).caller());
        wanted
            .by_id::<OrderKind, _, _>(|ids| order_entities(orders, caller, ids), Entity::Order)
            .by_id::<OrderLineKind, _, _>(|ids| line_entities(orders, caller, ids), Entity::OrderLine)
            .by_id::<CartKind, _, _>(|ids| cart_entities(orders, caller, ids), Entity::Cart)
            .by_id::<CheckoutKind, _, _>(|ids| checkout_entities(orders, caller, ids), Entity::Checkout)
            .by_id::<ReturnKind, _, _>(|ids| return_entities(orders, caller, ids), Entity::Return)
            .by_id::<User, _, _>(users, Entity::User)
            .by_id::<Tenant, _, _>(tenants, Entity::Tenant)
    }
}

async fn order_entities(
    orders: &Orders,
    caller: &Caller,
    ids: Vec<OrderId>,
) -> Result<Loaded<OrderId, OrderObject>, Fault> {
    let rows = table::by_ids(&orders.db, ids).await?;
    let seen = OrderObject::visible(orders, caller, rows).await?;
    Ok(seen.into_iter().map(|order| (order.row.id, Ok(order))).collect())
}

async fn line_entities(
    orders: &Orders,
    caller: &Caller,
    ids: Vec<OrderLineId>,
) -> Result<Loaded<OrderLineId, OrderLineObject>, Fault> {
    let of = table::of_lines(&orders.db, &ids).await?;
    let found = order_entities(orders, caller, of.values().copied().collect()).await?;
    let find = |id: OrderLineId| {
        let order = found.get(of.get(&id)?)?.as_ref().ok()?;
        let line = order.seen_lines().find(|line| line.line_id == id)?.clone();
        Some((id, Ok(OrderLineObject { line, order: order.clone() })))
    };
    Ok(ids.into_iter().filter_map(find).collect())
}

async fn cart_entities(
    orders: &Orders,
    caller: &Caller,
    ids: Vec<CartId>,
) -> Result<Loaded<CartId, CartObject>, Fault> {
    let mut found = carts::by_ids(&orders.db, &ids).await?;
    found.retain(|cart| orders.access.allows(caller, "cartRead", &cart_resource(Some(cart.id), cart.buyer)));
    let ids: Vec<CartId> = found.iter().map(|cart| cart.id).collect();
    let objects = CartObject::all(orders, found).await?;
    Ok(ids.into_iter().zip(objects.into_iter().map(Ok)).collect())
}

async fn checkout_entities(
    orders: &Orders,
    caller: &Caller,
    ids: Vec<CheckoutId>,
) -> Result<Loaded<CheckoutId, CheckoutObject>, Fault> {
    let found = checkouts::by_ids(&orders.db, &ids).await?;
    let seen = found.into_iter().filter(|checkout| {
        orders.access.allows(caller, "checkoutRead", &checkout_resource(checkout.id, checkout.buyer))
    });
    Ok(seen.map(|checkout| (checkout.id, Ok(CheckoutObject(checkout)))).collect())
}

async fn return_entities(
    orders: &Orders,
    caller: &Caller,
    ids: Vec<ReturnId>,
) -> Result<Loaded<ReturnId, ReturnObject>, Fault> {
    let rows = returns::by_ids(&orders.db, &ids).await?;
    let seen = ReturnObject::visible(orders, caller, rows).await?;
    Ok(seen.into_iter().map(|one| (one.row.id, Ok(one))).collect())
}

/// Whether a user exists is for its owner to say.
async fn users(ids: Vec<UserId>) -> Result<Loaded<UserId, UserObject>, Fault> {
    Ok(ids.into_iter().map(|id| (id, Ok(UserObject::new(id)))).collect())
}

/// Whether a tenant exists is for its owner to say.
async fn tenants(ids: Vec<TenantId>) -> Result<Loaded<TenantId, TenantObject>, Fault> {
    Ok(ids.into_iter().map(|id| (id, Ok(TenantObject::new(id)))).collect())
}
