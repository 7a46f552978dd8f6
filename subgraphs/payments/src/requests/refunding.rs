//! How refunds begin: those that orders ask for, and those of staff.

use super::wait_for_provider;
use crate::{
    domain::{ids::RefundId, operation::Operation, payment::Payment},
    tables::{payments, refunds},
};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::Money;

/// Begins a refund: also those that staff asks for.
pub(crate) async fn begin_refund(
    unit: &mut UnitOfWork,
    (mut payment, mut operation): (Payment, Operation),
    (amount, reason): (Option<Money>, &str),
) -> Result<Result<(Payment, RefundId), crate::Refusal>, StoreError> {
    let refund = match hold_back(unit, (&mut payment, &mut operation), (amount, reason)).await? {
        Ok(refund) => refund,
        Err(refusal) => return Ok(Err(refusal)),
    };
    wait_for_provider(unit, operation).await?;
    Ok(Ok((payment, refund)))
}

/// Holds the money of a refund back from other refunds. The operation is not written.
pub(crate) async fn hold_back(
    unit: &mut UnitOfWork,
    (payment, operation): (&mut Payment, &mut Operation),
    (amount, reason): (Option<Money>, &str),
) -> Result<Result<RefundId, crate::Refusal>, StoreError> {
    let amount = match payment.begin_refund(amount) {
        Ok(amount) => amount,
        Err(refusal) => return Ok(Err(refusal)),
    };
    payments::update(unit, payment).await?;
    let refund = refunds::RefundRow {
        id: unit.command().ids.id(),
        payment: payment.id,
        command_id: operation.command_id,
        amount,
        reason: reason.chars().filter(|character| !character.is_control()).take(200).collect(),
        status: refunds::RefundStatus::Pending,
        failure: None,
        created_at: unit.command().now,
    };
    refunds::insert(unit, &refund).await?;
    (operation.payment_id, operation.amount, operation.refund_id) = (payment.id, Some(amount), Some(refund.id));
    Ok(Ok(refund.id))
}
