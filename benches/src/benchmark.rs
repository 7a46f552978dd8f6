//! One run: stubs, load, and the proof that no token was lost on the way.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use anyhow::{Result, ensure};

use crate::{
    load::Measured,
    scenario::{self, SUBGRAPHS},
    stub_subgraph::StubSubgraph,
    world::{Size, World},
};

/// The stubs of all subgraphs, and what the operation's answer over them must be.
#[derive(Debug)]
pub struct Stubs {
    stubs: Vec<StubSubgraph>,
    pub expected: Vec<u8>,
}

impl Stubs {
    pub async fn start(size: Size) -> Result<Stubs> {
        let world = Arc::new(World::new(size));
        let expected = scenario::expected_response(&world)?;
        let mut stubs = Vec::new();
        for subgraph in &SUBGRAPHS {
            stubs.push(StubSubgraph::start(world.clone(), Some(subgraph)).await?);
        }
        Ok(Stubs { stubs, expected })
    }

    pub fn supergraph(&self) -> String {
        let urls: Vec<String> = self.stubs.iter().map(StubSubgraph::url).collect();
        scenario::supergraph(&urls)
    }

    /// Requests that reached any stub.
    pub fn fetches(&self) -> u64 {
        self.stubs.iter().map(|stub| stub.seen.requests.load(Ordering::Relaxed)).sum()
    }

    /// Every fetch carried its own client's token: sums of numbers that all differ would not fit otherwise.
    pub fn check_tokens(&self, measured: &Measured) -> Result<()> {
        for (stub, subgraph) in self.stubs.iter().zip(&SUBGRAPHS) {
            let requests = stub.seen.requests.load(Ordering::Relaxed);
            let unauthorized = stub.seen.unauthorized.load(Ordering::Relaxed);
            let token_sum = stub.seen.token_sum.load(Ordering::Relaxed);
            ensure!(unauthorized == 0, "{}: {unauthorized} of {requests} requests had no token", subgraph.name);
            ensure!(
                u128::from(token_sum) * u128::from(measured.sent)
                    == u128::from(measured.token_sum) * u128::from(requests),
                "{}: tokens were mixed up on the way",
                subgraph.name
            );
        }
        Ok(())
    }
}

/// How long to ask before counting: connections open, plan cached, stubs' answers remembered.
pub fn warm_up(duration: Duration) -> Duration {
    (duration / 5).clamp(Duration::from_millis(200), Duration::from_secs(3))
}
