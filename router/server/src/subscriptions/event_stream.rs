//! One subscription: its source at the subgraph, and the responses to its events. GraphQL specification, "Subscription".
//!
//! Events are answered one after another. When the supergraph changes, the operation is planned anew before the next event:
//! it goes on as long as it is still valid and its root field still belongs to the same subgraph.

use crate::{
    client_error::ClientError,
    error_code::ErrorCode,
    graph::Graph,
    http::graphql_request::GraphqlRequest,
    pipeline::{
        self, ReadyOperation, RequestContext,
        incremental_delivery::{LONGEST_WAIT, TOOK_TOO_LONG},
    },
    subgraph_transport::events::{EventSource, SourceItem},
    subscriptions::places::StreamPlace,
    wiring::Wiring,
};
use bytes::Bytes;
use hansa_executor::{Execution, HeldBytes, MemoryLease, SubgraphRequest, SubgraphResponse, TransportError};
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc};
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

/// What is kept of a request in order to plan it again.
#[derive(Debug)]
pub(crate) struct KeptRequest {
    operation_name: Option<String>,
    variables: Option<Box<RawValue>>,
}

#[derive(Debug)]
pub(crate) struct EventStream {
    wiring: Arc<Wiring>,
    graph: Arc<Graph>,
    context: RequestContext,
    ready: ReadyOperation,
    request: KeptRequest,
    /// `None`: the caller may not read the field, and the one response says so.
    source: Option<(EventSource, SourceIdentity)>,
    changes: watch::Receiver<u64>,
    has_ended: bool,
    _place: StreamPlace,
}

/// Two plans with equal ones are served by the same source.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SourceIdentity {
    subgraph: String,
    url: Option<http::Uri>,
    body: Bytes,
}

/// What comes of a subscription.
#[derive(Debug)]
pub(crate) enum StreamItem {
    Event(EventResponse),
    Complete,
    /// It ends before its time.
    Ended(ClientError),
}

#[derive(Debug)]
pub(crate) struct EventResponse {
    /// JSON.
    pub(crate) body: Vec<u8>,
    pub(crate) held: HeldBytes,
    pub(crate) error_count: usize,
}

impl KeptRequest {
    pub(crate) fn of(request: &GraphqlRequest<'_>) -> KeptRequest {
        KeptRequest {
            operation_name: request.operation_name.as_deref().map(str::to_owned),
            variables: request.variables.map(ToOwned::to_owned),
        }
    }
}

impl EventStream {
    /// Opens the source.
    pub(crate) async fn open(
        wiring: &Arc<Wiring>,
        (graph, context): (Arc<Graph>, RequestContext),
        (ready, request): (ReadyOperation, KeptRequest),
        place: StreamPlace,
    ) -> Result<EventStream, ClientError> {
        // Before anything is opened: no change must be missed.
        let changes = wiring.graph.changes();
        let source = open_source(wiring, &graph, &context, &ready).await.map_err(refused)?;
        let wiring = wiring.clone();
        Ok(EventStream { wiring, graph, context, ready, request, source, changes, has_ended: false, _place: place })
    }

    /// The next response, or the end.
    pub(crate) async fn next(&mut self) -> StreamItem {
        if self.has_ended {
            return StreamItem::Complete;
        }
        loop {
            let Some((source, _)) = &mut self.source else {
                self.has_ended = true;
                let empty = Bytes::from_static(b"{\"data\":null}");
                return StreamItem::Event(self.response(empty, None).await);
            };
            let item = tokio::select! {
                biased;
                _ = self.changes.changed() => None,
                item = source.next() => Some(item),
            };
            let item = match item {
                Some(item) => item,
                None => match self.follow().await {
                    Ok(()) => continue,
                    Err(error) => return self.end(StreamItem::Ended(error)),
                },
            };
            return match item {
                SourceItem::Event(body, held) => StreamItem::Event(self.response(body, Some(held)).await),
                SourceItem::LastEvent(body) => {
                    self.has_ended = true;
                    StreamItem::Event(self.response(body, None).await)
                }
                SourceItem::Complete => self.end(StreamItem::Complete),
                SourceItem::Failed(error) => self.end(StreamItem::Ended(refused(error))),
            };
        }
    }

    fn end(&mut self, item: StreamItem) -> StreamItem {
        self.has_ended = true;
        item
    }

