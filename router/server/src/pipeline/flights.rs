//! Makes one thing once, however many wait for it. Whoever comes while it is being made waits for the same maker; if that
//! one leaves, another takes over.

use hashbrown::HashMap;
use std::{
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

type Cell<T> = Arc<OnceCell<T>>;

pub(crate) struct Flights<K, T>(Mutex<HashMap<K, Cell<T>>>);

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Flights(Mutex::default())
    }
}

impl<K: Hash + Eq, T: Clone> Flights<K, T> {
    pub(crate) async fn join(&self, key: K, make: impl Future<Output = T>) -> T
    where
        K: Clone,
    {
        let cell = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().clone();
        let seat = Seat { flights: self, key, cell };
        seat.cell.get_or_init(|| make).await.clone()
    }
}

/// Whoever leaves last removes what nobody waits for any more.
struct Seat<'a, K: Hash + Eq, T> {
    flights: &'a Flights<K, T>,
    key: K,
    cell: Cell<T>,
}

impl<K: Hash + Eq, T> Drop for Seat<'_, K, T> {
    fn drop(&mut self) {
        let mut flights = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Let go of under the lock: of two who leave at once, the later one must see that it is the last.
        let own = std::mem::take(&mut self.cell);
        // What is made is kept elsewhere; and of what is not, the list and this seat are the last that know.
        let is_last = own.initialized() || Arc::strong_count(&own) <= 2;
        if is_last && flights.get(&self.key).is_some_and(|cell| Arc::ptr_eq(cell, &own)) {
            flights.remove(&self.key);
        }
        drop(own);
        drop(flights);
    }
}

impl<K, T> fmt::Debug for Flights<K, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Flights").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicU32, Ordering},
        },
        task::{Context, Waker},
        time::Duration,
    };

    #[tokio::test]
    async fn it_is_made_once_and_forgotten() {
        let flights: Flights<u32, u32> = Flights::default();
        let made = AtomicU32::new(0);
        let make = || async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            made.fetch_add(1, Ordering::Relaxed)
        };
        let (first, second) = tokio::join!(flights.join(1, make()), flights.join(1, make()));
        assert_eq!((first, second, made.load(Ordering::Relaxed)), (0, 0, 1));
        assert_eq!(flights.0.lock().unwrap().len(), 0);
        assert_eq!(flights.join(1, make()).await, 1, "made again: it is kept elsewhere");
    }

    #[test]
    fn those_who_leave_at_the_same_moment_leave_nothing_behind() {
        let flights: Flights<u32, u32> = Flights::default();
        let (together, rounds) = (Barrier::new(2), 5_000);
        let wait_and_leave = || {
            for round in 0..rounds {
                let mut wait = Box::pin(flights.join(round, std::future::pending()));
                assert!(wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                together.wait();
                drop(wait);
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(wait_and_leave);
            scope.spawn(wait_and_leave);
        });
        assert_eq!(flights.0.lock().unwrap().len(), 0);
    }

    #[tokio::test]
    async fn another_takes_over_from_one_who_leaves() {
        let flights: Flights<u32, u32> = Flights::default();
        let never = flights.join(1, std::future::pending());
        let patient = flights.join(1, async { 5 });
        let impatient = tokio::time::timeout(Duration::from_millis(5), never);
        let (left, made) = tokio::join!(impatient, patient);
        assert!(left.is_err());
        assert_eq!(made, 5);
        let left = tokio::time::timeout(Duration::from_millis(5), flights.join(2, std::future::pending())).await;
        assert!(left.is_err());
        assert_eq!(flights.0.lock().unwrap().len(), 0, "nothing is left of what nobody waits for");
    }
}
