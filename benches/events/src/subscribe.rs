//! From a change of stock to those who are told of it by the router. The time of the change itself is part of it: it begins
//! when the change should be sent.

use crate::{
    platform::{self, Platform, Staff, WARM_UP},
    times::Times,
};
use anyhow::{Context, Result, bail};
use hansa_chaos::client::{Client, Subscription};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{sleep, sleep_until, timeout},
};

/// What 95 of a hundred events may take.
const GOAL: Duration = Duration::from_millis(150);
/// A variant's level is told at most five times a second: its changes are further apart.
const CHANGES_APART: Duration = Duration::from_millis(300);
/// How long the last event may take.
const PATIENCE: Duration = Duration::from_secs(20);
const SUBSCRIPTION: &str =
    "subscription Levels($ids: [ID!]!) { availabilityChanged(variantIds: $ids) { level variant { id } } }";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    platform: platform::Arguments,
    /// Events a second
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rate: u32,
    /// Subscribers, each of all events
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100))]
    subscribers: u32,
}

/// When each change of each variant was to be made, in their order.
type Changes = HashMap<String, Vec<Instant>>;

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let platform = Platform::start(&arguments.platform, &[]).await?;
    let client = Client::new(&platform.system.origin());
    let staff = Arc::new(Staff::sign_in(&client).await?);
    let variants: Vec<Value> = staff.variants.iter().take(100).cloned().collect();
    let a_second = variants.len() as f64 / CHANGES_APART.as_secs_f64();
    if f64::from(arguments.rate) > a_second {
        bail!("{} variants change at most {a_second:.0} times a second together", variants.len());
    }
    for (number, variant) in variants.iter().enumerate() {
        staff.count(variant, 100, &format!("levels-from-{number:06}")).await?;
    }
    // What was counted just now has been told of by then, so that nobody hears of it as of a change.
    sleep(Duration::from_secs(1)).await;
    let seconds = u32::try_from(WARM_UP.as_secs() + arguments.platform.seconds).context("so many seconds")?;
    let changes = arguments.rate * seconds;
    let mut subscriptions = Vec::new();
    for _ in 0..arguments.subscribers {
        subscriptions.push(client.subscribe(SUBSCRIPTION, &json!({ "ids": variants })).await?);
    }
    // A subscription gives no sign that it is open. One that opens later misses an event, which ends the run.
    sleep(Duration::from_millis(500)).await;
    let begin = Instant::now() + Duration::from_millis(200);
    let mut due = Changes::new();
    let mut changing = JoinSet::new();
    for number in 0..changes {
        let (at, place) = (platform::at(begin, arguments.rate, number), number as usize % variants.len());
        let turn = number as usize / variants.len();
        due.entry(id_of(&variants[place])?).or_default().push(at);
        let (staff, variant) = (staff.clone(), variants[place].clone());
        changing.spawn(async move {
            sleep_until(at.into()).await;
            let counted = if turn.is_multiple_of(2) { 0 } else { 100 };
            staff.count(&variant, counted, &format!("levels-change-{number:06}")).await
        });
    }
    let due = Arc::new(due);
    let mut listening = JoinSet::new();
    for subscription in subscriptions {
        listening.spawn(listen(subscription, due.clone(), changes));
    }
    while let Some(done) = changing.join_next().await {
        done.context("a change")??;
    }
    let mut times = Vec::new();
    while let Some(heard) = listening.join_next().await {
        let heard = heard.context("a subscriber")??;
        times.extend(heard.into_iter().filter(|(at, _)| *at >= begin + WARM_UP).map(|(_, took)| took));
    }
    tell(arguments, &Times::new(times))
}

/// Takes every event, and gives when its change was due and how long after that it came.
async fn listen(mut subscription: Subscription, due: Arc<Changes>, changes: u32) -> Result<Vec<(Instant, Duration)>> {
    let mut heard = Vec::with_capacity(changes as usize);
    let mut of_variants: HashMap<String, usize> = HashMap::new();
    for number in 0..changes {
        let event = timeout(PATIENCE, subscription.next()).await;
        let event = event.with_context(|| format!("{number} events came of {changes}"))??;
        let event = event.with_context(|| format!("it ended after {number} events of {changes}"))?;
        let change = &event["data"]["availabilityChanged"];
        let (variant, level) = (id_of(&change["variant"]["id"])?, &change["level"]);
        let turn = of_variants.entry(variant.clone()).or_default();
        let expected = if turn.is_multiple_of(2) { "OUT_OF_STOCK" } else { "IN_STOCK" };
        let at = due.get(&variant).and_then(|due| due.get(*turn)).with_context(|| format!("not asked for: {event}"))?;
        if level != expected {
            bail!("{expected} was expected: {event}");
        }
        *turn += 1;
        heard.push((*at, at.elapsed()));
    }
    Ok(heard)
}

fn id_of(id: &Value) -> Result<String> {
    id.as_str().map(str::to_owned).with_context(|| format!("{id} is no id"))
}

fn tell(arguments: &Arguments, times: &Times) -> Result<()> {
    println!("| stores | events a second | subscribers | events told | half within | 95 % within | longest |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let (stores, count) = (platform::name(&arguments.platform), times.count());
    println!("| {stores} | {} | {} | {count} | {times} |", arguments.rate, arguments.subscribers);
    match times.within(0.95) <= GOAL {
        true => Ok(()),
        false => bail!("95 of a hundred events took longer than {} ms", GOAL.as_millis()),
    }
}
