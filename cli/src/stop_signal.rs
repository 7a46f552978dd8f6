//! Ctrl-C and SIGTERM: the first one asks a server to finish what it has, the second one ends the process at once.

use crate::failure::Failure;
use std::{future::Future, pin::Pin, process};
use tokio::sync::oneshot;

/// What shells report for a process that Ctrl-C ended.
const STOPPED_BY_USER: i32 = 130;

/// Listens from its creation on, so that a signal during start is not lost.
#[derive(Debug)]
pub(crate) struct StopSignal {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopSignal {
    /// Runs a server, which is given the future that tells it to drain. A second signal ends the process meanwhile.
    pub(crate) async fn drain<Serving: Future>(
        mut self,
        server: impl FnOnce(Pin<Box<dyn Future<Output = ()> + Send>>) -> Serving,
    ) -> Serving::Output {
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = server(Box::pin(async move { drop(stopped.await) }));
        tokio::pin!(serving);
        tokio::select! {
            output = &mut serving => return output,
            () = self.next() => drop(stop),
        }
        tokio::select! {
            output = serving => output,
            () = self.next() => {
                tracing::warn!("stopped at once; requests under way were given up");
                process::exit(STOPPED_BY_USER)
            }
        }
    }

    #[cfg(unix)]
    pub(crate) fn new() -> Result<StopSignal, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| Failure::undecided(format!("cannot hear signals: {error}")));
        Ok(StopSignal { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn new() -> Result<StopSignal, Failure> {
        Ok(StopSignal {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
