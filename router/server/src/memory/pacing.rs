//! Lets requests begin one after another while those that are worked on need much memory.
//!
//! Many requests that advance in step all hold their answers at once, and evict each other from the processor's caches.
//! So past a mark they begin in the order in which they came, as others end. A request that only waits for subgraphs must
//! not keep others from beginning: when a thread has had nothing to do for a moment, the next one begins, and twice as many
//! after each further moment. So nobody who waits leaves a processor idle for long.

use prometheus_client::metrics::counter::Counter;
use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    sync::{Mutex, MutexGuard, Notify},
    time::timeout,
};

/// As short as a timer can be.
const MOMENT: Duration = Duration::from_millis(1);

thread_local! {
    /// Goes up with everything that a thread does for requests. Threads count in ranges of their own.
    static WORK: Cell<u64> = Cell::new(THREADS.fetch_add(1, Relaxed) << THREAD_BITS);
}

static THREADS: AtomicU64 = AtomicU64::new(0);
const THREAD_BITS: u32 = 48;

/// More than that at once would be what pacing is there to prevent.
const BATCH_MAX: u32 = 64;

/// A request got on: this thread is not idle.
pub(crate) fn note_work() {
    WORK.set(WORK.get() + 1);
}

/// `None`: the task is on another thread now, of whose work it knows nothing.
fn has_worked_since(work: u64) -> Option<bool> {
    let now = WORK.get();
    (now >> THREAD_BITS == work >> THREAD_BITS).then_some(now != work)
}

#[derive(Debug)]
pub(crate) struct Pacing {
    mark: usize,
    wait_max: Duration,
    /// What all that have begun are expected to need.
    expected: AtomicUsize,
    waiting: AtomicU32,
    /// Held by the request whose turn is next. Tokio's is fair: others get it in their order.
    head: Mutex<Idle>,
    has_ended: Notify,
    paced: Counter,
}

/// How many begin because a thread is idle.
#[derive(Debug, Default)]
struct Idle {
    /// So many at the last moment.
    batch: u32,
    /// Of them, those that have not begun.
    left: u32,
}

/// A request that has begun. Its end makes room for others.
#[derive(Debug)]
pub(crate) struct Turn {
    pacing: Arc<Pacing>,
    bytes: usize,
}

impl Pacing {
    pub(crate) fn new(mark: usize, wait_max: Duration, paced: Counter) -> Arc<Pacing> {
        Arc::new(Pacing {
            mark,
            wait_max,
            expected: AtomicUsize::new(0),
            waiting: AtomicU32::new(0),
            head: Mutex::default(),
            has_ended: Notify::new(),
            paced,
        })
    }

    /// Begins, now or later. Whoever needs more than the mark alone waits like the others, and is not refused.
    pub(crate) async fn turn(self: &Arc<Self>, bytes: usize) -> Turn {
        let bytes = bytes.min(self.mark);
        if self.waiting.load(Relaxed) > 0 || !self.has_room(bytes) {
            self.paced.inc();
            let _waiting = Waiting::count(&self.waiting);
            // After that time it goes on out of turn.
            let _ = timeout(self.wait_max, self.wait(bytes)).await;
        }
        self.expected.fetch_add(bytes, Relaxed);
        Turn { pacing: self.clone(), bytes }
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.expected.load(Relaxed) + bytes <= self.mark
    }

    async fn wait(&self, bytes: usize) {
        let mut idle: MutexGuard<'_, Idle> = self.head.lock().await;
        while !self.has_room(bytes) {
            if idle.left > 0 {
                idle.left -= 1;
                return;
            }
            let work = WORK.get();
            // Comes back when the thread has looked for what else is ready, and has done that.
            tokio::task::yield_now().await;
            if has_worked_since(work) == Some(false) && timeout(MOMENT, self.has_ended.notified()).await.is_ok() {
                continue;
            }
            match has_worked_since(work) {
                Some(true) => idle.batch = 0,
                Some(false) => {
                    idle.batch = (idle.batch * 2).clamp(1, BATCH_MAX);
                    idle.left = idle.batch;
                }
                None => {}
            }
        }
        *idle = Idle::default();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.pacing.expected.fetch_sub(self.bytes, Relaxed);
        if self.pacing.waiting.load(Relaxed) > 0 {
            self.pacing.has_ended.notify_one();
        }
    }
}

/// Also one that leaves while it waits.
struct Waiting<'a>(&'a AtomicU32);

impl Waiting<'_> {
    fn count(waiting: &AtomicU32) -> Waiting<'_> {
        waiting.fetch_add(1, Relaxed);
        Waiting(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{Pacing, note_work};
    use prometheus_client::metrics::counter::Counter;
    use std::{
        sync::{Arc, Mutex},
        time::Duration,
    };
    use tokio::{task::yield_now, time::timeout};

    fn pacing(wait_max: Duration) -> (Arc<Pacing>, Counter) {
        let paced = Counter::default();
        (Pacing::new(100, wait_max, paced.clone()), paced)
    }

    async fn busy() {
        loop {
            note_work();
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_busy_thread_begins_in_order_as_others_end() {
        let (pacing, paced) = pacing(Duration::from_secs(60));
        let first = pacing.turn(60).await;
        let small = pacing.turn(40).await;
        assert_eq!(paced.get(), 0, "there was room for both");
        let order = Mutex::new(Vec::new());
        let later = |number: u32| {
            let (pacing, order) = (&pacing, &order);
            async move {
                let _turn = pacing.turn(1_000).await;
                order.lock().expect("nobody panics").push(number);
                yield_now().await;
            }
        };
        let ending = async {
            for _ in 0..50 {
                yield_now().await;
            }
            assert!(order.lock().expect("nobody panics").is_empty(), "nobody begins while there is no room");
            drop((first, small));
        };
        let all = async { tokio::join!(later(1), later(2), later(3), ending) };
        tokio::select! {
            biased;
            () = busy() => {}
            _ = all => {}
        }
        assert_eq!(*order.lock().expect("nobody panics"), [1, 2, 3]);
        assert_eq!(paced.get(), 3);
    }

    #[tokio::test]
    async fn an_idle_thread_begins_at_once() {
        let (pacing, _) = pacing(Duration::from_secs(60));
        let _first = pacing.turn(100).await;
        let second = timeout(Duration::from_secs(5), pacing.turn(100)).await;
        assert!(second.is_ok());
    }

    #[tokio::test]
    async fn an_idle_thread_begins_many_within_moments() {
        let (pacing, _) = pacing(Duration::from_secs(60));
        let began = std::time::Instant::now();
        let mut turns = Vec::new();
        for _ in 0..300 {
            turns.push(pacing.turn(100).await);
        }
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn nobody_waits_for_longer_than_set() {
        let (pacing, _) = pacing(Duration::from_millis(20));
        let _first = pacing.turn(100).await;
        let second = async {
            tokio::select! {
                biased;
                () = busy() => false,
                _turn = pacing.turn(100) => true,
            }
        };
        assert_eq!(timeout(Duration::from_secs(5), second).await, Ok(true));
    }

    #[tokio::test]
    async fn whoever_leaves_the_queue_holds_up_nobody() {
        let (pacing, _) = pacing(Duration::from_secs(60));
        let first = pacing.turn(100).await;
        let gone = async {
            tokio::select! {
                biased;
                () = busy() => {}
                _ = timeout(Duration::from_millis(20), pacing.turn(100)) => {}
            }
        };
        gone.await;
        drop(first);
        assert_eq!(pacing.waiting.load(super::Relaxed), 0);
        assert!(timeout(Duration::from_secs(5), pacing.turn(100)).await.is_ok());
    }
}
