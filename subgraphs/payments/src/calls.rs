//! Calls of the provider: jobs, outside of any unit of work. What came of a call is committed with the job's end.
//!
//! A call whose outcome is not known is never repeated blindly: the provider is asked by the command's id first, which is
//! the key of the call too.

use crate::{
    Payments,
    domain::{
        event::PaymentEvent,
        operation::{Operation, OperationKind, OperationState},
        payment::{Payment, PaymentStatus},
    },
    provider::{Call, CallError, Outcome},
    requests::record,
    tables::{operations, payments},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Actor, Cause, Command};
use hansa_messaging::{Job, JobClaim, JobFuture, JobHandler, JobOutcome};
use hansa_relational::StoreError;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

pub(crate) const QUEUE: &str = "provider-calls";

/// When a provider that did not answer is asked what came of the call; the last for ever.
const ASKED_AGAIN_SECONDS: [u64; 4] = [5, 15, 45, 120];

/// Does the calls.
#[derive(Debug, Clone)]
pub struct Calls(pub(crate) Payments);

/// What a job is to do about an operation.
enum Step {
    /// It is settled, or of nothing that is known.
    Nothing,
    /// Its outcome is known without the provider.
    Known(Outcome),
    Call(Box<Call>),
}

/// The job that calls the provider for an operation.
pub(crate) fn job(operation: &Operation, due_at: DateTime<Utc>) -> Job {
    Job {
        queue: QUEUE,
        key: operation.command_id.to_string(),
        content: json!({ "askFirst": false }),
        due_at,
        traceparent: operation.traceparent.clone(),
    }
}

/// The job that asks the provider what came of an operation. It takes the place of the one that waits.
pub(crate) fn asking_job(operation: &Operation, due_at: DateTime<Utc>) -> Job {
    Job { content: json!({ "askFirst": true }), ..job(operation, due_at) }
}

impl JobHandler for Calls {
    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn concurrency(&self) -> usize {
        self.0.settings.calls_max
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            let command: Option<Uuid> = claim.job.key.parse().ok();
            let operation = match command {
                Some(command) => operations::by_id(&self.0.db, command).await?,
                None => None,
            };
            let Some(operation) = operation.filter(|operation| operation.state == OperationState::Waiting) else {
                return self.forget(claim).await;
            };
            self.work(claim, operation).await
        })
    }
}

impl Calls {
    async fn work(&self, claim: &JobClaim, operation: Operation) -> Result<JobOutcome, StoreError> {
        // An attempt that is not known not to have reached the provider may have: the process died in it.
        let is_in_doubt = claim.attempt - 1 > operation.unsent || claim.job.content["askFirst"] == json!(true);
        let must_ask = operation.was_sent || is_in_doubt;
        match self.step(&operation, must_ask).await? {
            Step::Nothing => self.forget(claim).await,
            Step::Known(outcome) => self.settled(operation, outcome, claim).await,
            Step::Call(call) => match self.called(&operation, &call, must_ask).await? {
                Ok(outcome) => self.settled(operation, outcome, claim).await,
                Err(error) => self.not_answered(operation, (error, must_ask), claim).await,
            },
        }
    }

    async fn step(&self, operation: &Operation, must_ask: bool) -> Result<Step, StoreError> {
        let Some(payment) = payments::by_id(&self.0.db, operation.payment_id).await? else { return Ok(Step::Nothing) };
        if operation.is_withdrawn && !must_ask {
            return Ok(Step::Known(Outcome::Refused { reason: "WITHDRAWN".to_owned() }));
        }
        Ok(Step::Call(Box::new(call_of(operation, &payment))))
    }

    async fn called(
        &self,
        operation: &Operation,
        call: &Call,
        must_ask: bool,
    ) -> Result<Result<Outcome, CallError>, StoreError> {
        if must_ask {
            match self.0.provider.find(call).await {
                Ok(Some(outcome)) => return Ok(Ok(outcome)),
                Ok(None) => {}
                Err(error) => return Ok(Err(error)),
            }
            if operation.is_withdrawn {
                return Ok(match operation.is_surely_lost(self.0.services.clock.now()) {
                    true => Ok(Outcome::Refused { reason: "WITHDRAWN".to_owned() }),
                    false => Err(CallError::Unknown("it may still be on its way".to_owned())),
                });
            }
        }
        if !self.may_send(operation).await? {
            return Ok(Err(CallError::Unknown("it was undone at this very moment".to_owned())));
        }
        Ok(self.0.provider.execute(call).await)
    }

    /// Writes that an authorisation is sent, where that is long after it was asked for: its undo must not take a call for lost
    /// that is under way. What its undo knows of is not sent any more.
    async fn may_send(&self, operation: &Operation) -> Result<bool, StoreError> {
        let is_undone_by_void = operation.kind == OperationKind::Authorise;
        if !is_undone_by_void || !operation.is_late(self.0.services.clock.now()) {
            return Ok(true);
        }
        let mut unit = self.0.db.begin_unit(&self.0.job_command(Some(operation))).await?;
        let may_send = operations::sent(&mut unit, operation.command_id).await?;
        unit.commit(&()).await?;
        Ok(may_send)
    }

