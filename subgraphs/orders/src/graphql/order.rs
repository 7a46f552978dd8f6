//! Orders: whole for who bought, in part for who sold.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{
    order_line::{OrderLineObject, total_of},
    order_return::ReturnObject,
    orders,
    tenant::TenantObject,
    timeline::{self, TimelineEntry},
    user::UserObject,
};
use crate::{
    Orders,
    access::View,
    domain::{
        ids::OrderId,
        order::{OrderStatus, OrderedLine},
    },
    tables::{
        orders::{self as table, OrderRow},
        returns,
    },
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use hansa_relational::StoreError;
use hansa_subgraph_host::{Caller, Connection, Fault, Money, PageArguments, Siblings, directives, scalars::DateTime};
use hansa_values::TenantId;
use std::{collections::BTreeSet, sync::Arc};

/// An order as its caller sees it, among those that came with it.
#[derive(Debug, Clone)]
pub(crate) struct OrderObject {
    pub(crate) row: OrderRow,
    view: View,
    siblings: Arc<Siblings<OrderId>>,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "OrderStatus", remote = "OrderStatus")]
pub(crate) enum Status {
    /// Stock, money and shipment are being arranged.
    Pending,
    /// The provider has not said yet whether it holds the money.
    PaymentReview,
    Confirmed,
    Rejected,
    /// What was arranged is being undone.
    Cancelling,
    Cancelled,
    /// Everything was delivered.
    Fulfilled,
}

/// What one tenant sold in an order.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct OrderPart {
    seller: TenantObject,
    lines: Vec<OrderLineObject>,
    items_total: Option<Money>,
}

impl OrderObject {
    /// Those that the caller may see.
    pub(crate) async fn visible(
        orders: &Orders,
        caller: &Caller,
        rows: Vec<OrderRow>,
    ) -> Result<Vec<OrderObject>, StoreError> {
        let siblings = Siblings::new(rows.iter().map(|row| row.id));
        // Only callers with a tenant can be sellers.
        let sellers = match caller.tenant {
            Some(_) => table::sellers(&orders.db, siblings.ids.iter().copied()).await?,
            None => Default::default(),
        };
        let seen = rows.into_iter().filter_map(|row| {
            let view = orders.access.view(caller, &row, sellers.get(&row.id).map_or(&[], Vec::as_slice))?;
            Some(OrderObject { row, view, siblings: siblings.clone() })
        });
        Ok(seen.collect())
    }

    pub(crate) async fn find(orders: &Orders, caller: &Caller, id: OrderId) -> Result<Option<OrderObject>, Fault> {
        let rows = table::by_ids(&orders.db, [id]).await?;
        Ok(OrderObject::visible(orders, caller, rows).await?.pop())
    }

    /// One that the caller has just placed or cancelled.
    pub(crate) fn of_buyer(row: OrderRow) -> OrderObject {
        OrderObject { siblings: Siblings::new([row.id]), view: View::Buyer, row }
    }

    pub(crate) fn view(&self) -> View {
        self.view
    }

    pub(super) fn seen_lines(&self) -> impl Iterator<Item = &OrderedLine> {
        self.row.placed.lines.iter().filter(|line| match self.view {
            View::Buyer => true,
            View::Seller(tenant) => line.tenant_id == tenant,
        })
    }

    fn line(&self, line: &OrderedLine) -> OrderLineObject {
        OrderLineObject { line: line.clone(), order: self.clone() }
    }

    fn is_whole(&self) -> bool {
        self.view == View::Buyer
    }
}

/// What somebody bought. Who sells in it sees their own part.
#[Object(
    name = "Order",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl OrderObject {
    pub(super) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.row.id.to_string().into()
    }

    async fn status(&self) -> Status {
        self.row.status.into()
    }

    /// Why it was rejected or cancelled: `OUT_OF_STOCK`, `PAYMENT_DECLINED`, `NOT_DELIVERABLE`, `TIMED_OUT` and others.
    async fn status_reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    /// Null for one who was erased since.
    async fn buyer(&self) -> Option<UserObject> {
        Some(UserObject::new(self.row.buyer))
    }

    /// The caller's part of the lines; all of them for the buyer.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn lines(&self) -> Vec<OrderLineObject> {
        self.seen_lines().map(|line| self.line(line)).collect()
    }

    /// The lines by who sells them.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn parts(&self) -> Vec<OrderPart> {
        let sellers: BTreeSet<TenantId> = self.seen_lines().map(|line| line.tenant_id).collect();
        let part = |seller: TenantId| {
            let lines: Vec<&OrderedLine> = self.seen_lines().filter(|line| line.tenant_id == seller).collect();
            OrderPart {
                seller: TenantObject::new(seller),
                items_total: total_of(lines.iter().copied()).map(Money::from),
                lines: lines.into_iter().map(|line| self.line(line)).collect(),
            }
        };
        sellers.into_iter().map(part).collect()
    }

    /// Of the lines that the caller sees.
    async fn items_total(&self) -> Option<Money> {
        total_of(self.seen_lines()).map(Money::from)
    }

    /// For the buyer, as all that follows but the times; null for others.
    async fn shipping_total(&self) -> Option<Money> {
        self.is_whole().then(|| self.row.placed.shipping_total.into())
    }

    async fn total(&self) -> Option<Money> {
        self.is_whole().then(|| self.row.placed.total.into())
    }

    /// Code of the way of shipping.
    async fn shipping_method(&self) -> Option<&str> {
        self.is_whole().then_some(self.row.placed.shipping_method.as_str())
    }

    async fn delivery_address_id(&self) -> Option<ID> {
        self.is_whole().then(|| self.row.placed.delivery_address_id.clone().into())
    }

    async fn payment_method(&self) -> Option<&str> {
        self.is_whole().then_some(self.row.placed.payment_method.as_str())
    }

    /// Those that the caller sees, oldest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn returns(&self, ctx: &Context<'_>) -> Option<Result<Vec<ReturnObject>, Fault>> {
        let db = &orders(ctx).db;
        let all = self.siblings.ask("returns", returns::of_orders(db, self.siblings.ids.iter().copied())).await;
        let is_seen = |tenant| match self.view {
            View::Buyer => true,
            View::Seller(own) => own == tenant,
        };
        let own = |all: Arc<Vec<returns::ReturnRow>>| {
            let own = all.iter().filter(|one| one.order == self.row.id && is_seen(one.tenant)).cloned();
            own.map(|one| ReturnObject { row: one, order: self.clone() }).collect()
        };
        Some(all.map(own))
    }

    /// What has happened to it, the oldest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<TimelineEntry>, Fault>> {
        Some(timeline::page(orders(ctx), self, PageArguments { first, after, last, before }).await)
    }

    async fn placed_at(&self) -> DateTime {
        self.row.placed_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.row.updated_at.into()
    }
}
