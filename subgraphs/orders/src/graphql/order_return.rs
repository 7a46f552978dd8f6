//! Returns.

use super::{int, order::OrderObject, order_line::OrderLineObject, tenant::TenantObject};
use crate::{
    Orders,
    domain::order::ReturnStatus,
    tables::{orders as table, returns::ReturnRow},
};
use async_graphql::{Enum, ID, Object, SimpleObject};
use hansa_subgraph_host::{Caller, Fault, Money, directives, scalars::DateTime};
use std::collections::HashMap;

/// A return with its order, as the caller sees both.
#[derive(Debug, Clone)]
pub(crate) struct ReturnObject {
    pub(crate) row: ReturnRow,
    pub(crate) order: OrderObject,
}

/// Where a return stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ReturnStatus", remote = "ReturnStatus")]
pub(crate) enum Status {
    Requested,
    /// The goods may come back.
    Accepted,
    Refused,
    /// The goods are back, and the money is on its way.
    Received,
    Refunded,
}

/// Some of a line that goes back.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ReturnLine")]
pub(crate) struct ReturnLineObject {
    line: OrderLineObject,
    quantity: i32,
}

impl ReturnObject {
    /// Those that the caller may see.
    pub(crate) async fn visible(
        orders: &Orders,
        caller: &Caller,
        rows: Vec<ReturnRow>,
    ) -> Result<Vec<ReturnObject>, Fault> {
        let found = table::by_ids(&orders.db, rows.iter().map(|row| row.order)).await?;
        let found = OrderObject::visible(orders, caller, found).await?;
        let found: HashMap<_, _> = found.into_iter().map(|order| (order.row.id, order)).collect();
        let seen = rows.into_iter().filter_map(|row| {
            let order = found.get(&row.order)?.clone();
            orders.access.sees_return(caller, order.row.buyer, &row).then_some(ReturnObject { row, order })
        });
        Ok(seen.collect())
    }
}

/// Goods that go back to who sold them.
#[Object(
    name = "Return",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl ReturnObject {
    pub(super) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.row.id.to_string().into()
    }

    async fn order(&self) -> &OrderObject {
        &self.order
    }

    async fn seller(&self) -> TenantObject {
        TenantObject::new(self.row.tenant)
    }

    async fn status(&self) -> Status {
        self.row.status.into()
    }

    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn lines(&self) -> Vec<ReturnLineObject> {
        let parts = self.row.returned.lines.iter().filter_map(|part| {
            let line = self.order.seen_lines().find(|line| line.line_id == part.line_id)?.clone();
            let line = OrderLineObject { line, order: self.order.clone() };
            Some(ReturnLineObject { line, quantity: int(part.quantity) })
        });
        parts.collect()
    }

    /// The buyer's words.
    async fn reason(&self) -> &str {
        &self.row.returned.reason
    }

    /// Why it was refused.
    async fn refused_because(&self) -> Option<&str> {
        self.row.refused_because.as_deref()
    }

    /// What the goods were paid with, and comes back with them.
    async fn refund(&self) -> Money {
        self.row.returned.refund.into()
    }

    async fn requested_at(&self) -> DateTime {
        self.row.requested_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.row.updated_at.into()
    }
}
