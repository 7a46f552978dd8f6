//! Before the provider: a time limit for each call, a limit of calls at the same time, and a breaker that stops calling a
//! provider that fails.

use super::{Call, CallError, Outcome, Provider};
use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

/// So many failures in a row open the breaker.
const FAILURES_MAX: u32 = 5;
/// Then nobody is let through for so long; after it one call is, to see.
const OPEN_FOR: Duration = Duration::from_secs(2);

/// A provider with its limits.
#[derive(Clone)]
pub(crate) struct Gate {
    provider: Arc<dyn Provider>,
    places: Arc<Semaphore>,
    time_max: Duration,
    breaker: Arc<Mutex<Breaker>>,
}

#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    /// Set while it is open.
    open_until: Option<Instant>,
}

impl Gate {
    pub(crate) fn new(provider: Arc<dyn Provider>, (calls_max, time_max): (usize, Duration)) -> Gate {
        let places = Arc::new(Semaphore::new(calls_max));
        Gate { provider, places, time_max, breaker: Arc::default() }
    }

    pub(crate) async fn execute(&self, call: &Call) -> Result<Outcome, CallError> {
        self.through(self.provider.execute(call)).await
    }

    pub(crate) async fn find(&self, call: &Call) -> Result<Option<Outcome>, CallError> {
        self.through(self.provider.find(call)).await
    }

    async fn through<T>(&self, calling: impl Future<Output = Result<T, CallError>>) -> Result<T, CallError> {
        let not_sent = |why: &str| CallError::NotSent(why.to_owned());
        let _place = match timeout(self.time_max, self.places.acquire()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) | Err(_) => return Err(not_sent("too many calls are under way")),
        };
        if !self.breaker().lets_through(Instant::now()) {
            return Err(not_sent("it failed too often just now"));
        }
        let answer = match timeout(self.time_max, calling).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Unknown(format!("no answer in {} ms", self.time_max.as_millis()))),
        };
        let is_answered = matches!(answer, Ok(_) | Err(CallError::UnderWay(_)));
        self.breaker().learn(is_answered, Instant::now());
        answer
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Breaker {
    /// An open one lets one call through when its time is over, and is open for as long again until that call answers.
    fn lets_through(&mut self, now: Instant) -> bool {
        match self.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                self.open_until = Some(now + OPEN_FOR);
                true
            }
            None => true,
        }
    }

    fn learn(&mut self, answered: bool, now: Instant) {
        if answered {
            *self = Breaker::default();
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            self.open_until = Some(now + OPEN_FOR);
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gate").field("time_max", &self.time_max).finish_non_exhaustive()
    }
}
