//! Who waits for news on the embedded bus is woken: by this process at once, by others soon.
//!
//! Of all that wait in a process, one looks at the file for what other processes have done, and wakes those that it
//! concerns.

use super::Embedded;
use crate::bus::BusError;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// How soon what another process has done is seen.
const POLL: Duration = Duration::from_millis(40);

/// Whose questions are heard, and answers.
pub(super) const QUESTIONS: &str = " questions";
pub(super) const ANSWERS: &str = " answers";

#[derive(Default)]
pub(super) struct Changes {
    /// By context; what is no context begins with a space.
    channels: Mutex<HashMap<String, watch::Sender<u64>>>,
    /// What the one who looks has last seen.
    seen: tokio::sync::Mutex<HashMap<String, i64>>,
}

impl Changes {
    pub(super) fn of(&self, what: &str) -> watch::Receiver<u64> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.entry(what.to_owned()).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    pub(super) fn announce(&self, what: &str) {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(what) {
            channel.send_modify(|count| *count += 1);
        }
    }
}

impl Embedded {
    /// Until something has changed.
    pub(super) async fn wait(&self, changed: &mut watch::Receiver<u64>) {
        tokio::select! {
            _ = changed.changed() => {}
            () = self.look() => {}
        }
    }

    /// Looks at the file for all who wait; the others wait here until they are the one.
    async fn look(&self) {
        let mut seen = self.changes.seen.lock().await;
        loop {
            tokio::time::sleep(POLL).await;
            // A file that cannot be read tells whoever reads it.
            let Ok(now) = self.state_of_all().await else { continue };
            for (what, state) in &now {
                if seen.get(what) != Some(state) {
                    self.changes.announce(what);
                }
            }
            *seen = now;
        }
    }

    async fn state_of_all(&self) -> Result<HashMap<String, i64>, BusError> {
        let state = "SELECT context, last_sequence AS state FROM streams
                     UNION ALL SELECT ' questions', coalesce(MAX(number), 0) FROM replay_requests
                     UNION ALL SELECT ' answers', coalesce(MAX(number), 0) FROM replay_answers";
        let rows = self.read(state, Vec::new()).await?;
        let read = |row: &hansa_relational::Row| Ok((row.text("context")?, row.int("state")?));
        rows.iter().map(read).collect::<Result<_, hansa_relational::StoreError>>().map_err(super::reading)
    }
}
