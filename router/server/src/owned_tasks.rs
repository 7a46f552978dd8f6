//! Work that goes on when its client has gone: mutations. Joined at the end, so that none is cut off by a shutdown.

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