    /// `MapSourceToResponseEvent`. What goes wrong with one event is in its response, and the next may do better.
    async fn response(&self, event: Bytes, event_held: Option<HeldBytes>) -> EventResponse {
        // An event that needs nothing else waits for nobody.
        let has_fetches = self.ready.plan.plan().fetches.len() > 1;
        let place = match has_fetches {
            true => self.wiring.subscriptions.events_at_once.acquire().await.ok(),
            false => None,
        };
        let memory = self.wiring.memory.budget.lease();
        let turn = self.wiring.memory.pacing.turn(self.ready.plan.expected_bytes()).await;
        let deadline = Instant::now() + self.wiring.request_timeout.min(LONGEST_WAIT);
        let executed = timeout_at(deadline, self.execute(event, &memory)).await;
        drop((turn, event_held, place));
        self.wiring.subscriptions.metrics.events.inc();
        let Ok(execution) = executed else {
            let error = ClientError::new(ErrorCode::RequestTimeout, TOOK_TOO_LONG);
            let body = error.to_json(self.context.trace.trace_id());
            return EventResponse { body, held: memory.hold_nothing(), error_count: 1 };
        };
        pipeline::report_failures(&self.graph, &self.context, &execution.fetches);
        let Execution { parts, body: last, held, error_count, .. } = execution;
        let mut body = if parts.is_empty() { last } else { [parts.concat(), last].concat() };
        body.push(b'}');
        EventResponse { body, held, error_count }
    }

    async fn execute(&self, event: Bytes, memory: &Arc<MemoryLease>) -> Execution {
        let (graph, settings, ready) = (&self.graph, &self.wiring.settings, &self.ready);
        let transport = pipeline::transport(graph, settings, &self.context, (ready.plan.plan(), memory));
        let request = pipeline::execution_request(settings, &self.context, (ready, memory));
        let event = SubgraphResponse { status: 200, body: event };
        hansa_executor::execute_event(&ready.plan, graph.supergraph(), (&transport, event), request).await
    }

    /// The supergraph has changed.
    async fn follow(&mut self) -> Result<(), ClientError> {
        let graph = self.wiring.graph.get();
        if Arc::ptr_eq(&graph, &self.graph) {
            return Ok(());
        }
        let text = self.ready.document.text.clone();
        let request = GraphqlRequest {
            query: Cow::Borrowed(&text),
            operation_name: self.request.operation_name.as_deref().map(Cow::Borrowed),
            variables: self.request.variables.as_deref(),
        };
        let (settings, metrics) = (&self.wiring.settings, &self.wiring.metrics);
        let ready = pipeline::prepare(&graph, settings, metrics, (&request, false), &self.context).await;
        let ready = ready.map_err(|error| reloaded(&error))?;
        let asked = source_request(&self.wiring, &graph, &self.context, &ready);
        let new = asked.as_ref().map(|asked| identity(&graph, asked));
        let old = self.source.as_ref().map(|(_, identity)| identity);
        let is_elsewhere = match (&new, old) {
            (Some(new), Some(old)) => new.subgraph != old.subgraph,
            (None, None) => false,
            _ => true,
        };
        if is_elsewhere {
            let description = "its field is asked of another subgraph now, or is not allowed any more";
            return Err(reloaded(&ClientError::new(ErrorCode::SubscriptionSchemaReload, description)));
        }
        if new.as_ref() != old {
            // The new one is there before the old one goes.
            self.source = open_source(&self.wiring, &graph, &self.context, &ready).await.map_err(refused)?;
        }
        (self.graph, self.ready) = (graph, ready);
        Ok(())
    }
}

fn reloaded(error: &ClientError) -> ClientError {
    let why = error.findings.first().map(|finding| finding.description.as_str()).unwrap_or_default();
    let description = format!("the schema has changed, and the subscription cannot go on: {why}");
    ClientError::new(ErrorCode::SubscriptionSchemaReload, description)
}

fn source_request(
    wiring: &Wiring,
    graph: &Graph,
    context: &RequestContext,
    ready: &ReadyOperation,
) -> Option<SubgraphRequest> {
    let memory = wiring.memory.budget.lease();
    let request = pipeline::execution_request(&wiring.settings, context, (ready, &memory));
    hansa_executor::source_request(&ready.plan, graph.supergraph(), request)
}

fn identity(graph: &Graph, request: &SubgraphRequest) -> SourceIdentity {
    let endpoint = graph.endpoints().get(request.subgraph.0 as usize);
    SourceIdentity {
        subgraph: graph.supergraph().subgraph(request.subgraph).name.clone(),
        url: endpoint.and_then(|endpoint| endpoint.events_url()).cloned(),
        body: request.body.clone(),
    }
}

async fn open_source(
    wiring: &Arc<Wiring>,
    graph: &Graph,
    context: &RequestContext,
    ready: &ReadyOperation,
) -> Result<Option<(EventSource, SourceIdentity)>, TransportError> {
    let Some(request) = source_request(wiring, graph, context, ready) else { return Ok(None) };
    let identity = identity(graph, &request);
    let memory = wiring.memory.budget.lease();
    let transport = pipeline::transport(graph, &wiring.settings, context, (ready.plan.plan(), &memory));
    let source = transport.open_source(request, &wiring.tasks).await?;
    Ok(Some((source, identity)))
}

fn refused(error: TransportError) -> ClientError {
    let code = ErrorCode::ALL.iter().find(|code| code.as_str() == error.code);
    ClientError::new(code.copied().unwrap_or(ErrorCode::Internal), error.message)
}
