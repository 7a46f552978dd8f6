//! Leases: of several processes with the same context, one runs the relay, and one runs each consumer.
//!
//! One task renews all leases of a context's workers in one commit. A lease is believed in for less time than the store
//! gives it: whoever was asleep finds that out by its own clock. What a lease cannot prevent, the bus's fences and the
//! checkpoints do.

use crate::{
    failures::{Failures, with_sources},
    settings::WorkerSettings,
};
use chrono::TimeDelta;
use hansa_event_sourcing::{Clock, LeaseRequest, SharedRelayStore};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};
use tracing::{info, warn};

/// One of the leases that a keeper takes, as its worker sees it.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    state: watch::Receiver<Option<Held>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    epoch: i64,
    until: Instant,
}

/// Takes and renews leases.
pub(crate) struct LeaseKeeper {
    store: SharedRelayStore,
    settings: Arc<WorkerSettings>,
    holder: String,
    leases: HashMap<String, watch::Sender<Option<Held>>>,
}

impl LeaseKeeper {
    pub(crate) fn new(store: SharedRelayStore, settings: Arc<WorkerSettings>) -> LeaseKeeper {
        let holder = format!("{}-{:016x}", std::process::id(), fastrand::u64(..));
        LeaseKeeper { store, settings, holder, leases: HashMap::new() }
    }

    /// A lease that is to be kept.
    pub(crate) fn lease(&mut self, name: impl Into<String>) -> Lease {
        let (sender, state) = watch::channel(None);
        self.leases.insert(name.into(), sender);
        Lease { state }
    }

    /// Takes and renews until `stopped`; then gives them up, so that others need not wait.
    pub(crate) async fn run(self, mut stopped: watch::Receiver<bool>) {
        let every = self.settings.lease / 4;
        let mut failures = Failures::default();
        while !*stopped.borrow() {
            self.renew(&mut failures).await;
            let _ = tokio::time::timeout(every, stopped.wait_for(|stopped| *stopped)).await;
        }
    }

    /// After the workers have stopped.
    pub(crate) async fn give_up(store: &SharedRelayStore, holder: String) {
        if let Err(error) = store.give_up_leases(holder).await {
            warn!(error, "could not give leases up; others take them when they expire");
        }
    }

    pub(crate) fn holder(&self) -> String {
        self.holder.clone()
    }

    async fn renew(&self, failures: &mut Failures) {
        // From before the store is asked: its answer may take long.
        let begun = Instant::now();
        let now = Clock::system().now();
        let lasts = TimeDelta::from_std(self.settings.lease).unwrap_or(TimeDelta::MAX);
        let names: Vec<String> = self.leases.keys().cloned().collect();
        let request = LeaseRequest { names, holder: self.holder.clone(), now, until: now + lasts };
        let held = match self.store.take_leases(request).await {
            Ok(held) => held,
            Err(error) => {
                let text = with_sources(error.as_ref());
                if failures.is_news(&text) {
                    warn!(error = text, "could not renew leases");
                }
                return;
            }
        };
        let until = begun + self.settings.lease * 3 / 4;
        for (name, sender) in &self.leases {
            let now_held = held.iter().find(|held| held.name == *name);
            let now_held = now_held.map(|held| Held { epoch: held.epoch, until });
            let before = sender.send_replace(now_held);
            if before.map(|held| held.epoch) != now_held.map(|held| held.epoch) {
                info!(lease.name = name, lease.epoch = now_held.map(|held| held.epoch), "a lease has changed hands");
            }
        }
    }
}

impl Lease {
    /// The epoch of the lease while this process has it.
    pub(crate) fn epoch(&self) -> Option<i64> {
        let held = *self.state.borrow();
        held.filter(|held| Instant::now() < held.until).map(|held| held.epoch)
    }

    /// Waits until this process has it.
    pub(crate) async fn held(&mut self) -> i64 {
        loop {
            self.state.borrow_and_update();
            if let Some(epoch) = self.epoch() {
                return epoch;
            }
            if self.state.changed().await.is_err() {
                // The keeper is gone: the workers are being stopped.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
