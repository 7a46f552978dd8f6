//! One seed: orders are placed while the nemesis works; then everything is healed, left to come to rest, and checked.

use crate::{
    client::Client,
    editor::Editor,
    history::{History, Outcome, Placement},
    invariants,
    nemesis::Nemesis,
    report::Report,
    shop::{self, Buyer},
    system::System,
};
use anyhow::{Context, Result};
use fastrand::Rng;
use serde_json::{Value, json};
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
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Buyers cancel one of so many last orders.
const REGRETTED: usize = 4;
/// How long the system may take to come to rest once all is healed: an authorisation of which nobody has heard is surely lost
/// after 90 s, and what its order undoes comes after that.
const REST_MAX: Duration = Duration::from_secs(150);

/// How hard a seed tries.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    pub buyers: usize,
    pub duration: Duration,
}

/// Runs a seed on a system that is at rest, and leaves it at rest.
pub async fn seed(system: &mut System, seed: u64, effort: Effort) -> Result<Report> {
    let history = Arc::new(History::default());
    let client = Client::new(&system.origin());
    let buyers = buyers(&client, effort.buyers).await.context("buyers sign up")?;
    let editor = Editor::sign_in(&client).await.context("the merchant's staff signs in")?;
    let variants = shop::variants_in_stock(&client).await.context("look for what is in stock")?;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for buyer in &buyers {
        let rng = Rng::with_seed(seed.wrapping_mul(1_000).wrapping_add(buyer.number as u64));
        let (buyer, variants, history, is_over) = (buyer.clone(), variants.clone(), history.clone(), is_over.clone());
        tasks.spawn(async move { buy_until(&is_over, buyer, (rng, seed), (&variants, &history)).await });
    }
    let (seen, over, first) = (history.clone(), is_over.clone(), system.edits);
    tasks.spawn(async move { editor.edit_until(&over, (Rng::with_seed(!seed), first), &seen).await });
    let mut nemesis = Nemesis::new(seed);
    let broken = nemesis.run(system, effort.duration).await;
    is_over.store(true, Ordering::Relaxed);
    while tasks.join_next().await.is_some() {}
    broken?;
    let healed = Instant::now();
    let mut seen = history.all();
    system.edits += seen.edits.len() as u64;
    seen.placements = settle(&buyers, seen.placements).await;
    let checked = invariants::at_rest(system, &buyers, &seen, REST_MAX).await?;
    let mut placements: BTreeMap<String, u32> = BTreeMap::new();
    let mut answered_pending = 0;
    for placement in &seen.placements {
        let status = match &placement.outcome {
            Outcome::Answered { order, status } => {
                answered_pending += u32::from(status == "PENDING");
                checked.statuses.get(order).cloned().unwrap_or_else(|| "lost".to_owned())
            }
            other => other.name(),
        };
        *placements.entry(status).or_default() += 1;
    }
    let cancellations = seen.cancellations.len();
    Ok(Report {
        seed,
        cancellations,
        faults: nemesis.applied,
        placements,
        answered_pending,
        edits: seen.edits.len(),
        reads: seen.reads,
        rest: checked.rest_since(healed),
        moved: checked.moved_since(healed),
        violations: checked.violations,
    })
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
    let mut ordered = Vec::new();
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
        if let Some(cart) = buyer.cart().await {
            let is_right = shop::quantities(&cart) == shop::quantities(&json!(lines));
            history.read_as("a cart", (&cart, is_right), &json!(lines));
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
        look_at_order(&buyer, &placement, history).await;
        if let Outcome::Answered { order, .. } = &placement.outcome {
            ordered.push(order.clone());
        }
        history.add(placement);
        // Some change their minds, while their order is paid, packed, or on its way.
        let recent = &ordered[ordered.len().saturating_sub(REGRETTED)..];
        if !recent.is_empty() && rng.u32(..4) == 0 {
            history.add_cancellation(buyer.cancel(&recent[rng.usize(..recent.len())], PATIENCE).await);
        }
    }
}

/// Who was told of an order sees it at once, and never in an earlier state than the one that was told.
async fn look_at_order(buyer: &Buyer, placement: &Placement, history: &History) {
    let Outcome::Answered { order, status } = &placement.outcome else { return };
    let Ok(found) = buyer.order(order).await else { return };
    let is_older = status != "PENDING" && found["status"] == "PENDING";
    let is_right = !is_older && found["id"] == json!(order) && found["total"] == placement.checkout["total"];
    let expected: Value = json!({ "id": order, "status": status, "total": placement.checkout["total"] });
    history.read_as("an order", (&found, is_right), &expected);
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
