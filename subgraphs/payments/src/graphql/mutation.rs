//! Mutations: one input, one payload; expected failures stand in `userErrors`.

use super::{
    ledger::PayoutNode,
    payment::{PaymentNode, RefundNode},
    payments,
};
use crate::{
    commands::{PayoutSchedule, RefundCreate},
    domain::Refusal,
};
use async_graphql::{Context, ID, InputObject, Object};
use hansa_subgraph_host::{Fault, MoneyInput, Outcome, Refuse, UserError, payloads, request_context};

/// The mutation root.
#[derive(Debug)]
pub(crate) struct Mutation;

#[derive(Debug, InputObject)]
pub(crate) struct RefundCreateInput {
    payment_id: ID,
    /// In the payment's currency. Without it everything goes back that has not gone yet.
    amount: Option<MoneyInput>,
    /// For the buyer and the books: 1 to 200 characters.
    reason: String,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    idempotency_key: String,
}

#[derive(Debug, InputObject)]
pub(crate) struct PayoutScheduleInput {
    vendor_id: ID,
    /// Not more than the vendor's balance in this currency.
    amount: MoneyInput,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    idempotency_key: String,
}

payloads! {
    RefundCreatePayload {
        /// Pending until the provider has answered.
        refund: RefundNode,
        payment: PaymentNode
    }
    PayoutSchedulePayload { payout: PayoutNode }
}

#[Object]
impl Mutation {
    /// Gives a buyer money back.
    async fn refund_create(&self, ctx: &Context<'_>, input: RefundCreateInput) -> Result<RefundCreatePayload, Fault> {
        let amount = match input.amount.map(|amount| amount.money()).transpose() {
            Ok(amount) => amount,
            Err(error) => return Ok(Outcome::refused(Refusal::from(error)).into()),
        };
        let create = RefundCreate { payment_id: input.payment_id.to_string(), amount, reason: input.reason };
        let request = request_context(ctx);
        let command = request.command("refundCreate", Some(&input.idempotency_key), &create);
        let run = async |command| payments(ctx).refund_create(request.caller(), &command, create).await;
        let outcome = Outcome::run(command, run).await?;
        Ok(outcome.map(|(payment, refund)| (RefundNode(refund), PaymentNode::one(payment))).into())
    }

    /// Sends a vendor money that it is owed.
    async fn payout_schedule(
        &self,
        ctx: &Context<'_>,
        input: PayoutScheduleInput,
    ) -> Result<PayoutSchedulePayload, Fault> {
        let amount = match input.amount.money() {
            Ok(amount) => amount,
            Err(error) => return Ok(Outcome::refused(Refusal::from(error)).into()),
        };
        let schedule = PayoutSchedule { vendor_id: input.vendor_id.to_string(), amount };
        let request = request_context(ctx);
        let command = request.command("payoutSchedule", Some(&input.idempotency_key), &schedule);
        let run = async |command| payments(ctx).payout_schedule(request.caller(), &command, schedule).await;
        Ok(Outcome::run(command, run).await?.map(PayoutNode).into())
    }
}

impl Refuse for Refusal {
    fn key_reused() -> Refusal {
        Refusal::IdempotencyKeyReused
    }

    fn user_errors(&self) -> Vec<UserError> {
        vec![user_error(self)]
    }
}

fn user_error(refusal: &Refusal) -> UserError {
    let field = match refusal {
        Refusal::IdempotencyKeyReused => return UserError::idempotency_key_reused(),
        Refusal::NotFound("vendor") => "vendorId",
        Refusal::NotFound(_) | Refusal::NotCaptured => "paymentId",
        Refusal::Forbidden => "",
        Refusal::ReasonInvalid => "reason",
        Refusal::AmountNotPositive
        | Refusal::AmountInvalid(_)
        | Refusal::CurrencyMismatch { .. }
        | Refusal::RefundTooLarge { .. }
        | Refusal::BalanceTooSmall { .. } => "amount",
    };
    UserError::new(refusal.code(), field, refusal.to_string())
}
