//! `Tenant`: identity's, with what the platform takes of its sales.

use super::payments;
use crate::payments::ledger_resource;
use async_graphql::{Context, ID, Object, SimpleObject};
use hansa_subgraph_host::{directives, request_context};
use hansa_values::TenantId;

/// A tenant, of which this context knows the fees.
#[derive(Debug, Clone)]
pub(crate) struct TenantNode(pub(super) TenantId);

/// What the platform takes.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct TenantFees {
    /// Of what is captured from now on, without shipping: hundredths of a percent.
    sales_basis_points: i32,
}

#[Object(name = "Tenant", directive = directives::key::apply("id".to_owned(), None))]
impl TenantNode {
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// For its own staff and the platform's; null for others.
    #[graphql(directive = directives::requires_scopes::apply(vec![
        vec!["payments:read".to_owned()],
        vec!["payments:operate".to_owned()],
    ]))]
    async fn fees(&self, ctx: &Context<'_>) -> Option<TenantFees> {
        let (context, caller) = (payments(ctx), request_context(ctx).caller());
        let may_read = context.may(caller, "feesRead", &ledger_resource(Some(self.0)));
        let sales_basis_points = i32::try_from(context.settings.fee_basis_points).unwrap_or(i32::MAX);
        may_read.then_some(TenantFees { sales_basis_points })
    }
}
