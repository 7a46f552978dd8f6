//! What must hold when everything is healed and at rest: I1 to I9 and I11 of the reliability guide.

mod consumers;
mod ledger;
mod logs;
mod money;
mod orders;
mod stock;

use crate::{
    history::Placement,
    shop::Buyer,
    stores::{RELATIONAL, Store},
    system::System,
};
use anyhow::Result;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub invariant: &'static str,
    pub what: String,
}

#[derive(Debug, Default)]
struct Violations(Vec<Violation>);

impl Violations {
    fn add(&mut self, invariant: &'static str, what: String) {
        self.0.push(Violation { invariant, what });
    }
}

/// Waits until nothing moves any more, and checks everything.
pub async fn at_rest(
    system: &System,
    buyers: &[Buyer],
    placements: &[Placement],
    rest_max: Duration,
) -> Result<Vec<Violation>> {
    let mut stores = Vec::new();
    for context in RELATIONAL {
        stores.push(Store::open(system, context).await?);
    }
    let mut violations = Violations::default();
    let moving = wait_for_rest(&stores, rest_max).await?;
    for what in moving {
        violations.add("I11", format!("not at rest after {rest_max:?}: {what}"));
    }
    for store in &stores {
        logs::are_whole(store, &mut violations).await?;
        consumers::have_parked_nothing(store, &mut violations).await?;
        match store.context {
            "inventory" => stock::is_neither_lost_nor_oversold(store, &mut violations).await?,
            "payments" => ledger::balances(store, &mut violations).await?,
            "orders" => orders::have_ended(store, &mut violations).await?,
            _ => {}
        }
    }
    orders::are_as_acknowledged(buyers, placements, &mut violations).await?;
    money::is_charged_once(system, &stores, &mut violations).await?;
    Ok(violations.0)
}

/// What still moves when the time is over.
async fn wait_for_rest(stores: &[Store], rest_max: Duration) -> Result<Vec<String>> {
    let started = Instant::now();
    loop {
        let heads = consumers::heads(stores).await?;
        let mut moving = Vec::new();
        for store in stores {
            moving.extend(consumers::behind(store, &heads).await?);
            if store.context == "orders" {
                moving.extend(orders::under_way(store).await?);
            }
        }
        if moving.is_empty() || started.elapsed() > rest_max {
            return Ok(moving);
        }
        sleep(Duration::from_millis(200)).await;
    }
}
