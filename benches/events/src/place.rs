//! Orders at a steady rate: from when one should be sent, to the answer that says that it is confirmed.

use crate::{
    platform::{self, Platform, Staff, WARM_UP},
    times::Times,
};
use anyhow::{Context, Result, bail};
use hansa_chaos::{client::Client, history::Outcome, shop::Buyer};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep_until};

const BUYERS: u32 = 25;
/// The sandbox provider's answer takes so long.
const PROVIDER_MS: &str = "50";
/// The sandbox carrier's steps: no parcel arrives while it is measured, as none does within a minute elsewhere.
const CARRIER_MS: &str = "3600000";
/// What 95 of a hundred orders may take.
const GOAL: Duration = Duration::from_millis(500);

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    platform: platform::Arguments,
    /// Orders a second
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rate: u32,
    /// Parcels move meanwhile, a step every two seconds: each order is dispatched and delivered too
    #[arg(long)]
    parcels: bool,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let carrier = if arguments.parcels { "2000" } else { CARRIER_MS };
    let variables = [("HANSA_PAYMENTS_SANDBOX_DELAY_MS", PROVIDER_MS), ("HANSA_SHIPPING_SANDBOX_STEP_MS", carrier)];
    let platform = Platform::start(&arguments.platform, &variables).await?;
    let client = Client::new(&platform.system.origin());
    let seconds = WARM_UP.as_secs() + arguments.platform.seconds;
    let orders = arguments.rate * u32::try_from(seconds).context("so many seconds")?;
    let checkouts = checkouts(&client, orders).await?;
    let begin = Instant::now() + Duration::from_millis(200);
    let mut placing = JoinSet::new();
    for (number, (buyer, checkout)) in (0..).zip(checkouts) {
        let due = platform::at(begin, arguments.rate, number);
        placing.spawn(async move {
            sleep_until(due.into()).await;
            let key = format!("steady-order-{number:06}");
            let placed = buyer.place(checkout, ("sandbox_ok", &key), Duration::from_secs(20)).await;
            (due, due.elapsed(), placed.outcome)
        });
    }
    let (mut times, mut ends) = (Vec::new(), BTreeMap::<String, usize>::new());
    while let Some(done) = placing.join_next().await {
        let (due, took, outcome) = done.context("a buyer")?;
        if due < begin + WARM_UP {
            continue;
        }
        *ends.entry(outcome.name()).or_default() += 1;
        if matches!(&outcome, Outcome::Answered { status, .. } if status == "CONFIRMED") {
            times.push(took);
        }
    }
    tell(arguments, (Times::new(times), ends))
}

fn tell(arguments: &Arguments, (times, ends): (Times, BTreeMap<String, usize>)) -> Result<()> {
    let all: usize = ends.values().sum();
    println!("| stores | orders | a second | half within | 95 % within | longest |");
    println!("|---|--:|--:|--:|--:|--:|");
    println!("| {} | {all} | {} | {times} |", platform::name(&arguments.platform), arguments.rate);
    if times.count() < all {
        bail!("not all were confirmed by their answer: {ends:?}");
    }
    match times.within(0.95) <= GOAL {
        true => Ok(()),
        false => bail!("95 of a hundred orders took longer than {} ms", GOAL.as_millis()),
    }
}

/// One for each order, of things that there are enough of.
async fn checkouts(client: &Client, orders: u32) -> Result<Vec<(Buyer, Value)>> {
    let staff = Staff::sign_in(client).await?;
    let mut buyers = Vec::new();
    for number in 0..BUYERS {
        let variant = &staff.variants[number as usize % staff.variants.len()];
        staff.count(variant, 100_000, &format!("steady-stock-count-{number:02}")).await?;
        let buyer = Buyer::register_or_sign_in(client, "steady", number as usize).await?;
        buyer.fill_cart(&json!([{ "variantId": variant, "quantity": 1 }])).await?;
        buyers.push(buyer);
    }
    let mut checkouts = Vec::new();
    for number in 0..orders {
        let buyer = &buyers[(number % BUYERS) as usize];
        checkouts.push((buyer.clone(), buyer.check_out(&format!("steady-checkout-{number:06}")).await?));
    }
    Ok(checkouts)
}
