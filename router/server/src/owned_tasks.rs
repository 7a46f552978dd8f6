//! Work on tasks of its own: mutations, which go on when their client has gone, and responses in parts, which are made
//! while they are sent. Joined at the end, so that none is cut off by a shutdown.

use std::sync::{Mutex, PoisonError};
use tokio::task::{AbortHandle, JoinSet};

#[derive(Debug, Default)]
pub(crate) struct OwnedTasks(Mutex<JoinSet<()>>);

impl OwnedTasks {
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(work)
    }

    /// Waits for all of them.
    pub(crate) async fn join(&self) {
        let mut tasks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }
}
