//! `Order`: another context's, with what was paid for it.

use super::{
    payment::{PaymentNode, by_order, visible},
    payments,
};
use crate::{domain::ids::OrderId, tables};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, Sibling, directives, request_context};

/// An order, of which this context knows the id.
#[derive(Debug, Clone)]
pub(crate) struct OrderNode(pub(super) Sibling<OrderId>);

#[Object(name = "Order", directive = directives::key::apply("id".to_owned(), None))]
impl OrderNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The attempts to pay, the first first: those that were declined, and the one that was not. What the caller may not
    /// see is left out.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn payments(&self, ctx: &Context<'_>) -> Option<Result<Vec<PaymentNode>, Fault>> {
        let (context, caller) = (payments(ctx), request_context(ctx).caller());
        let load = async {
            let rows = tables::payments::of_orders(&context.db, &self.0.siblings.ids).await?;
            Ok::<_, Fault>(by_order(PaymentNode::all(visible(context, caller, rows).await?)))
        };
        let own = self.0.siblings.ask("payments", load).await;
        Some(own.map(|all| all.get(&self.0.id).cloned().unwrap_or_default()))
    }
}
