//! What is asked of every router: each scenario is a graph with its data, the operations on it, and how they are sent.

mod big;
mod chain;
mod cold;
mod hard;
mod heavy;
mod latency;
mod small;

use std::{sync::Arc, time::Duration};

use anyhow::Result;

use crate::{
    figures::Goal,
    graph::Graph,
    load::{Question, Tokens},
};

/// How much data there is: as much as the figures are for, or enough for a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Full,
    Tiny,
}

/// When requests are sent, how long being left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// Each connection asks again as soon as it is answered.
    Closed,
    PerSecond(u32),
    /// Each operation once; the first so many are not measured.
    Once {
        warm_up: usize,
    },
    /// Only the first request after a start, over so many starts.
    FirstOnly {
        starts: usize,
    },
}

/// One way in which routers are compared.
#[derive(Debug)]
pub struct Scenario {
    /// What it is chosen by.
    pub key: &'static str,
    pub name: &'static str,
    pub graph: Arc<Graph>,
    /// The first is asked first; only `Once` has more than one.
    pub questions: Arc<[Question]>,
    pub connections: usize,
    pub rhythm: Rhythm,
    pub tokens: Tokens,
    /// How long subgraphs take; those not named answer at once.
    pub delays: Vec<(&'static str, Duration)>,
    /// What the delays alone add up to when every request is sent as soon as it can be.
    pub critical_path: Option<Duration>,
    pub goals: Vec<Goal>,
}

/// How a scenario is made: only those that are asked for are.
#[derive(Debug)]
pub struct Outline {
    pub key: &'static str,
    pub make: fn(Scale) -> Result<Scenario>,
}

/// In the order in which they run.
pub static OUTLINES: [Outline; 10] = [
    Outline { key: "a", make: heavy::heavy },
    Outline { key: "b", make: small::small },
    Outline { key: "c", make: chain::chain },
    Outline { key: "d", make: big::big },
    Outline { key: "e", make: latency::all_delayed },
    Outline { key: "e-slow", make: latency::one_slow },
    Outline { key: "f", make: cold::cold },
    Outline { key: "g", make: heavy::many_connections },
    Outline { key: "h", make: hard::hard },
    Outline { key: "s", make: heavy::identical },
];

impl Scenario {
    /// As most are: as fast as they can, no delays, a token for each request.
    fn new(key: &'static str, name: &'static str, graph: Arc<Graph>, questions: Vec<Question>) -> Scenario {
        Scenario {
            key,
            name,
            graph,
            questions: questions.into(),
            connections: 50,
            rhythm: Rhythm::Closed,
            tokens: Tokens::Unique,
            delays: Vec::new(),
            critical_path: None,
            goals: Vec::new(),
        }
    }

    pub fn delay_of(&self, subgraph: &str) -> Duration {
        self.delays.iter().find(|(name, _)| *name == subgraph).map_or(Duration::ZERO, |(_, delay)| *delay)
    }
}