    async fn settled(
        &self,
        operation: Operation,
        outcome: Outcome,
        claim: &JobClaim,
    ) -> Result<JobOutcome, StoreError> {
        match self.0.settle(operation, outcome, Some(claim)).await {
            Ok(()) => Ok(JobOutcome::Completed),
            // Nothing of it was committed: what the provider did is found again by its key.
            Err(StoreError::Busy) => Ok(again(Duration::from_millis(100), "the store was busy")),
            Err(error) => Err(error),
        }
    }

    async fn not_answered(
        &self,
        mut operation: Operation,
        (error, must_ask): (CallError, bool),
        claim: &JobClaim,
    ) -> Result<JobOutcome, StoreError> {
        let now = self.0.services.clock.now();
        let was_never_sent = !must_ask && matches!(error, CallError::NotSent(_));
        if was_never_sent && operation.kind == OperationKind::Authorise && operation.is_late(now) {
            let refused = Outcome::Refused { reason: "PROVIDER_UNAVAILABLE".to_owned() };
            return self.settled(operation, refused, claim).await;
        }
        let place = usize::try_from(claim.attempt - 1).unwrap_or(0).min(ASKED_AGAIN_SECONDS.len() - 1);
        // Not before the step's time is over it is told that the outcome is not known, but then at once; and the undo of what is
        // lost does not wait longer than that takes.
        let until_known = operation.until_late(now).min(operation.until_withdrawn(now));
        let after = Duration::from_secs(ASKED_AGAIN_SECONDS[place]).min(until_known.to_std().unwrap_or(Duration::MAX));
        if operation.is_late(now) && !matches!(error, CallError::UnderWay(_)) {
            tracing::warn!(
                command.id = %operation.command_id, order.id = %operation.order_id, kind = operation.kind.as_str(), %error,
                "the outcome of a payment is not known; the provider is asked again"
            );
        }
        operation.unsent += i64::from(was_never_sent);
        self.0.not_known(&mut operation, was_never_sent).await?;
        Ok(again(after, &error.to_string()))
    }

    /// Ends a job that has nothing to do.
    async fn forget(&self, claim: &JobClaim) -> Result<JobOutcome, StoreError> {
        let mut unit = self.0.db.begin_unit(&self.0.job_command(None)).await?;
        claim.complete(&mut unit).await?;
        unit.commit(&()).await?;
        Ok(JobOutcome::Completed)
    }
}

impl Payments {
    /// The command under which a job acts: in the name of who asked.
    pub(crate) fn job_command(&self, operation: Option<&Operation>) -> Command {
        Command {
            operation: QUEUE,
            actor: Actor::default(),
            now: self.services.clock.now(),
            ids: self.services.ids.clone(),
            traceparent: operation.and_then(|operation| operation.traceparent.clone()),
            idempotency_key: None,
            cause: Cause {
                correlation_id: operation.and_then(|operation| operation.correlation_id),
                causation_id: operation.and_then(|operation| operation.causation_id),
            },
        }
    }

    /// Notes that the provider was not reached, or that it may have done it; tells the latter once where the step's time is
    /// over.
    async fn not_known(&self, operation: &mut Operation, was_never_sent: bool) -> Result<(), StoreError> {
        let is_new = was_never_sent || !operation.was_sent;
        operation.was_sent |= !was_never_sent;
        let tells = operation.was_sent && !operation.unknown_told && operation.is_late(self.services.clock.now());
        operation.unknown_told |= tells;
        if !is_new && !tells {
            return Ok(());
        }
        let mut unit = self.db.begin_unit(&self.job_command(Some(operation))).await?;
        // Somebody else's undo must not be lost.
        if let Some(current) = operations::by_id(&mut unit, operation.command_id).await? {
            operation.is_withdrawn = current.is_withdrawn;
        }
        if !operations::update_waiting(&mut unit, operation).await? {
            return unit.rollback().await;
        }
        if let Some(mut payment) = payments::by_id(&mut unit, operation.payment_id).await? {
            if payment.status == PaymentStatus::Requested && operation.was_sent {
                payment.status = PaymentStatus::Unknown;
            }
            match tells {
                true => record(&mut unit, &mut payment, &PaymentEvent::OutcomeUnknown(operation.told())).await?,
                false => payments::update(&mut unit, &mut payment).await?,
            }
        }
        unit.commit(&()).await
    }
}

fn call_of(operation: &Operation, payment: &Payment) -> Call {
    Call {
        kind: operation.kind,
        key: operation.command_id,
        payment: payment.id,
        order: payment.order_id,
        reference: payment.reference.clone(),
        amount: operation.amount.unwrap_or(payment.amount),
        payment_method: payment.payment_method.clone(),
    }
}

fn again(after: Duration, why: &str) -> JobOutcome {
    JobOutcome::Again { after, why: why.to_owned() }
}
