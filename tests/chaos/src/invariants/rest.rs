//! At rest: every consumer is at the end of what it reads, no document carries events, and no order is on its way.

use super::{consumers, effects, orders};
use crate::{documents::DocumentLog, stores::Store};
use anyhow::Result;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Rest {
    pub(super) at: Instant,
    /// When each kind of thing had ended, of those that moved at all.
    pub(super) ends: BTreeMap<&'static str, Instant>,
    pub(super) still_moving: Vec<String>,
}

/// What kind of thing moves, and which.
type Moving = (&'static str, String);

/// Ends as soon as nothing moves, or when the time is over.
pub(super) async fn wait(stores: &[Store], logs: &[DocumentLog], rest_max: Duration) -> Result<Rest> {
    let started = Instant::now();
    let mut ends = BTreeMap::new();
    loop {
        let at = Instant::now();
        let moving = moving(stores, logs).await?;
        let now = Instant::now();
        ends.extend(moving.iter().map(|(kind, _)| (*kind, now)));
        if moving.is_empty() || started.elapsed() > rest_max {
            return Ok(Rest { at, ends, still_moving: moving.into_iter().map(|(_, what)| what).collect() });
        }
        sleep(PAUSE).await;
    }
}

/// What is known at once comes first: the rest is looked at only when that has ended.
async fn moving(stores: &[Store], logs: &[DocumentLog]) -> Result<Vec<Moving>> {
    let mut moving = Vec::new();
    let orders = stores.iter().find(|store| store.context == "orders");
    if let Some(orders) = orders {
        moving.extend(orders::open(orders).await?.into_iter().map(|what| ("orders", what)));
    }
    if let Some(shipping) = stores.iter().find(|store| store.context == "shipping") {
        moving.extend(effects::on_their_way(shipping).await?.into_iter().map(|what| ("shipments", what)));
    }
    for log in logs {
        match log.carrying().await? {
            0 => {}
            count => moving.push(("documents", format!("{}: {count} documents carry events", log.context))),
        }
    }
    let heads = consumers::heads(stores, logs).await?;
    for store in stores {
        moving.extend(consumers::behind(store, &heads).await?.into_iter().map(|what| ("consumers", what)));
    }
    if moving.is_empty()
        && let Some(orders) = orders
    {
        moving.extend(orders::under_way(orders).await?.into_iter().map(|what| ("placings", what)));
    }
    Ok(moving)
}
