//! `User`: identity's, with what this context knows of them.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{order::OrderObject, order_filter::OrderFilterInput, orders, query};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{
    Connection, Fault, PageArguments,
    directives::{authenticated, key},
    request_context,
};
use hansa_values::UserId;

#[derive(Debug, Clone)]
pub(crate) struct UserObject {
    id: UserId,
}

impl UserObject {
    pub(crate) fn new(id: UserId) -> UserObject {
        UserObject { id }
    }
}

#[Object(name = "User", directive = key::apply("id".into(), None))]
impl UserObject {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// What the user has ordered, newest first. For the user alone; null for others.
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
        let is_own = request_context(ctx).caller().user == Some(self.id);
        let arguments = PageArguments { first, after, last, before };
        if is_own { Some(query::order_page(orders(ctx), (ctx, self.id, filter), arguments).await) } else { None }
    }
}
