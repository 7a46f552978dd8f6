//! `Tenant`: identity's, with what the platform takes of its sales.

use super::payments;
use crate::{
    payments::ledger_resource,
    tables::fees::{self, FeeSum},
};
use async_graphql::{Context, ID, Object, SimpleObject};
use hansa_subgraph_host::{
    Fault, directives, request_context,
    scalars::{DateTime, Money},
};
use hansa_values::TenantId;

/// A tenant, of which this context knows the fees.
#[derive(Debug, Clone)]
pub(crate) struct TenantNode(pub(super) TenantId);

/// What the platform takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TenantFees {
    tenant: TenantId,
    sales_basis_points: i32,
}

/// What the platform has taken, in one currency.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "FeesCharged")]
pub(crate) struct FeesChargedObject {
    /// Of what was captured.
    taken: Money,
    /// Of that, with what went back to buyers; open disputes count until they are won.
    returned: Money,
    /// What the platform has.
    net: Money,
}

/// What the platform takes of a tenant's sales.
#[Object(name = "TenantFees")]
impl TenantFees {
    /// Of what is captured from now on, without shipping: hundredths of a percent.
    async fn sales_basis_points(&self) -> i32 {
        self.sales_basis_points
    }

    /// What it has taken, in each currency in which it has: of all sales, or of what was captured or went back from `since`
    /// on and before `until`.
    #[graphql(complexity = "10 + child_complexity")]
    async fn charged(
        &self,
        ctx: &Context<'_>,
        since: Option<DateTime>,
        until: Option<DateTime>,
    ) -> Option<Result<Vec<FeesChargedObject>, Fault>> {
        let (since, until) = (since.map(|DateTime(since)| since), until.map(|DateTime(until)| until));
        if since.zip(until).is_some_and(|(since, until)| since > until) {
            return Some(Err(Fault::bad_input("`since` is after `until`")));
        }
        let sums = fees::of_tenant(&payments(ctx).db, self.tenant, (since, until)).await;
        Some(sums.map(|sums| sums.into_iter().map(FeesChargedObject::from).collect()).map_err(Fault::from))
    }
}

impl From<FeeSum> for FeesChargedObject {
    fn from(sum: FeeSum) -> FeesChargedObject {
        let money = |minor_units| Money::from(hansa_values::Money { minor_units, currency: sum.currency });
        FeesChargedObject {
            taken: money(sum.taken),
            returned: money(sum.returned),
            net: money(sum.taken.saturating_sub(sum.returned)),
        }
    }
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
        may_read.then_some(TenantFees { tenant: self.0, sales_basis_points })
    }
}
