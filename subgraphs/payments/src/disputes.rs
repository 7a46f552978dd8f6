//! Disputes, as the provider tells of them: opened and closed once each, whatever comes twice, late or in another order.

use crate::{
    Payments,
    domain::{
        dispute::{Dispute, DisputeOutcome, DisputeTold},
        event::{DisputeClosed, Disputed, PaymentEvent},
        ids::PaymentId,
        ledger::{Entry, EntryKind, dispute_lines, dispute_lost_lines, dispute_won_lines},
        payment::Payment,
    },
    requests::{act_for_order, give_back_what_is_free, record},
    tables::{disputes, ledger, payments},
};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::Money;

impl Payments {
    /// Takes what the provider tells of a dispute. Busy where the payment's capture is still under way.
    pub(crate) async fn take_dispute(&self, payment: PaymentId, told: DisputeTold) -> Result<(), StoreError> {
        let mut unit = self.db.begin_unit(&self.job_command(None)).await?;
        let Some(mut payment) = payments::by_id(&mut unit, payment).await? else { return unit.rollback().await };
        if payment.captured == 0 {
            unit.rollback().await?;
            // Money that nobody has yet cannot be taken back: the provider was faster with this than with its answer.
            return if payment.pending_command.is_some() { Err(StoreError::Busy) } else { Ok(()) };
        }
        act_for_order(&mut unit, &payment);
        let known = disputes::by_reference(&mut unit, (payment.id, &told.reference)).await?;
        let is_known = known.is_some();
        let dispute = match known {
            Some(dispute) => dispute,
            None => open(&mut unit, &mut payment, &told).await?,
        };
        match (dispute.outcome, told.outcome) {
            (None, Some(outcome)) => close(&mut unit, &mut payment, (&dispute, outcome)).await?,
            (Some(known), Some(outcome)) if known != outcome => {
                tracing::warn!(dispute.id = %dispute.id, ?known, ?outcome, "a dispute that is closed ends in another way");
                return unit.rollback().await;
            }
            (_, _) if is_known => return unit.rollback().await,
            (_, _) => {}
        }
        unit.commit(&()).await
    }
}

/// Holds the money back from everybody who got some of it.
async fn open(unit: &mut UnitOfWork, payment: &mut Payment, told: &DisputeTold) -> Result<Dispute, StoreError> {
    let amount = payment.disputed(told.amount, &told.reason);
    let dispute = Dispute {
        id: unit.command().ids.id(),
        payment: payment.id,
        reference: told.reference.clone(),
        amount,
        reason: told.reason.clone(),
        outcome: None,
        opened_at: unit.command().now,
        closed_at: None,
    };
    disputes::insert(unit, &dispute).await?;
    let left = ledger::left_of_capture(unit, payment.id).await?;
    post(unit, (EntryKind::Dispute, &dispute), dispute_lines(amount, &left)).await?;
    let disputed = Disputed {
        order_id: payment.order_id,
        payment_id: payment.id,
        reason: told.reason.clone(),
        dispute_id: Some(dispute.id),
        amount: Some(amount),
    };
    record(unit, payment, &PaymentEvent::Disputed(disputed)).await?;
    Ok(dispute)
}

/// Gives the money back to those that it was taken from, or to the buyer's bank.
async fn close(
    unit: &mut UnitOfWork,
    payment: &mut Payment,
    (dispute, outcome): (&Dispute, DisputeOutcome),
) -> Result<(), StoreError> {
    payment.dispute_closed(dispute.amount, outcome);
    disputes::close(unit, dispute, outcome).await?;
    match outcome {
        DisputeOutcome::Won => {
            let taken = ledger::taken_by(unit, &business_event(EntryKind::Dispute, dispute)).await?;
            post(unit, (EntryKind::DisputeWon, dispute), dispute_won_lines(&taken)).await?;
        }
        DisputeOutcome::Lost => {
            post(unit, (EntryKind::DisputeLost, dispute), dispute_lost_lines(dispute.amount)).await?
        }
    }
    let closed = DisputeClosed {
        order_id: payment.order_id,
        payment_id: payment.id,
        dispute_id: dispute.id,
        amount: dispute.amount,
        outcome,
    };
    record(unit, payment, &PaymentEvent::DisputeClosed(closed)).await?;
    match outcome {
        DisputeOutcome::Won => give_back_what_is_free(unit, payment).await,
        DisputeOutcome::Lost => Ok(()),
    }
}

fn business_event(kind: EntryKind, dispute: &Dispute) -> String {
    format!("{}/{}", kind.as_str(), dispute.id)
}

/// Where nothing was left that could be disputed, nothing moves.
async fn post(
    unit: &mut UnitOfWork,
    (kind, dispute): (EntryKind, &Dispute),
    lines: Vec<crate::domain::ledger::Line>,
) -> Result<(), StoreError> {
    if lines.is_empty() {
        return Ok(());
    }
    let Money { currency, .. } = dispute.amount;
    let entry = Entry {
        id: unit.command().ids.id(),
        kind,
        business_event: business_event(kind, dispute),
        payment: Some(dispute.payment),
        currency,
        lines,
    };
    ledger::post(unit, &entry).await
}
