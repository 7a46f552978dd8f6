//! Who waits for the end of an order's placing. Whoever changes an order's status touches it; its waiters look at it after the
//! next commits. Nobody polls, and more than a bounded number does not wait.

use crate::{
    domain::{ids::OrderId, order::OrderStatus},
    tables::orders::{self, OrderRow},
};
use hansa_event_sourcing::EventLog as _;
use hansa_relational::{Relational, StoreError};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// More are answered at once.
const WAITERS_MAX: usize = 10_000;
/// How long an answer waits.
const WAIT: Duration = Duration::from_secs(4);
/// Between the touch and the commit; commits of other units wake it too.
const UNTIL_COMMITTED: Duration = Duration::from_millis(25);

#[derive(Debug, Default)]
struct Waiting {
    orders: HashMap<OrderId, (watch::Sender<u64>, usize)>,
    /// Of all orders.
    count: usize,
}

/// All waiters of this process. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiters(Arc<Mutex<Waiting>>);

/// One who waits. Made before the commit that it waits after, so that nothing is missed.
#[derive(Debug)]
pub(crate) struct Waiter {
    waiters: Waiters,
    order: OrderId,
    touched: watch::Receiver<u64>,
}

impl Waiters {
    /// `None` where too many wait already.
    pub(crate) fn waiter(&self, order: OrderId) -> Option<Waiter> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.count >= WAITERS_MAX {
            return None;
        }
        waiting.count += 1;
        let (sender, count) = waiting.orders.entry(order).or_insert_with(|| (watch::Sender::new(0), 0));
        *count += 1;
        let touched = sender.subscribe();
        Some(Waiter { waiters: self.clone(), order, touched })
    }

    /// The status of this order changes with the commit of the unit that is being written.
    pub(crate) fn touch(&self, order: OrderId) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((sender, _)) = waiting.orders.get(&order) {
            sender.send_modify(|count| *count += 1);
        }
    }
}

impl Waiter {
    /// The order once it is no longer pending, or as it is when the time is over.
    pub(crate) async fn settled(mut self, db: &Relational) -> Result<Option<OrderRow>, StoreError> {
        let deadline = Instant::now() + WAIT;
        let is_touched = tokio::time::timeout_at(deadline, self.touched.changed()).await.is_ok();
        let mut committed = db.committed();
        loop {
            committed.mark_unchanged();
            let row = orders::by_id(db, self.order).await?;
            let is_pending = row.as_ref().is_some_and(|row| row.status == OrderStatus::Pending);
            if !is_pending || !is_touched || Instant::now() >= deadline {
                return Ok(row);
            }
            // Whichever comes first; an error of the channel cannot be: the store is there.
            let _ = tokio::time::timeout(UNTIL_COMMITTED, committed.changed()).await;
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut waiting = self.waiters.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.count = waiting.count.saturating_sub(1);
        let Some((_, count)) = waiting.orders.get_mut(&self.order) else { return };
        *count -= 1;
        if *count == 0 {
            waiting.orders.remove(&self.order);
        }
    }
}
