//! What came of a call: state, ledger, event, answer and the job's end in one commit. An outcome that comes twice, from a
//! call and from a question that was asked beside it, is settled once.

use crate::{
    Payments, calls,
    domain::{
        event::PaymentEvent,
        ledger::{Entry, EntryKind, Line, capture_lines, refund_lines},
        operation::{Operation, OperationKind, OperationState},
        payment::Payment,
    },
    provider::Outcome,
    requests::{give_back_what_is_free, hold_back_undone, record},
    tables::{ledger, operations, order_shares, payments, refunds},
};
use hansa_messaging::JobClaim;
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::Money;

impl Payments {
    pub(crate) async fn settle(
        &self,
        mut operation: Operation,
        outcome: Outcome,
        claim: Option<&JobClaim>,
    ) -> Result<(), StoreError> {
        let mut unit = self.db.begin_unit(&self.job_command(Some(&operation))).await?;
        if let Some(claim) = claim {
            claim.complete(&mut unit).await?;
        }
        operation.answers += 1;
        let amount = operation.amount.ok_or(StoreError::BadValue("an operation of a payment without an amount"))?;
        let answer = match &outcome {
            Outcome::Succeeded { .. } => operation.succeeded(amount),
            Outcome::Refused { reason } => operation.refused(reason),
        };
        operation.answer = Some(answer.clone());
        operation.state = OperationState::Done;
        if !operations::settle(&mut unit, &operation).await? {
            // Somebody else was first; the job is over all the same.
            return unit.commit(&()).await;
        }
        let payment = payments::by_id(&mut unit, operation.payment_id).await?;
        let mut payment = payment.ok_or(StoreError::NoRow)?;
        let posting = self.apply(&mut unit, (&mut payment, &operation), &outcome).await?;
        record(&mut unit, &mut payment, &answer).await?;
        self.go_on_with_undo(&mut unit, &mut payment, &operation).await?;
        go_on_after_failure(&mut unit, &mut payment, &operation).await?;
        // Last, because some accounts are everybody's, and their rows are locked until the commit.
        if let Some((kind, lines)) = posting {
            post(&mut unit, (kind, &operation), lines).await?;
        }
        unit.commit(&()).await
    }

    /// Changes payment and refund as the outcome says. The payment is written by the caller, who also posts what is given.
    async fn apply(
        &self,
        unit: &mut UnitOfWork,
        (payment, operation): (&mut Payment, &Operation),
        outcome: &Outcome,
    ) -> Result<Option<(EntryKind, Vec<Line>)>, StoreError> {
        let amount = operation.amount.unwrap_or(payment.amount);
        match (operation.kind, outcome) {
            (OperationKind::Authorise, Outcome::Succeeded { reference }) => payment.authorised(reference.clone()),
            (OperationKind::Authorise, Outcome::Refused { reason }) => payment.declined(reason),
            (OperationKind::Capture, Outcome::Succeeded { .. }) => {
                payment.captured();
                let shares = order_shares::of_order(&mut *unit, payment.order_id).await?;
                let lines = capture_lines(payment.amount, &shares, self.settings.fee_basis_points);
                return Ok(Some((EntryKind::Capture, lines)));
            }
            (OperationKind::Capture, Outcome::Refused { reason }) => payment.capture_failed(reason),
            (OperationKind::Void, Outcome::Succeeded { .. }) => payment.settle_void(),
            (OperationKind::Void, Outcome::Refused { .. }) => payment.void_failed(),
            (OperationKind::Refund, Outcome::Succeeded { .. }) => {
                payment.refunded(amount);
                refunds::settle(unit, operation.command_id, None).await?;
                let left = ledger::left_of_capture(unit, payment.id).await?;
                return Ok(Some((EntryKind::Refund, refund_lines(amount, &left))));
            }
            (OperationKind::Refund, Outcome::Refused { reason }) => {
                payment.refund_failed(amount);
                refunds::settle(unit, operation.command_id, Some(reason)).await?;
            }
        }
        Ok(None)
    }

