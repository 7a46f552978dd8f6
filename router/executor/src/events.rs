//! Subscriptions (GraphQL specification, "Subscription"): what the source is asked, and the response to one of its events.

use crate::{
    Execution, ExecutionRequest, Phase, PreparedPlan, SubgraphRequest, SubgraphResponse, Transport, TransportError,
    engine::Engine, execute,
};
use hansa_federation::Supergraph;
use hansa_query_planner::plan::FetchId;
use std::sync::{Mutex, PoisonError};

/// `CreateSourceEventStream`: the request whose answers are events. `None` where the plan has no source.
pub fn source_request(
    plan: &PreparedPlan,
    supergraph: &Supergraph,
    request: ExecutionRequest<'_>,
) -> Option<SubgraphRequest> {
    let source = plan.plan().source()?.id;
    let mut engine = Engine::new(plan, supergraph, request);
    if !engine.add_root() {
        return None;
    }
    let (request, _) = engine.next_request()?;
    (request.fetch == source).then_some(request)
}

/// `MapSourceToResponseEvent` for one event, which is read as the answer to the source's fetch; the other fetches are sent
/// for it. Dropping the future cancels those.
pub async fn execute_event<T: Transport>(
    plan: &PreparedPlan,
    supergraph: &Supergraph,
    (transport, event): (&T, SubgraphResponse),
    request: ExecutionRequest<'_>,
) -> Execution {
    let source = plan.plan().source().map(|source| source.id);
    let with_event = WithEvent { transport, source, event: Mutex::new(Some(event)) };
    execute(plan, supergraph, &with_event, request).await
}

/// The event stands for the source's answer.
struct WithEvent<'a, T> {
    transport: &'a T,
    source: Option<FetchId>,
    event: Mutex<Option<SubgraphResponse>>,
}

impl<T: Transport> Transport for WithEvent<'_, T> {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        if self.source == Some(request.fetch) {
            let event = self.event.lock().unwrap_or_else(PoisonError::into_inner).take();
            return event.ok_or_else(|| TransportError {
                code: crate::codes::INTERNAL,
                message: "an event was asked for twice".to_owned(),
            });
        }
        self.transport.send(request).await
    }

    fn run_long<R>(&self, work: impl FnOnce() -> R) -> R {
        self.transport.run_long(work)
    }

    fn begins(&self, phase: Phase) {
        self.transport.begins(phase);
    }
}
