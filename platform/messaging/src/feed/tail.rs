//! The task that reads the log for all subscribers.

use super::{Arrival, FeedError, QUEUED_EVENTS_MAX, Wanted};
use hansa_event_sourcing::{LogError, LoggedEvent, SharedEventLog};
use std::{future::pending, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::sleep,
};

/// How often commits of other processes are looked for.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// Commits that come closer to each other are read together.
const PAUSE: Duration = Duration::from_millis(2);
/// After an error of the log.
const ERROR_PAUSE: Duration = Duration::from_secs(1);
const READ_AT_ONCE: u32 = 500;

/// Somebody wants events from now on.
pub(super) struct Registration {
    pub(super) wanted: Wanted,
    /// Has room for one arrival more than events may be queued.
    pub(super) queue: mpsc::Sender<Arrival>,
    /// Gets the positions after which events come.
    pub(super) reply: oneshot::Sender<Result<Vec<i64>, FeedError>>,
}

struct Subscriber {
    wanted: Wanted,
    queue: mpsc::Sender<Arrival>,
}

pub(super) struct Tail {
    log: SharedEventLog,
    registering: mpsc::Receiver<Registration>,
    committed: Option<watch::Receiver<u64>>,
    subscribers: Vec<Subscriber>,
    /// How far the log was read; means nothing while there are no subscribers.
    positions: Vec<i64>,
}

impl Tail {
    pub(super) fn new(log: SharedEventLog, registering: mpsc::Receiver<Registration>) -> Tail {
        let committed = Some(log.committed());
        Tail { log, registering, committed, subscribers: Vec::new(), positions: Vec::new() }
    }

    /// Works until nobody can register any more.
    pub(super) async fn run(mut self) {
        loop {
            self.subscribers.retain(|subscriber| !subscriber.queue.is_closed());
            let is_idle = self.subscribers.is_empty();
            tokio::select! {
                registration = self.registering.recv() => match registration {
                    Some(registration) => self.register_all(registration).await,
                    None => return,
                },
                () = committed(&mut self.committed), if !is_idle => {}
                () = sleep(LOOK_INTERVAL), if !is_idle => {}
            }
            if self.subscribers.is_empty() {
                continue;
            }
            let pause = match self.advance().await {
                Ok(()) => PAUSE,
                Err(error) => {
                    tracing::warn!(error, "could not read the log for subscribers; trying again");
                    ERROR_PAUSE
                }
            };
            sleep(pause).await;
        }
    }

    /// All that wait at this moment.
    async fn register_all(&mut self, first: Registration) {
        let mut next = Some(first);
        while let Some(registration) = next {
            self.register(registration).await;
            next = self.registering.try_recv().ok();
        }
    }

    async fn register(&mut self, registration: Registration) {
        let Registration { wanted, queue, reply } = registration;
        if self.subscribers.is_empty() {
            match self.log.last_positions().await {
                Ok(positions) => self.positions = positions,
                Err(error) => {
                    // Whoever asked may be gone already.
                    let _ = reply.send(Err(FeedError::Log(error)));
                    return;
                }
            }
        }
        if reply.send(Ok(self.positions.clone())).is_ok() {
            self.subscribers.push(Subscriber { wanted, queue });
        }
    }

    /// Reads what is new.
    async fn advance(&mut self) -> Result<(), LogError> {
        let heads = self.log.last_positions().await?;
        for (lane, head) in heads.into_iter().enumerate() {
            while self.positions[lane] < head {
                let events = self.log.after(lane as i64, self.positions[lane], READ_AT_ONCE).await?;
                if events.is_empty() {
                    return Err(format!("lane {lane} has no events after {} up to {head}", self.positions[lane]).into());
                }
                for event in events {
                    self.positions[lane] = event.position;
                    self.dispatch(event);
                }
            }
        }
        Ok(())
    }

    fn dispatch(&mut self, event: LoggedEvent) {
        let (event, mut behind_it) = (Arc::new(event), None);
        let positions = &self.positions;
        self.subscribers.retain(|subscriber| {
            if !(subscriber.wanted)(&event.event) {
                return true;
            }
            let has_lagged = subscriber.queue.capacity() <= subscriber.queue.max_capacity() - QUEUED_EVENTS_MAX;
            let arrival = match has_lagged {
                true => Arrival::Lagged,
                false => {
                    let positions: &Arc<[i64]> = behind_it.get_or_insert_with(|| positions.as_slice().into());
                    Arrival::Event { event: event.clone(), positions: positions.clone() }
                }
            };
            subscriber.queue.try_send(arrival).is_ok() && !has_lagged
        });
    }
}

/// Waits for a commit of this process.
async fn committed(commits: &mut Option<watch::Receiver<u64>>) {
    if let Some(receiver) = commits
        && receiver.changed().await.is_ok()
    {
        return;
    }
    // The store is closed; there will be none.
    *commits = None;
    pending().await
}
