//! A provider in this process, with a log of its own that survives the process, and faults that can be asked for by the
//! token of a payment method or by settings.

mod faults;
mod log;

pub use log::{SandboxCall, SandboxLog};

use super::{Call, CallError, CallFuture, Outcome, Provider};
use crate::settings::SandboxSettings;
use chrono::TimeDelta;
use faults::{Fault, fault_of, is_chosen};
use hansa_event_sourcing::Clock;
use hansa_relational::StoreError;
use std::{fmt, future::pending, sync::Arc, time::Duration};

/// Called after a call was done: what a provider's webhooks do.
pub(crate) type Notify = Arc<dyn Fn(&Call, Duration) -> CallFuture<'static, ()> + Send + Sync>;

/// What `sandbox_slow` takes.
const SLOW: Duration = Duration::from_secs(2);

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

    /// Tells of calls by webhook too, as the settings say how many.
    pub(crate) fn notifying(mut self, notify: Notify) -> Sandbox {
        self.notify = (self.settings.webhook_percent > 0).then_some(notify);
        self
    }

    async fn executed(&self, call: &Call) -> Result<Outcome, CallError> {
        tokio::time::sleep(self.settings.delay).await;
        let was_lost = self.settings.lost_call_percent > 0 && self.log.was_lost(call.key).await.map_err(down)?;
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
        match fault {
            Fault::AnswerLost => Err(CallError::Unknown("the connection broke before the answer".to_owned())),
            _ => Ok(outcome),
        }
    }

    /// At once, and once more when it is late.
    async fn tell(&self, call: &Call) -> Result<(), CallError> {
        let Some(notify) = &self.notify else { return Ok(()) };
        if is_chosen(self.settings.seed, (call.key, "webhook"), self.settings.webhook_percent) {
            notify(call, Duration::ZERO).await?;
            notify(call, self.settings.webhook_late).await?;
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
