//! Who may do what: the resources that policies look at.

use crate::{
    domain::ids::{CartId, CheckoutId},
    tables::{orders::OrderRow, returns::ReturnRow},
};
use hansa_subgraph_host::{Caller, Policies, Resource};
use hansa_values::{TenantId, UserId};
use std::sync::Arc;

/// The policies of this context.
#[derive(Debug, Clone)]
pub(crate) struct Access(pub(crate) Arc<Policies>);

/// How much of an order somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Buyer,
    /// The lines that this tenant sold.
    Seller(TenantId),
}

impl Access {
    pub(crate) fn allows(&self, caller: &Caller, action: &str, resource: &Resource) -> bool {
        self.0.is_allowed(caller, action, resource)
    }

    /// `None` where the caller may see nothing of it.
    pub(crate) fn view(&self, caller: &Caller, order: &OrderRow, sellers: &[TenantId]) -> Option<View> {
        let resource = order_resource(order.buyer, sellers);
        if self.allows(caller, "orderRead", &resource) {
            return Some(View::Buyer);
        }
        let tenant = caller.tenant.filter(|_| self.allows(caller, "orderPartRead", &resource));
        tenant.map(View::Seller)
    }

    pub(crate) fn sees_return(&self, caller: &Caller, buyer: UserId, one: &ReturnRow) -> bool {
        let is_buyers = self.allows(caller, "orderRead", &order_resource(buyer, &[one.tenant]));
        is_buyers || self.allows(caller, "orderPartRead", &order_resource(buyer, &[one.tenant]))
    }
}

pub(crate) fn cart_resource(id: Option<CartId>, owner: UserId) -> Resource {
    Resource::new("Cart", id.map(|id| id.to_string()).unwrap_or_default()).with("owner", owner)
}

pub(crate) fn checkout_resource(id: CheckoutId, owner: UserId) -> Resource {
    Resource::new("Checkout", id).with("owner", owner)
}

pub(crate) fn order_resource(buyer: UserId, sellers: &[TenantId]) -> Resource {
    let sellers: Vec<String> = sellers.iter().map(ToString::to_string).collect();
    Resource::new("Order", "").with("buyer", buyer).with("sellers", sellers)
}

pub(crate) fn tenant_resource(tenant: TenantId) -> Resource {
    Resource::new("Tenant", tenant).with("tenant", tenant)
}

pub(crate) fn return_resource(tenant: TenantId) -> Resource {
    Resource::new("Return", "").with("tenant", tenant)
}
