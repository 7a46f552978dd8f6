//! Mutations: one input, one payload; expected failures stand in `userErrors`.

use super::{
    ledger::PayoutNode,
    payment::{PaymentNode, RefundNode},
    payments,
};
use crate::{
    commands::{CommandError, Done, PayoutSchedule, RefundCreate},
    domain::Refusal,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use hansa_subgraph_host::{Fault, MoneyInput, UserError, request_context};

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

#[derive(Debug, Default, SimpleObject)]
pub(crate) struct RefundCreatePayload {
    /// Pending until the provider has answered.
    refund: Option<RefundNode>,
    payment: Option<PaymentNode>,
    user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    replayed: bool,
}

#[derive(Debug, Default, SimpleObject)]
pub(crate) struct PayoutSchedulePayload {
    payout: Option<PayoutNode>,
    user_errors: Vec<UserError>,
    /// Whether an earlier mutation with the same idempotency key did it.
    replayed: bool,
}

#[Object]
impl Mutation {
    /// Gives a buyer money back.
    async fn refund_create(&self, ctx: &Context<'_>, input: RefundCreateInput) -> Result<RefundCreatePayload, Fault> {
        let done = refund(ctx, input).await;
        Ok(match user_errors(done)? {
            Ok(Done { value: (payment, refund), replayed }) => RefundCreatePayload {
                refund: Some(RefundNode(refund)),
                payment: Some(PaymentNode::one(payment)),
                user_errors: Vec::new(),
                replayed,
            },
            Err(error) => RefundCreatePayload { user_errors: vec![error], ..RefundCreatePayload::default() },
        })
    }

    /// Sends a vendor money that it is owed.
    async fn payout_schedule(
        &self,
        ctx: &Context<'_>,
        input: PayoutScheduleInput,
    ) -> Result<PayoutSchedulePayload, Fault> {
        let done = payout(ctx, input).await;
        Ok(match user_errors(done)? {
            Ok(Done { value, replayed }) => {
                PayoutSchedulePayload { payout: Some(PayoutNode(value)), user_errors: Vec::new(), replayed }
            }
            Err(error) => PayoutSchedulePayload { user_errors: vec![error], ..PayoutSchedulePayload::default() },
        })
    }
}

/// Why a mutation has no result.
enum Failure {
    Expected(UserError),
    Fault(Fault),
}

async fn refund(
    ctx: &Context<'_>,
    input: RefundCreateInput,
) -> Result<Done<(crate::Payment, crate::RefundRow)>, Failure> {
    let amount = input.amount.map(|amount| amount.money()).transpose().map_err(Refusal::from)?;
    let create = RefundCreate { payment_id: input.payment_id.to_string(), amount, reason: input.reason };
    let request = request_context(ctx);
    let command = request.command("refundCreate", Some(&input.idempotency_key), &create).map_err(Failure::Expected)?;
    Ok(payments(ctx).refund_create(request.caller(), &command, create).await?)
}

async fn payout(ctx: &Context<'_>, input: PayoutScheduleInput) -> Result<Done<crate::PayoutRow>, Failure> {
    let amount = input.amount.money().map_err(Refusal::from)?;
    let schedule = PayoutSchedule { vendor_id: input.vendor_id.to_string(), amount };
    let request = request_context(ctx);
    let command =
        request.command("payoutSchedule", Some(&input.idempotency_key), &schedule).map_err(Failure::Expected)?;
    Ok(payments(ctx).payout_schedule(request.caller(), &command, schedule).await?)
}

fn user_errors<T>(done: Result<T, Failure>) -> Result<Result<T, UserError>, Fault> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Failure::Expected(error)) => Ok(Err(error)),
        Err(Failure::Fault(fault)) => Err(fault),
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Expected(user_error(&refusal))
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Failure {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Failed(fault) => Failure::Fault(fault),
        }
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
