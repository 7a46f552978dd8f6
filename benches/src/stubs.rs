//! The stubs of all subgraphs of a graph, and the proof that no token was lost on the way to them.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use anyhow::{Result, ensure};

use crate::{
    graph::Graph,
    load::Measured,
    stub_delay::{Clock, Delay},
    stub_subgraph::{Recording, Source, StubSubgraph},
};

/// Running stubs, in the order of the graph's subgraphs.
#[derive(Debug)]
pub struct Stubs {
    graph: Arc<Graph>,
    stubs: Vec<StubSubgraph>,
    pub recording: Arc<Recording>,
}

impl Stubs {
    /// `delay` says how long a subgraph takes, by its name.
    pub async fn start(graph: Arc<Graph>, delay: impl Fn(&str) -> Duration) -> Result<Stubs> {
        let recording = Arc::new(Recording::default());
        let mut clock = None;
        let mut stubs = Vec::new();
        for (index, subgraph) in graph.subgraphs.iter().enumerate() {
            let duration = delay(&subgraph.name);
            if !duration.is_zero() && clock.is_none() {
                clock = Some(Clock::start()?);
            }
            let delay = clock.clone().filter(|_| !duration.is_zero()).map(|clock| Delay::new(clock, duration));
            let source = Source { graph: graph.clone(), subgraph: Some(index), delay, recording: recording.clone() };
            stubs.push(StubSubgraph::start(source).await?);
        }
        Ok(Stubs { graph, stubs, recording })
    }

    pub fn supergraph(&self) -> String {
        let urls: Vec<String> = self.stubs.iter().map(StubSubgraph::url).collect();
        self.graph.supergraph(&urls)
    }

    pub fn addresses(&self) -> Vec<std::net::SocketAddr> {
        self.stubs.iter().map(|stub| stub.address).collect()
    }

    /// Requests that reached any stub.
    pub fn fetches(&self) -> u64 {
        self.stubs.iter().map(|stub| stub.seen.requests.load(Ordering::Relaxed)).sum()
    }

    /// Requests that had to be interpreted.
    pub fn interpreted(&self) -> u64 {
        self.stubs.iter().map(|stub| stub.seen.interpreted.load(Ordering::Relaxed)).sum()
    }

    /// Forgets what was seen of the router before.
    pub fn reset(&self) {
        for stub in &self.stubs {
            let seen = &stub.seen;
            for counter in [&seen.requests, &seen.interpreted, &seen.unauthorized, &seen.token_sum] {
                counter.store(0, Ordering::Relaxed);
            }
        }
    }

    /// Every fetch carried its own client's token: sums of numbers that all differ would not fit otherwise. Where each
    /// request makes fetches of its own, only that none went without a token is known.
    pub fn check_tokens(&self, measured: &Measured, is_every_request_alike: bool) -> Result<()> {
        for (stub, subgraph) in self.stubs.iter().zip(&self.graph.subgraphs) {
            let requests = stub.seen.requests.load(Ordering::Relaxed);
            let unauthorized = stub.seen.unauthorized.load(Ordering::Relaxed);
            let token_sum = stub.seen.token_sum.load(Ordering::Relaxed);
            ensure!(unauthorized == 0, "{}: {unauthorized} of {requests} requests had no token", subgraph.name);
            ensure!(
                !is_every_request_alike
                    || u128::from(token_sum) * u128::from(measured.sent)
                        == u128::from(measured.token_sum) * u128::from(requests),
                "{}: tokens were mixed up on the way",
                subgraph.name
            );
        }
        Ok(())
    }
}
