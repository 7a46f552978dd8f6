//! A provider in this process, with a log of its own that survives the process, and faults that can be asked for by the
//! token of a payment method or by settings.

mod faults;
mod log;

pub use log::{SandboxCall, SandboxLog};

use super::{Call, CallError, CallFuture, Outcome, Provider};
use crate::{domain::dispute::DisputeOutcome, settings::SandboxSettings};
use chrono::TimeDelta;
use faults::{Fault, dispute_of, fault_of, is_chosen, may_be_lost_once};
use hansa_event_sourcing::Clock;
use hansa_relational::StoreError;
use std::{fmt, future::pending, sync::Arc, time::Duration};

/// What a provider's webhooks tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Something may have come of the call.
    Done,
    /// What was captured is disputed.
    Disputed,
    DisputeClosed(DisputeOutcome),
}

/// Called after a call was done, with how long the notice takes.
pub(crate) type Notify = Arc<dyn Fn(&Call, (Notice, Duration)) -> CallFuture<'static, ()> + Send + Sync>;

/// What `sandbox_slow` takes.
const SLOW: Duration = Duration::from_secs(2);

/// How long after a capture it is disputed, and how long after it the dispute is closed.
const DISPUTED_AFTER: Duration = Duration::from_secs(10);
const DISPUTE_CLOSED_AFTER: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Sandbox {
    settings: SandboxSettings,
    log: SandboxLog,
    clock: Clock,
    notify: Option<Notify>,
}

impl Sandbox {
    pub(crate) fn new(settings: SandboxSettings, log: SandboxLog, clock: &Clock) -> Sandbox {
        Sandbox { settings, log, clock: clock.clone(), notify: None }
    }

    /// Tells of disputes by webhook, and of calls too, as the settings say how many.
    pub(crate) fn notifying(mut self, notify: Notify) -> Sandbox {
        self.notify = Some(notify);
        self
    }

    async fn executed(&self, call: &Call) -> Result<Outcome, CallError> {
        tokio::time::sleep(self.settings.delay).await;
        let may_be_lost = may_be_lost_once(&self.settings, call);
        let was_lost = may_be_lost && self.log.was_lost(call.key).await.map_err(down)?;
        let fault = fault_of(&self.settings, call, was_lost);
        match fault {
            Fault::Slow => tokio::time::sleep(SLOW).await,
            Fault::CallLost => return pending().await,
            Fault::CallLostOnce => {
                self.log.lost(call.key, self.clock.now()).await.map_err(down)?;
                return pending().await;
            }
            Fault::None | Fault::Declined(_) | Fault::AnswerLost => {}
        }
        let refused = if let Fault::Declined(reason) = fault { Some(reason) } else { None };
        let outcome = self.log.done(call, refused, self.clock.now()).await.map_err(down)?;
        self.tell(call).await?;
        if matches!(outcome, Outcome::Succeeded { .. }) {
            self.tell_disputes(call).await?;
        }
        match fault {
            Fault::AnswerLost => Err(CallError::Unknown("the connection broke before the answer".to_owned())),
            _ => Ok(outcome),
        }
    }

    /// At once, and once more when it is late.
    async fn tell(&self, call: &Call) -> Result<(), CallError> {
        let Some(notify) = &self.notify else { return Ok(()) };
        if is_chosen(self.settings.seed, (call.key, "webhook"), self.settings.webhook_percent) {
            notify(call, (Notice::Done, Duration::ZERO)).await?;
            notify(call, (Notice::Done, self.settings.webhook_late)).await?;
        }
        Ok(())
    }

    /// That it was disputed is told once more when that has ended.
    async fn tell_disputes(&self, call: &Call) -> Result<(), CallError> {
        let (Some(notify), Some(outcome)) = (&self.notify, dispute_of(call)) else { return Ok(()) };
        notify(call, (Notice::Disputed, DISPUTED_AFTER)).await?;
        if let Some(outcome) = outcome {
            notify(call, (Notice::DisputeClosed(outcome), DISPUTE_CLOSED_AFTER)).await?;
            notify(call, (Notice::Disputed, DISPUTE_CLOSED_AFTER + DISPUTED_AFTER)).await?;
        }
        Ok(())
    }

    async fn found(&self, call: &Call) -> Result<Option<Outcome>, CallError> {
        tokio::time::sleep(self.settings.delay).await;
        let Some(known) = self.log.call(call.key).await.map_err(down)? else { return Ok(None) };
        let unknown_for = TimeDelta::from_std(self.settings.unknown_for).unwrap_or(TimeDelta::zero());
        let is_lost = fault_of(&self.settings, call, true) == Fault::AnswerLost;
        if is_lost && self.clock.now() < known.made_at + unknown_for {
            return Err(CallError::Unknown("the sandbox does not tell yet".to_owned()));
        }
        Ok(Some(known.outcome()))
    }
}

impl Provider for Sandbox {
    fn execute<'a>(&'a self, call: &'a Call) -> CallFuture<'a, Outcome> {
        Box::pin(self.executed(call))
    }

    fn find<'a>(&'a self, call: &'a Call) -> CallFuture<'a, Option<Outcome>> {
        Box::pin(self.found(call))
    }
}

/// The sandbox's own store failed: whether it was done is not known.
fn down(error: StoreError) -> CallError {
    CallError::Unknown(format!("the sandbox's store: {error}"))
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("settings", &self.settings).finish_non_exhaustive()
    }
}
