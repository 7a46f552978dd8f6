//! Starting, announcing and draining the router: the same for `hansa router` and `hansa up`.

use crate::{
    failure::{Failure, with_causes},
    output,
    stop_signal::StopSignal,
};
use hansa_server::{BoundRouter, EndpointError, GraphError, Router, ServeError};
use std::future::Future;

/// Nested objects are resolved by nested calls, in subgraphs too, and what decides about access looks at how much stack is
/// left. Only what is used is taken.
const STACK_BYTES: usize = 8 << 20;

/// Runs `future` on a runtime of its own, which ends with the process. It is not waited for, because a thread that is still
/// planning must not delay the end; and it is not shut down, because what works in the background, such as a driver that
/// watches its server, would find that it is gone, and panic.
pub(crate) fn block_on(future: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build();
    let runtime = runtime.map_err(|error| Failure::undecided(format!("cannot start threads: {error}")))?;
    let outcome = runtime.block_on(future);
    std::mem::forget(runtime);
    outcome
}

/// Serves until a signal, then drains. `announcement` is printed once the address is known.
pub(crate) async fn serve(router: Router, announcement: impl FnOnce(&BoundRouter) -> String) -> Result<(), Failure> {
    let stop_signal = StopSignal::new()?;
    let router = router.bind().await.map_err(|error| not_started(&error))?;
    output::print(&announcement(&router))?;
    stop_signal.drain(|stopped| router.run(stopped)).await;
    Ok(())
}

/// The supergraph is what is checked; everything else is the call's, settings that do not fit it included.
pub(crate) fn not_started(error: &ServeError) -> Failure {
    use EndpointError::{Client, UnknownSubgraph};
    match error {
        ServeError::Supergraph { source: GraphError::Endpoints(UnknownSubgraph { .. } | Client { .. }), .. } => {
            Failure::wrong_call(with_causes(error))
        }
        ServeError::Supergraph { .. } => Failure::wrong(with_causes(error)),
        _ => Failure::wrong_call(with_causes(error)),
    }
}
