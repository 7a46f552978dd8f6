//! `Tenant`: identity's, with what it sells here.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{order::OrderObject, order_filter::OrderFilterInput, orders};
use crate::{Orders, access::tenant_resource, tables::order_pages};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{
    Caller, Connection, Fault, PageArguments, QueryFingerprint,
    directives::{key, requires_scopes, scope},
    request_context,
};
use hansa_values::TenantId;

#[derive(Debug, Clone)]
pub(crate) struct TenantObject {
    id: TenantId,
}

impl TenantObject {
    pub(crate) fn new(id: TenantId) -> TenantObject {
        TenantObject { id }
    }

    async fn page(
        &self,
        orders: &Orders,
        caller: &Caller,
        (filter, arguments): (Option<OrderFilterInput>, PageArguments),
    ) -> Result<Connection<OrderObject>, Fault> {
        let filter = filter.unwrap_or_default().checked()?;
        let query = QueryFingerprint::of("Tenant.salesOrders", &(self.id, &filter));
        let page = arguments.page(&orders.services.cursors, query)?;
        let rows = order_pages::of_seller(&orders.db, (self.id, &filter), &page).await?;
        let rows = OrderObject::visible(orders, caller, rows).await?;
        Ok(Connection::from_rows(rows, &page, |order| order_pages::place(&order.row)))
    }
}

#[Object(name = "Tenant", directive = key::apply("id".into(), None))]
impl TenantObject {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The tenant's part of the orders that were confirmed, newest first. For its staff; null for others.
    #[graphql(
        complexity = "1 + 10 * child_complexity",
        directive = requires_scopes::apply(scope("orders:read"))
    )]
    async fn sales_orders(
        &self,
        ctx: &Context<'_>,
        filter: Option<OrderFilterInput>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<OrderObject>, Fault>> {
        let (orders, caller) = (orders(ctx), request_context(ctx).caller());
        let may_read = orders.access.allows(caller, "salesRead", &tenant_resource(self.id));
        let arguments = PageArguments { first, after, last, before };
        if may_read { Some(self.page(orders, caller, (filter, arguments)).await) } else { None }
    }
}
