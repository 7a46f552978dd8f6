//! Root fields for reading. What is unknown and what is not for the caller are null alike.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{
    ledger::{LedgerAccountNode, PayoutNode},
    method::PaymentMethodNode,
    payment::{PaymentNode, visible},
    payments,
};
use crate::{
    Payments,
    domain::ids::PaymentId,
    methods::method_resource,
    payments::ledger_resource,
    tables::{self, ledger, payment_methods, payouts},
};
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
    async fn payment(&self, ctx: &Context<'_>, id: ID) -> Option<Result<PaymentNode, Fault>> {
        let id: PaymentId = id.parse().ok()?;
        payment(ctx, id).await.transpose()
    }

    /// What the caller pays with, the oldest first.
    #[graphql(directive = directives::authenticated::apply())]
    async fn payment_methods(&self, ctx: &Context<'_>) -> Option<Result<Vec<PaymentMethodNode>, Fault>> {
        let (context, user) = (payments(ctx), request_context(ctx).caller().user);
        let Some(user) = user else { return Some(Err(Fault::unauthenticated())) };
        if !context.may(request_context(ctx).caller(), "paymentMethodRead", &method_resource(user)) {
            return Some(Err(Fault::forbidden()));
        }
        let rows = payment_methods::of_user(&context.db, user).await.map_err(Fault::from);
        Some(rows.map(|rows| rows.into_iter().map(PaymentMethodNode).collect()))
    }

    /// The accounts of the acting tenant's vendors; all accounts for the platform's administrators.
    #[graphql(directive = directives::requires_scopes::apply(vec![
        vec!["payments:read".to_owned()],
        vec!["payments:operate".to_owned()],
    ]))]
    async fn ledger_balance(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<LedgerAccountNode>, Fault>> {
        let page = PageArguments { first, after, last, before };
        Some(accounts(payments(ctx), request_context(ctx).caller(), page).await)
    }

    /// What was sent to the acting tenant's vendors, newest first.
    #[graphql(directive = directives::requires_scopes::apply(directives::scope("payments:read")))]
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<PayoutNode>, Fault>> {
        let page = PageArguments { first, after, last, before };
        Some(payout_page(payments(ctx), request_context(ctx).caller(), page).await)
    }
}

async fn payment(ctx: &Context<'_>, id: PaymentId) -> Result<Option<PaymentNode>, Fault> {
    let (context, caller) = (payments(ctx), request_context(ctx).caller());
    let found = tables::payments::by_id(&context.db, id).await?;
    let seen = visible(context, caller, found.into_iter().collect()).await?;
    Ok(seen.into_iter().next().map(PaymentNode::one))
}

async fn accounts(
    context: &Payments,
    caller: &Caller,
    page: PageArguments,
) -> Result<Connection<LedgerAccountNode>, Fault> {
    signed_in(caller)?;
    let tenant = match context.may(caller, "ledgerRead", &ledger_resource(None)) {
        true => None,
        false => Some(own_tenant(context, caller, "ledgerRead")?),
    };
    let page = page.page(&context.services.cursors, QueryFingerprint::of("Query.ledgerBalance", &tenant))?;
    let rows = ledger::page(&context.db, tenant, &page).await?;
    let place = |node: &LedgerAccountNode| CursorValue { sort_values: Vec::new(), id: node.0.id.clone() };
    Ok(Connection::from_rows(rows.into_iter().map(LedgerAccountNode).collect(), &page, place))
}

async fn payout_page(
    context: &Payments,
    caller: &Caller,
    page: PageArguments,
) -> Result<Connection<PayoutNode>, Fault> {
    signed_in(caller)?;
    let tenant = own_tenant(context, caller, "payoutRead")?;
    let page = page.page(&context.services.cursors, QueryFingerprint::of("Query.payouts", &tenant))?;
    let rows = payouts::page(&context.db, tenant, &page).await?;
    let place = |node: &PayoutNode| CursorValue { sort_values: Vec::new(), id: node.0.id.to_string() };
    Ok(Connection::from_rows(rows.into_iter().map(PayoutNode).collect(), &page, place))
}

fn signed_in(caller: &Caller) -> Result<(), Fault> {
    if caller.is_authenticated() { Ok(()) } else { Err(Fault::unauthenticated()) }
}

fn own_tenant(context: &Payments, caller: &Caller, action: &str) -> Result<TenantId, Fault> {
    let tenant = caller.tenant.filter(|tenant| context.may(caller, action, &ledger_resource(Some(*tenant))));
    tenant.ok_or_else(Fault::forbidden)
}
