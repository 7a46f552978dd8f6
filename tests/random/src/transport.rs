//! The network between executor and subgraphs, in this process: each answer comes after a random number of turns, so
//! that fetches end in random order. [`block_on`] notices an execution that never ends.

use crate::{
    counters::{Counters, add},
    guards::Caller,
    random::Random,
    subgraph::{Request, Subgraph},
    values::Ledger,
};
use bytes::Bytes;
use hansa_executor::{SubgraphRequest, SubgraphResponse, Transport, TransportError, codes};
use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

#[derive(Debug)]
pub(crate) struct Cluster<'w> {
    subgraphs: &'w [Subgraph<'w>],
    counters: &'w Counters,
    caller: &'w Caller,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: Random,
    ledger: Ledger,
    violations: Vec<String>,
    log: Vec<String>,
}

impl<'w> Cluster<'w> {
    pub(crate) fn new(
        subgraphs: &'w [Subgraph<'w>],
        (counters, caller): (&'w Counters, &'w Caller),
        random: Random,
    ) -> Cluster<'w> {
        let state = State { random, ledger: Ledger::default(), violations: Vec::new(), log: Vec::new() };
        Cluster { subgraphs, counters, caller, state: Mutex::new(state) }
    }

    /// Violations, and all requests with their answers.
    pub(crate) fn into_reports(self) -> (Vec<String>, Vec<String>) {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        (state.violations, state.log)
    }

    fn turns_to_wait(&self) -> usize {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.random.below(6)
    }

    fn answer(&self, request: &SubgraphRequest) -> Bytes {
        add(&self.counters.fetches, 1);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { ledger, violations, log, .. } = &mut *state;
        let Some(subgraph) = self.subgraphs.get(usize::from(request.subgraph.0)) else {
            violations.push(format!("there is no subgraph {}", request.subgraph.0));
            return Bytes::from_static(b"{}");
        };
        let mut surroundings = Request { counters: self.counters, ledger, violations, caller: self.caller };
        let answer = subgraph.answer(&request.body, &mut surroundings).to_string();
        log.push(format!("{} <- {}\n{answer}", request.subgraph.0, String::from_utf8_lossy(&request.body)));
        Bytes::from(answer)
    }
}

impl Transport for Cluster<'_> {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        let mut turns = self.turns_to_wait();
        std::future::poll_fn(|context| {
            if turns == 0 {
                return Poll::Ready(());
            }
            turns -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let body = self.answer(&request);
        let is_down = self.subgraphs.get(usize::from(request.subgraph.0)).is_some_and(Subgraph::is_down);
        match request.fetch.0 % 3 {
            0 if is_down => {
                let message = "no connection".to_owned();
                Err(TransportError { code: codes::DOWNSTREAM_UNAVAILABLE, message })
            }
            1 if is_down => Ok(SubgraphResponse { status: 503, body: Bytes::from_static(b"<html>busy</html>") }),
            _ => Ok(SubgraphResponse { status: 200, body }),
        }
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
