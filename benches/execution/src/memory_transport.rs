//! Subgraphs that answer from memory, and notes of when the executor begins which kind of work.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use bytes::Bytes;
use hansa_executor::{Phase, SubgraphRequest, SubgraphResponse, Transport, TransportError, codes};
use hashbrown::HashMap;

/// Answers a request body for the subgraph of that name.
pub type Subgraphs = Box<dyn Fn(&str, &[u8]) -> Result<Vec<u8>> + Sync>;

/// How long the executor took for each kind of work.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    pub requests: Duration,
    pub answers: Duration,
    pub response: Duration,
}

pub struct MemoryTransport {
    subgraphs: Subgraphs,
    names: Vec<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    answers: HashMap<(u16, Bytes), Bytes>,
    /// Each request gets an answer of its own, as from a network.
    copies_answers: bool,
    received_bytes: usize,
    spent: Spent,
    phase: Option<(Phase, Instant)>,
}

impl MemoryTransport {
    pub fn new(subgraphs: Subgraphs, names: Vec<String>) -> MemoryTransport {
        MemoryTransport { subgraphs, names, state: Mutex::default() }
    }

    /// Before an execution.
    pub fn begin(&self, copies_answers: bool) {
        let mut state = self.state();
        state.copies_answers = copies_answers;
        state.received_bytes = 0;
        state.spent = Spent::default();
        state.phase = None;
    }

    /// After an execution: what it took, and how many bytes subgraphs sent.
    pub fn end(&self) -> (Spent, usize) {
        let mut state = self.state();
        state.end_phase();
        (state.spent, state.received_bytes)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn end_phase(&mut self) {
        if let Some((phase, began)) = self.phase.take() {
            let spent = match phase {
                Phase::Requests => &mut self.spent.requests,
                Phase::Answers => &mut self.spent.answers,
                Phase::Response => &mut self.spent.response,
            };
            *spent += began.elapsed();
        }
    }
}

impl Transport for MemoryTransport {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        let mut state = self.state();
        state.end_phase();
        let key = (request.subgraph.0, request.body);
        let known = state.answers.get(&key).cloned();
        let answer = match known {
            Some(answer) => answer,
            None => {
                let answered = (self.subgraphs)(&self.names[key.0 as usize], &key.1);
                let answer = answered.map(Bytes::from).map_err(|error| TransportError {
                    code: codes::DOWNSTREAM_UNAVAILABLE,
                    message: error.to_string(),
                })?;
                state.answers.insert(key, answer.clone());
                answer
            }
        };
        state.received_bytes += answer.len();
        let body = if state.copies_answers { Bytes::copy_from_slice(&answer) } else { answer };
        Ok(SubgraphResponse { status: 200, body })
    }

    fn begins(&self, phase: Phase) {
        let mut state = self.state();
        state.end_phase();
        state.phase = Some((phase, Instant::now()));
    }
}

impl fmt::Debug for MemoryTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryTransport").field("names", &self.names).finish_non_exhaustive()
    }
}
