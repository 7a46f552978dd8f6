//! Connections to one host that wait for their next request. Each thread has its own, so that threads do not wait for
//! each other; one that has none takes another's before it connects. The one used last is used next: the others grow old
//! and are closed.

use crate::subgraph_transport::connector::Stream;
use std::{
    cell::Cell,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

#[derive(Debug)]
pub(crate) struct IdleConnections {
    shelves: Box<[Shelf]>,
    count: AtomicUsize,
    count_max: usize,
    age_max: Duration,
}

/// On cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shelf(Mutex<Vec<IdleConnection>>);

#[derive(Debug)]
struct IdleConnection {
    stream: Stream,
    since: Instant,
}

impl IdleConnections {
    pub(crate) fn new(count_max: usize, age_max: Duration) -> IdleConnections {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        IdleConnections {
            shelves: (0..threads).map(|_| Shelf::default()).collect(),
            count: AtomicUsize::new(0),
            count_max,
            age_max,
        }
    }

    /// A connection that is open as far as one can know.
    pub(crate) fn take(&self) -> Option<Stream> {
        if self.count.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let own = own_shelf(self.shelves.len());
        let now = Instant::now();
        let others = (own + 1..self.shelves.len()).chain(0..own);
        std::iter::once(own).chain(others).find_map(|shelf| self.take_from(&self.shelves[shelf], now))
    }

    fn take_from(&self, shelf: &Shelf, now: Instant) -> Option<Stream> {
        loop {
            let IdleConnection { mut stream, since } = shelf.lock().pop()?;
            self.count.fetch_sub(1, Ordering::Relaxed);
            if now.saturating_duration_since(since) < self.age_max && stream.is_silent() {
                return Some(stream);
            }
        }
    }

    pub(crate) fn put(&self, stream: Stream) {
        if self.count.fetch_add(1, Ordering::Relaxed) >= self.count_max {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let shelf = &self.shelves[own_shelf(self.shelves.len())];
        shelf.lock().push(IdleConnection { stream, since: Instant::now() });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    /// Closes those that are too old or were closed by the other side.
    pub(crate) fn close_old(&self, now: Instant) {
        for shelf in &self.shelves {
            let mut closed = Vec::new();
            let mut connections = shelf.lock();
            let is_old = |idle: &mut IdleConnection| {
                now.saturating_duration_since(idle.since) >= self.age_max || !idle.stream.is_silent()
            };
            closed.extend(connections.extract_if(.., is_old));
            drop(connections);
            self.count.fetch_sub(closed.len(), Ordering::Relaxed);
        }
    }
}

impl Shelf {
    fn lock(&self) -> MutexGuard<'_, Vec<IdleConnection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Threads are numbered as they come here. A thread that stands in for another finds that one's connections all the same.
fn own_shelf(shelves: usize) -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    let number = NUMBER.with(|number| {
        number.get().unwrap_or_else(|| {
            let next = THREADS.fetch_add(1, Ordering::Relaxed);
            number.set(Some(next));
            next
        })
    });
    number % shelves
}
