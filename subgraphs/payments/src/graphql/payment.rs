//! `Payment` and `Refund`.

use super::{dispute::DisputeNode, order::OrderNode, payments};
use crate::{
    Payments,
    domain::{
        ids::PaymentId,
        payment::{Payment, PaymentStatus as Status},
    },
    payments::payment_resource,
    tables::{
        disputes, order_shares,
        refunds::{self, RefundRow, RefundStatus as RowStatus},
    },
};
use async_graphql::{Context, Enum, ID, Object};
use hansa_subgraph_host::{Caller, Fault, Sibling, Siblings, directives, scalars::DateTime, scalars::Money};
use std::{collections::HashMap, sync::Arc};

/// What has become of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum PaymentStatus {
    /// The provider has yet to answer.
    Requested,
    /// The provider did not answer in time; it is asked again until it does.
    Unknown,
    /// The money is held back for us.
    Authorised,
    Declined,
    /// The money was let go.
    Voided,
    Captured,
    CaptureFailed,
    PartiallyRefunded,
    Refunded,
    /// The buyer's bank takes it back, or some of it: see `disputes`.
    Disputed,
}

/// What has become of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum RefundStatus {
    /// The provider has yet to answer.
    Pending,
    Succeeded,
    Failed,
}

#[derive(Debug, Clone)]
pub(crate) struct PaymentNode {
    payment: Box<Payment>,
    siblings: Arc<Siblings<PaymentId>>,
}

#[derive(Debug, Clone)]
pub(crate) struct RefundNode(pub(super) RefundRow);

impl PaymentNode {
    /// Payments that came together.
    pub(super) fn all(payments: Vec<Payment>) -> Vec<PaymentNode> {
        let siblings = Siblings::new(payments.iter().map(|payment| payment.id));
        let node = |payment| PaymentNode { payment: Box::new(payment), siblings: siblings.clone() };
        payments.into_iter().map(node).collect()
    }

    pub(super) fn one(payment: Payment) -> PaymentNode {
        PaymentNode { siblings: Siblings::new([payment.id]), payment: Box::new(payment) }
    }

    pub(super) fn payment_id(&self) -> PaymentId {
        self.payment.id
    }
}

/// The payments that the caller may see.
pub(super) async fn visible(
    context: &Payments,
    caller: &Caller,
    payments: Vec<Payment>,
) -> Result<Vec<Payment>, Fault> {
    if payments.is_empty() || !caller.is_authenticated() {
        return Ok(Vec::new());
    }
    let orders: Vec<_> = payments.iter().map(|payment| payment.order_id).collect();
    let tenants = order_shares::sole_tenants(&context.db, &orders).await?;
    let may_see = |payment: &Payment| {
        context.may(caller, "paymentRead", &payment_resource(payment, tenants.get(&payment.order_id).copied()))
    };
    Ok(payments.into_iter().filter(may_see).collect())
}

/// What was, or is to be, paid for an order. For its buyer and for staff.
#[Object(
    name = "Payment",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl PaymentNode {
    pub(super) async fn id(&self) -> ID {
        self.payment.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.payment.id.to_string().into()
    }

    async fn order(&self) -> OrderNode {
        OrderNode(Sibling::one(self.payment.order_id))
    }

    async fn amount(&self) -> Money {
        self.payment.amount.into()
    }

    async fn status(&self) -> PaymentStatus {
        self.payment.status.into()
    }

    /// Why it was declined, could not be captured or is disputed: SCREAMING_SNAKE.
    async fn reason(&self) -> Option<&str> {
        self.payment.reason.as_deref()
    }

    /// How it is paid, for people.
    async fn method_label(&self) -> String {
        label(&self.payment.payment_method)
    }

    async fn captured_amount(&self) -> Money {
        self.payment.money(self.payment.captured).into()
    }

    /// What has gone back.
    async fn refunded_amount(&self) -> Money {
        self.payment.money(self.payment.refunded).into()
    }

    /// What open disputes hold back.
    async fn disputed_amount(&self) -> Money {
        self.payment.money(self.payment.disputed).into()
    }

    /// What a further refund may be at most: refunds that are under way are taken off, and what is disputed or lost.
    async fn refundable_amount(&self) -> Money {
        self.payment.money(self.payment.refundable()).into()
    }

    /// The first first, at most 100.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn refunds(&self, ctx: &Context<'_>) -> Option<Result<Vec<RefundNode>, Fault>> {
        let load = refunds::of_payments(&payments(ctx).db, &self.siblings.ids);
        let refunds = match self.siblings.ask("refunds", load).await {
            Ok(refunds) => refunds,
            Err(fault) => return Some(Err(fault)),
        };
        let own = refunds.iter().filter(|refund| refund.payment == self.payment.id).take(100);
        Some(Ok(own.cloned().map(RefundNode).collect()))
    }

    /// What the buyer's bank takes back, or wanted to: the first first, at most 100.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn disputes(&self, ctx: &Context<'_>) -> Option<Result<Vec<DisputeNode>, Fault>> {
        let load = disputes::of_payments(&payments(ctx).db, &self.siblings.ids);
        let disputes = match self.siblings.ask("disputes", load).await {
            Ok(disputes) => disputes,
            Err(fault) => return Some(Err(fault)),
        };
        let own = disputes.iter().filter(|dispute| dispute.payment == self.payment.id).take(100);
        Some(Ok(own.cloned().map(DisputeNode).collect()))
    }

    async fn created_at(&self) -> DateTime {
        self.payment.created_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.payment.updated_at.into()
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        i32::try_from(self.payment.version).unwrap_or(i32::MAX)
    }
}

/// Money that goes back to a buyer.
#[Object(name = "Refund")]
impl RefundNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn amount(&self) -> Money {
        self.0.amount.into()
    }

    async fn status(&self) -> RefundStatus {
        match self.0.status {
            RowStatus::Pending => RefundStatus::Pending,
            RowStatus::Succeeded => RefundStatus::Succeeded,
            RowStatus::Failed => RefundStatus::Failed,
        }
    }

    /// As whoever asked for it said.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Why it failed: SCREAMING_SNAKE.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

impl From<Status> for PaymentStatus {
    fn from(status: Status) -> PaymentStatus {
        match status {
            Status::Requested => PaymentStatus::Requested,
            Status::Unknown => PaymentStatus::Unknown,
            Status::Authorised => PaymentStatus::Authorised,
            Status::Declined => PaymentStatus::Declined,
            Status::Voided => PaymentStatus::Voided,
            Status::Captured => PaymentStatus::Captured,
            Status::CaptureFailed => PaymentStatus::CaptureFailed,
            Status::PartiallyRefunded => PaymentStatus::PartiallyRefunded,
            Status::Refunded => PaymentStatus::Refunded,
            Status::Disputed => PaymentStatus::Disputed,
        }
    }
}

/// The token itself is a secret of sorts: whoever has it can ask for money in some places.
pub(super) fn label(payment_method: &str) -> String {
    match payment_method.strip_prefix("sandbox_") {
        Some(which) => format!("Sandbox ({})", which.replace('_', " ")),
        None => "Card".to_owned(),
    }
}

/// Payments of several orders, by order.
pub(super) fn by_order(nodes: Vec<PaymentNode>) -> HashMap<crate::OrderId, Vec<PaymentNode>> {
    let mut by_order: HashMap<_, Vec<PaymentNode>> = HashMap::new();
    for node in nodes {
        by_order.entry(node.payment.order_id).or_default().push(node);
    }
    by_order
}
