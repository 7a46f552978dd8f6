//! `Vendor`: another context's, with what it is owed.

use super::payments;
use crate::{domain::ids::VendorId, payments::ledger_resource, tables::ledger};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, Sibling, directives, request_context, scalars::Money};

/// A vendor, of which this context knows the accounts.
#[derive(Debug, Clone)]
pub(crate) struct VendorNode(pub(super) Sibling<VendorId>);

#[Object(name = "Vendor", directive = directives::key::apply("id".to_owned(), None))]
impl VendorNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What the vendor is owed, in each currency in which it has sold. For its own staff and the platform's; null for
    /// others. Below zero where money went back after it was paid out.
    #[graphql(directive = directives::requires_scopes::apply(vec![
        vec!["payments:read".to_owned()],
        vec!["payments:operate".to_owned()],
    ]))]
    async fn balance(&self, ctx: &Context<'_>) -> Option<Result<Vec<Money>, Fault>> {
        let (context, caller) = (payments(ctx), request_context(ctx).caller());
        let accounts =
            match self.0.siblings.ask("accounts", ledger::of_vendors(&context.db, &self.0.siblings.ids)).await {
                Ok(accounts) => accounts,
                Err(fault) => return Some(Err(fault)),
            };
        let is_own = |account: &&ledger::AccountRow| account.vendor.is_some_and(|(vendor, _)| vendor == self.0.id);
        let may_read = |account: &ledger::AccountRow| {
            let tenant = account.vendor.map(|(_, tenant)| tenant);
            context.may(caller, "ledgerRead", &ledger_resource(tenant))
        };
        let own: Vec<_> = accounts.iter().filter(is_own).collect();
        own.iter().all(|account| may_read(account)).then(|| Ok(own.iter().map(|row| row.balance().into()).collect()))
    }
}
