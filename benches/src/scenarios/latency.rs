//! The heavy operation over subgraphs that take their time, at a rate that leaves routers mostly idle: what is measured is waiting.

use std::time::Duration;

use anyhow::Result;

use super::{Rhythm, Scale, Scenario, heavy::fair};
use crate::figures::{Against, Figure, Goal, Stretch};

/// A tenth of what the slowest router at hand could do.
const PER_SECOND: u32 = 100;
const DELAY: Duration = Duration::from_millis(4);
const SLOW: Duration = Duration::from_millis(50);

/// Members, their reviews, the wares' prices, what freight costs at these: four requests that wait for each other.
const LONGEST_PATH: [&str; 4] = ["members", "reviews", "catalog", "warehouse"];

pub(super) fn all_delayed(scale: Scale) -> Result<Scenario> {
    let mut scenario = patient("e", "4 ms subgraphs", scale)?;
    scenario.delays = LONGEST_PATH.map(|subgraph| (subgraph, DELAY)).into();
    scenario.critical_path = Some(critical_path(&scenario));
    Ok(scenario)
}

pub(super) fn one_slow(scale: Scale) -> Result<Scenario> {
    let mut scenario = patient("e-slow", "one 50 ms subgraph", scale)?;
    scenario.delays = LONGEST_PATH.map(|subgraph| (subgraph, DELAY)).into();
    scenario.delays[3].1 = SLOW;
    scenario.critical_path = Some(critical_path(&scenario));
    Ok(scenario)
}

fn critical_path(scenario: &Scenario) -> Duration {
    LONGEST_PATH.iter().map(|subgraph| scenario.delay_of(subgraph)).sum()
}

fn patient(key: &'static str, name: &'static str, scale: Scale) -> Result<Scenario> {
    let mut scenario = fair(key, name, scale)?;
    scenario.connections = 20;
    scenario.rhythm = Rhythm::PerSecond(PER_SECOND);
    let stretch = Stretch::AboveCriticalPath(1.0);
    scenario.goals = [Figure::P50, Figure::P99]
        .map(|figure| Goal { figure, against: Against::EveryPeer, at_most: 0.90, stretch })
        .into();
    Ok(scenario)
}
