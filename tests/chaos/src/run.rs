//! One seed: orders are placed while the nemesis works; then everything is healed, left to come to rest, and checked.

use crate::{
    client::Client,
    history::{History, Outcome, Placement},
    invariants::{self, Violation},
    nemesis::{Fault, Nemesis},
    shop::{self, Buyer},
    system::System,
};
use anyhow::{Context, Result};
use fastrand::Rng;
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};

/// How orders are paid: mostly as they should be.
const METHODS: [&str; 10] = [
    "sandbox_ok",
    "sandbox_ok",
    "sandbox_ok",
    "sandbox_ok",
    "sandbox_ok",
    "sandbox_ok",
    "sandbox_slow",
    "sandbox_declined",
    "sandbox_unknown",
    "sandbox_ok",
];
/// How long a client goes on asking what became of an order while things break.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the system may take to come to rest once all is healed.
const REST_MAX: Duration = Duration::from_secs(90);

/// How hard a seed tries.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    pub buyers: usize,
    pub duration: Duration,
}

/// What became of a seed.
#[derive(Debug)]
pub struct Report {
    pub seed: u64,
    pub faults: BTreeMap<Fault, u32>,
    /// Placements by what the client learned.
    pub outcomes: BTreeMap<String, u32>,
    /// How long it took to come to rest.
    pub rest: Duration,
    pub violations: Vec<Violation>,
}

/// Runs a seed on a system that is at rest, and leaves it at rest.
pub async fn seed(system: &mut System, seed: u64, effort: Effort) -> Result<Report> {
    let history = Arc::new(History::default());
    let client = Client::new(&system.origin());
    let buyers = buyers(&client, effort.buyers).await.context("buyers sign up")?;
    let variants = shop::variants_in_stock(&client).await.context("look for what is in stock")?;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for buyer in &buyers {
        let rng = Rng::with_seed(seed.wrapping_mul(1_000).wrapping_add(buyer.number as u64));
        let (buyer, variants, history, is_over) = (buyer.clone(), variants.clone(), history.clone(), is_over.clone());
        tasks.spawn(async move { buy_until(&is_over, buyer, (rng, seed), (&variants, &history)).await });
    }
    let mut nemesis = Nemesis::new(seed);
    nemesis.run(system, effort.duration).await?;
    is_over.store(true, Ordering::Relaxed);
    while tasks.join_next().await.is_some() {}
    let healed = Instant::now();
    let placements = settle(&buyers, history.all()).await;
    let violations = invariants::at_rest(system, &buyers, &placements, REST_MAX).await?;
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for placement in &placements {
        *outcomes.entry(placement.outcome.name()).or_default() += 1;
    }
    Ok(Report { seed, faults: nemesis.applied, outcomes, rest: healed.elapsed(), violations })
}

/// The same people in each seed: signing up is for a few at a time.
async fn buyers(client: &Client, count: usize) -> Result<Vec<Buyer>> {
    let mut buyers = Vec::with_capacity(count);
    for number in 0..count {
        buyers.push(Buyer::register_or_sign_in(client, "chaos", number).await?);
    }
    Ok(buyers)
}

/// Places one order after another.
async fn buy_until(
    is_over: &AtomicBool,
    buyer: Buyer,
    (mut rng, seed): (Rng, u64),
    (variants, history): (&[String], &History),
) {
    let mut number = 0;
    while !is_over.load(Ordering::Relaxed) {
        number += 1;
        let lines: Vec<_> = (0..rng.usize(1..=3))
            .map(|_| json!({ "variantId": variants[rng.usize(..variants.len())], "quantity": rng.u32(1..=3) }))
            .collect();
        let key = format!("chaos-placement-{seed}-{}-{number:05}", buyer.number);
        if buyer.fill_cart(&json!(lines)).await.is_err() {
            sleep(Duration::from_millis(200)).await;
            continue;
        }
        let Ok(checkout) = buyer.check_out(&format!("{key}-checkout")).await else {
            sleep(Duration::from_millis(200)).await;
            continue;
        };
        let method = METHODS[rng.usize(..METHODS.len())];
        // Some clients are impatient and ask twice at once: that must be one order all the same.
        let placing = buyer.place(checkout.clone(), (method, &key), PATIENCE);
        let placement = match rng.u32(..5) {
            0 => tokio::join!(placing, buyer.place(checkout, (method, &key), PATIENCE)).0,
            _ => placing.await,
        };
        history.add(placement);
    }
}

/// Asks again for what nobody knows, now that everything answers.
async fn settle(buyers: &[Buyer], placements: Vec<Placement>) -> Vec<Placement> {
    let mut settled = Vec::with_capacity(placements.len());
    for placement in placements {
        let Outcome::Unknown = placement.outcome else {
            settled.push(placement);
            continue;
        };
        let buyer = &buyers[placement.buyer];
        let method = (placement.method.as_str(), placement.idempotency_key.as_str());
        settled.push(buyer.place(placement.checkout.clone(), method, PATIENCE).await);
    }
    settled
}
