//! `Order`: another context's, with what was paid for it.

use super::{
    payment::{PaymentNode, by_order, visible},
    payments,
};
use crate::{domain::ids::OrderId, tables};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, Siblings, directives, request_context};
use std::{collections::HashMap, sync::Arc};

/// An order, of which this context knows the id.
#[derive(Debug, Clone)]
pub(crate) struct OrderNode {
    id: OrderId,
    siblings: Arc<Siblings<OrderId>>,
}

impl OrderNode {
    pub(super) fn one(id: OrderId) -> OrderNode {
        OrderNode { id, siblings: Siblings::new([id]) }
    }

    /// Orders that came together.
    pub(super) fn all(ids: Vec<OrderId>) -> HashMap<OrderId, OrderNode> {
        let siblings = Siblings::new(ids);
        siblings.ids.iter().map(|id| (*id, OrderNode { id: *id, siblings: siblings.clone() })).collect()
    }
}

#[Object(name = "Order", directive = directives::key::apply("id".to_owned(), None))]
impl OrderNode {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The attempts to pay, the first first: those that were declined, and the one that was not. What the caller may not
    /// see is left out.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn payments(&self, ctx: &Context<'_>) -> Option<Result<Vec<PaymentNode>, Fault>> {
        let (context, caller) = (payments(ctx), request_context(ctx).caller());
        let load = async {
            let rows = tables::payments::of_orders(&context.db, &self.siblings.ids).await?;
            Ok::<_, Fault>(by_order(PaymentNode::all(visible(context, caller, rows).await?)))
        };
        let own = self.siblings.ask("payments", load).await;
        Some(own.map(|all| all.get(&self.id).cloned().unwrap_or_default()))
    }
}