    /// Undoes that came while there was no outcome need not wait any longer.
    async fn go_on_with_undo(
        &self,
        unit: &mut UnitOfWork,
        payment: &mut Payment,
        done: &Operation,
    ) -> Result<(), StoreError> {
        let waiting = operations::waiting(&mut *unit, payment.id).await?;
        for mut undo in waiting.into_iter().filter(|undo| undo.undoes == Some(done.command_id)) {
            let refused = match undo.kind {
                OperationKind::Void => self.go_on_with_void(unit, payment, &undo).await?,
                OperationKind::Refund => go_on_with_refund(unit, payment, &mut undo).await?,
                OperationKind::Authorise | OperationKind::Capture => continue,
            };
            match refused {
                Some(answer) => conclude(unit, payment, (undo, answer)).await?,
                None => hansa_messaging::schedule(unit, &calls::job(&undo, self.services.clock.now())).await?,
            }
        }
        Ok(())
    }

    /// `None` where the provider is to be asked.
    async fn go_on_with_void(
        &self,
        unit: &mut UnitOfWork,
        payment: &mut Payment,
        void: &Operation,
    ) -> Result<Option<PaymentEvent>, StoreError> {
        if payment.begin_void(void.command_id).is_err() {
            // It was declined: there is nothing to let go.
            return Ok(Some(PaymentEvent::Voided(void.told())));
        }
        payments::update(unit, payment).await?;
        Ok(None)
    }

    /// Somebody says that a command has an outcome: the provider is asked what it is. Nothing is believed, so a message
    /// that is late, or comes twice, does no harm.
    pub(crate) async fn nudge(&self, operation: &Operation) -> Result<(), StoreError> {
        let mut unit = self.db.begin_unit(&self.job_command(Some(operation))).await?;
        let current = operations::by_id(&mut unit, operation.command_id).await?;
        match current.filter(|current| current.state == OperationState::Waiting) {
            Some(current) => {
                let job = calls::asking_job(&current, self.services.clock.now());
                hansa_messaging::schedule(&mut unit, &job).await?;
                unit.commit(&()).await
            }
            None => unit.rollback().await,
        }
    }
}

/// `None` where the provider is to be asked.
async fn go_on_with_refund(
    unit: &mut UnitOfWork,
    payment: &mut Payment,
    refund: &mut Operation,
) -> Result<Option<PaymentEvent>, StoreError> {
    let wanted = refund.amount.unwrap_or(payment.amount);
    let answer = hold_back_undone(unit, (payment, refund), (wanted, "")).await?;
    if answer.is_none() {
        operations::update_refund(unit, refund).await?;
    }
    Ok(answer)
}

/// What a refund that failed had held back is free again. One that was to undo the capture is not repeated for ever.
async fn go_on_after_failure(
    unit: &mut UnitOfWork,
    payment: &mut Payment,
    operation: &Operation,
) -> Result<(), StoreError> {
    match (&operation.answer, operation.undoes) {
        (Some(PaymentEvent::RefundFailed(_)), None) => give_back_what_is_free(unit, payment).await,
        (Some(PaymentEvent::RefundFailed(failed)), Some(_)) => {
            let reason = failed.reason.as_str();
            tracing::error!(
                payment.id = %payment.id, order.id = %payment.order_id, reason,
                "money of a capture that was undone could not be given back: somebody has to look"
            );
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Answers an operation that waited, without the provider.
async fn conclude(
    unit: &mut UnitOfWork,
    payment: &mut Payment,
    (mut operation, answer): (Operation, PaymentEvent),
) -> Result<(), StoreError> {
    operation.answers += 1;
    operation.state = OperationState::Done;
    operation.answer = Some(answer.clone());
    operations::settle(unit, &operation).await?;
    record(unit, payment, &answer).await
}

async fn post(
    unit: &mut UnitOfWork,
    (kind, operation): (EntryKind, &Operation),
    lines: Vec<Line>,
) -> Result<(), StoreError> {
    let currency = operation.amount.map(|Money { currency, .. }| currency).ok_or(StoreError::NoRow)?;
    let entry = Entry {
        id: unit.command().ids.id(),
        kind,
        business_event: format!("{}/{}", kind.as_str(), operation.command_id),
        payment: Some(operation.payment_id),
        currency,
        lines,
    };
    ledger::post(unit, &entry).await
}
