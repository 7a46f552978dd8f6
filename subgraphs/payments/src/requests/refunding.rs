//! How refunds begin: those that orders ask for, those of staff, and those that undo a capture.

use super::{
    answer_at_once, content::RefundRequested, finish, new_operation, wait_for_outcome, wait_for_provider, withdraw,
};
use crate::{
    domain::{
        event::PaymentEvent,
        ids::RefundId,
        operation::{Operation, OperationKind, OperationState},
        payment::Payment,
    },
    tables::{operations, payments, refunds},
};
use hansa_messaging::HandleError;
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::Money;
use uuid::Uuid;

/// What the buyer reads where orders do not say why.
const UNDONE: &str = "CANCELLED";

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
async fn hold_back(
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

/// Undoes a capture, whatever became of it: what was given back before, is on its way, or is disputed does not go back again.
pub(super) async fn undo_capture(
    unit: &mut UnitOfWork,
    mut operation: Operation,
    (undoes, request): (Uuid, RefundRequested),
) -> Result<(), HandleError> {
    let nothing = Some(Money { minor_units: 0, currency: request.amount.currency });
    let Some(undone) = operations::by_id(&mut *unit, undoes).await? else {
        withdraw(unit, OperationKind::Capture, (undoes, request.order_id)).await?;
        return finish(unit, operation, nothing).await;
    };
    if undone.kind != OperationKind::Capture {
        let kind = undone.kind.as_str();
        return Err(HandleError::Poison(format!("it undoes the command {undoes}, which is a {kind}")));
    }
    (operation.payment_id, operation.undoes) = (undone.payment_id, Some(undoes));
    if undone.state == OperationState::Waiting {
        operation.amount = Some(request.amount);
        return Ok(wait_for_outcome(unit, operation, &undone).await?);
    }
    let payment = match undone.answer {
        Some(PaymentEvent::Captured(_)) => payments::by_id(&mut *unit, undone.payment_id).await?,
        _ => None,
    };
    let Some(mut payment) = payment else { return finish(unit, operation, nothing).await };
    let undoing = (&mut payment, &mut operation);
    match hold_back_undone(unit, undoing, (request.amount, &request.reason)).await? {
        Some(answer) => answer_at_once(unit, operation, answer).await,
        None => Ok(wait_for_provider(unit, operation).await?),
    }
}

/// Holds back what is left of a payment whose capture is undone; the answer where the provider need not be asked. The
/// operation is not written.
pub(crate) async fn hold_back_undone(
    unit: &mut UnitOfWork,
    (payment, operation): (&mut Payment, &mut Operation),
    (wanted, reason): (Money, &str),
) -> Result<Option<PaymentEvent>, StoreError> {
    let amount = match payment.undo_capture(operation.undoes, wanted) {
        Ok(amount) => amount,
        Err(refusal) => return Ok(Some(operation.refused(refusal.code()))),
    };
    if amount.minor_units == 0 {
        payments::update(unit, payment).await?;
        return Ok(Some(operation.succeeded(amount)));
    }
    let reason = if reason.is_empty() { UNDONE } else { reason };
    let held = hold_back(unit, (payment, operation), (Some(amount), reason)).await?;
    Ok(held.err().map(|refusal| operation.refused(refusal.code())))
}

/// Something of a payment is free again, because another refund failed or a dispute was won. Where its capture was undone,
/// that goes back too, and nobody has to ask.
pub(crate) async fn give_back_what_is_free(unit: &mut UnitOfWork, payment: &mut Payment) -> Result<(), StoreError> {
    let Some(capture) = payment.undone.filter(|_| payment.refundable() > 0) else { return Ok(()) };
    let command = unit.command().ids.uuid();
    let mut operation = new_operation(unit, OperationKind::Refund, (command, payment.order_id));
    (operation.undoes, operation.correlation_id) = (Some(capture), Some(payment.order_id.uuid()));
    match hold_back(unit, (payment, &mut operation), (None, UNDONE)).await? {
        Ok(_) => wait_for_provider(unit, operation).await,
        Err(_) => Ok(()),
    }
}
