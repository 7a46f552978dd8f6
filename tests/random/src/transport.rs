//! The network between executor and subgraphs, in this process: each answer comes after a random number of turns, so
//! that fetches end in random order. [`block_on`] notices an execution that never ends.

use crate::{
    counters::{Counters, add},
    operation::Operation,
    random::Random,
    spelling::spell,
    spoils::{Breakage, Spoils},
    subgraph::{Request, Subgraph},
    values::Ledger,
    world::SubgraphIndex,
};
use bytes::Bytes;
use hansa_executor::{SubgraphRequest, SubgraphResponse, Transport, TransportError};
use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

#[derive(Debug)]
pub(crate) struct Cluster<'w> {
    subgraphs: &'w [Subgraph<'w>],
    /// The router's numbers for the subgraphs.
    order: &'w [SubgraphIndex],
    counters: &'w Counters,
    operation: &'w Operation,
    spoils: Option<Spoils>,
    /// What is deferred may still be under way when a mutation's next field begins.
    is_in_parts: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: Random,
    under_way: usize,
    is_mutating: bool,
    reports: Reports,
}

/// What was seen during one execution.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    pub violations: Vec<String>,
    /// All requests with their answers.
    pub fetches: Vec<String>,
    pub ledger: Ledger,
    /// Subgraphs of which an answer was spoilt.
    pub spoilt: BTreeSet<SubgraphIndex>,
    /// Something was left out of an answer without an error.
    pub is_silent: bool,
}

impl<'w> Cluster<'w> {
    pub(crate) fn new(
        (subgraphs, order): (&'w [Subgraph<'w>], &'w [SubgraphIndex]),
        (counters, operation): (&'w Counters, &'w Operation),
        (random, spoils): (Random, Option<Spoils>),
    ) -> Cluster<'w> {
        let state = State { random, under_way: 0, is_mutating: false, reports: Reports::default() };
        Cluster { subgraphs, order, counters, operation, spoils, is_in_parts: false, state: Mutex::new(state) }
    }

    pub(crate) fn in_parts(self) -> Self {
        Cluster { is_in_parts: true, ..self }
    }

    pub(crate) fn into_reports(self) -> Reports {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).reports
    }

    /// Gives the number of turns to wait.
    fn begin(&self, request: &SubgraphRequest) -> usize {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_alone = !state.is_mutating && (state.under_way == 0 || !request.is_mutation);
        if !is_alone && !self.is_in_parts {
            let body = String::from_utf8_lossy(&request.body);
            state.reports.violations.push(format!("a mutation's field does not run by itself: {body}"));
        }
        state.under_way += 1;
        state.is_mutating |= request.is_mutation;
        state.random.below(6)
    }

    fn answer(&self, request: &SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        add(&self.counters.fetches, 1);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.under_way -= 1;
        state.is_mutating = false;
        let Reports { violations, fetches, ledger, spoilt, is_silent } = &mut state.reports;
        let number = usize::from(request.subgraph.0);
        let Some(subgraph) = self.order.get(number).and_then(|index| self.subgraphs.get(*index)) else {
            violations.push(format!("there is no subgraph {number}"));
            return Ok(SubgraphResponse { status: 200, body: Bytes::from_static(b"{}") });
        };
        let spoils = self.spoils.as_ref().and_then(|spoils| spoils.of_answer(subgraph.index(), request.fetch.0));
        let Operation { caller, labels, .. } = self.operation;
        let mut surroundings = Request { counters: self.counters, ledger, violations, caller, labels, spoils };
        let body = subgraph.answer(&request.body, &mut surroundings);
        // Equal answers are spelt alike, whenever they come.
        let random = Random::part(u64::from(request.fetch.0), request.body.len() as u64);
        let body = spell(&body, random, self.counters);
        let mut broken = None;
        if let Some(spoils) = surroundings.spoils {
            broken = spoils.broken;
            *is_silent |= spoils.is_silent;
            if spoils.is_spoilt {
                spoilt.insert(subgraph.index());
            }
        } else if subgraph.is_down() {
            broken = Some(Breakage::pick(&mut Random::part(u64::from(request.fetch.0), body.len() as u64)));
        }
        let how = broken.map(|broken| format!(" ({broken:?})")).unwrap_or_default();
        let sent = String::from_utf8_lossy(&request.body);
        fetches.push(format!("{} <- {sent}\n{body}{how}", subgraph.index()));
        match broken {
            Some(broken) => broken.apply(body.as_bytes(), self.counters),
            None => Ok(SubgraphResponse { status: 200, body: Bytes::from(body) }),
        }
    }
}

impl Transport for Cluster<'_> {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        let mut turns = self.begin(&request);
        std::future::poll_fn(|context| {
            if turns == 0 {
                return Poll::Ready(());
            }
            turns -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.answer(&request)
    }
}

/// `None` when the future is still pending after very many turns.
pub(crate) fn block_on<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
    }
    None
}
