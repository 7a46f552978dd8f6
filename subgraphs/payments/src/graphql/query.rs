//! Root fields for reading. What is unknown and what is not for the caller are null alike.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{item::ItemObject, payments};
use crate::{Payments, items};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{
    Caller, Connection, CursorValue, Fault, PageArguments, QueryFingerprint, directives, request_context,
};
use hansa_values::TenantId;

/// The query root.
#[derive(Debug)]
pub(crate) struct Query;

#[Object]
impl Query {
    #[graphql(name = "paymentsItem")]
    async fn item(&self, ctx: &Context<'_>, id: ID) -> Option<Result<ItemObject, Fault>> {
        let (context, caller) = (payments(ctx), request_context(ctx).caller());
        let id = id.parse().ok()?;
        let item = items::by_id(&context.db, id).await.map_err(Fault::from).transpose()?;
        let item = item.map(|item| context.may_read(caller, item.tenant).then_some(ItemObject(item)));
        item.transpose()
    }

    /// The acting tenant's items, oldest first.
    #[graphql(
        name = "paymentsItems",
        directive = directives::authenticated::apply(),
        directive = directives::requires_scopes::apply(directives::scope("tenant:read"))
    )]
    async fn items(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<ItemObject>, Fault>> {
        Some(
            item_page(payments(ctx), request_context(ctx).caller(), PageArguments { first, after, last, before }).await,
        )
    }
}

async fn item_page(context: &Payments, caller: &Caller, page: PageArguments) -> Result<Connection<ItemObject>, Fault> {
    let tenant = readable_tenant(context, caller)?;
    let page = page.page(&context.services.cursors, QueryFingerprint::of("Query.paymentsItems", &tenant))?;
    let rows = items::page(&context.db, tenant, &page).await?;
    let rows = rows.into_iter().map(ItemObject).collect();
    // The id alone decides the order.
    let place = |item: &ItemObject| CursorValue { sort_values: Vec::new(), id: item.0.id.to_string() };
    Ok(Connection::from_rows(rows, &page, place))
}

fn readable_tenant(context: &Payments, caller: &Caller) -> Result<TenantId, Fault> {
    if !caller.is_authenticated() {
        return Err(Fault::unauthenticated());
    }
    caller.tenant.filter(|tenant| context.may_read(caller, *tenant)).ok_or_else(Fault::forbidden)
}
