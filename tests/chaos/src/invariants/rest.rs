//! At rest: every consumer is at the end of what it reads, no document carries events, and no order is on its way.

use super::{consumers, orders};
use crate::{documents::DocumentLog, stores::Store};
use anyhow::Result;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Rest {
    pub(super) at: Instant,
    /// What moved when it was looked at last and something did.
    pub(super) last_moving: Option<String>,
    pub(super) still_moving: Vec<String>,
}

/// Ends as soon as nothing moves, or when the time is over.
pub(super) async fn wait(stores: &[Store], logs: &[DocumentLog], rest_max: Duration) -> Result<Rest> {
    let started = Instant::now();
    let mut last_moving = None;
    loop {
        let at = Instant::now();
        let still_moving = moving(stores, logs).await?;
        match still_moving.first() {
            Some(moving) if started.elapsed() <= rest_max => last_moving = Some(moving.clone()),
            _ => return Ok(Rest { at, last_moving, still_moving }),
        }
        sleep(PAUSE).await;
    }
}

/// What is known at once comes first: the rest is looked at only when that has ended.
async fn moving(stores: &[Store], logs: &[DocumentLog]) -> Result<Vec<String>> {
    let mut moving = Vec::new();
    let orders = stores.iter().find(|store| store.context == "orders");
    if let Some(orders) = orders {
        moving.extend(orders::open(orders).await?);
    }
    for log in logs {
        match log.carrying().await? {
            0 => {}
            count => moving.push(format!("{}: {count} documents carry events", log.context)),
        }
    }
    let heads = consumers::heads(stores, logs).await?;
    for store in stores {
        moving.extend(consumers::behind(store, &heads).await?);
    }
    if moving.is_empty()
        && let Some(orders) = orders
    {
        moving.extend(orders::under_way(orders).await?);
    }
    Ok(moving)
}
